"""Append facts to streams and read them back, in one order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, Mapper
from pydantic import BaseModel, ConfigDict

from slamon.ledger.bell import Bell
from slamon.ledger.codec import Change, Entry, Fact, FactMapper, Names, Row, split
from slamon.ledger.epochs import EpochBegun
from slamon.ledger.leaf import leaf
from slamon.ledger.place import Place, UnusablePlaceError
from slamon.ledger.stores import Recorder, Watch, store_at

S = TypeVar("S")
F = TypeVar("F")

LEDGER_STREAM = "ledger"


class LedgerFounded(BaseModel):
    """The first fact of every ledger: its id, and the epoch that a restored backup begins anew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ledger_id: str
    epoch: int


class ConflictError(Exception):
    """The stream stands at another version than expected; nothing was recorded."""


@dataclass(frozen=True)
class Write:
    """Facts to append to one stream whose last version is `after` (0: the stream is new)."""

    stream: str
    facts: Sequence[Fact]
    after: int


class _Store(Application[str]):
    """The library's application, with our mapper and permanent names."""

    def __init__(self, names: Names, env: Mapping[str, str]) -> None:
        self._names = names
        super().__init__(dict(env))

    def construct_mapper(self) -> Mapper[str]:
        return FactMapper(self._names, self.construct_transcoder())


class Ledger:
    """Facts in one order. Positions grow and are never reused; they may have gaps."""

    def __init__(self, place: Place, names: Names, clock: Callable[[], int] | None = None) -> None:
        """Open the ledger of a place, a new one if there is none.

        Instants of recording come from `clock` (µs), or from the store: the machine's clock for a file, and
        for a database, which several hosts may share, the database's.

        Raises:
            UnusablePlaceError: no ledger can be kept there.
            LedgerUnreachableError: the database does not answer.

        """
        self.place = place
        self.names = names
        self._kept = store_at(place)
        self._kept.prepare()
        self._store = _Store(names, self._kept.settings())
        self._recorder = cast("Recorder", self._store.recorder)
        self._recorder.clock = clock
        self._mapper = cast("FactMapper", self._store.mapper)
        self._bell = Bell()

    @property
    def path(self) -> Path:
        """The file of the ledger.

        Raises:
            UnusablePlaceError: it is in a database.

        """
        if isinstance(self.place, Path):
            return self.place
        message = f"the ledger is no file but {self.shown()}: use the tools of PostgreSQL"
        raise UnusablePlaceError(message)

    def shown(self) -> str:
        """Where the ledger is, for sentences; without a password."""
        return self._kept.shown()

    def size(self) -> int:
        """Bytes on disk, indexes included."""
        return self._kept.size()

    def close(self) -> None:
        """Let the store go."""
        self._store.close()

    def found(self, new_id: str) -> LedgerFounded:
        """The ledger's id and its newest epoch; an empty ledger gets `new_id` and epoch 1."""
        if (known := self.founded()) is not None:
            return known
        founded = LedgerFounded(ledger_id=new_id, epoch=1)
        try:
            self.append(LEDGER_STREAM, [founded], after=0, actor="slamon")
        except ConflictError:
            return self.found(new_id)
        return founded

    def founded(self) -> LedgerFounded | None:
        """The ledger's id and its newest epoch; None while it is empty."""
        known: LedgerFounded | None = None
        for entry in self.stream(LEDGER_STREAM):
            if isinstance(entry.fact, LedgerFounded):
                known = entry.fact
            elif known is not None and isinstance(entry.fact, EpochBegun):
                known = known.model_copy(update={"epoch": entry.fact.epoch})
        return known

    def append(
        self,
        stream: str,
        facts: Sequence[Fact],
        *,
        after: int,
        actor: str,
        cause: str | None = None,
    ) -> int | None:
        """Append to one stream; the position of the last fact, or None when there was none.

        Raises:
            ConflictError: the last version of the stream is not `after`.

        """
        return self.append_all([Write(stream, facts, after)], actor=actor, cause=cause)

    def append_all(
        self, writes: Sequence[Write], *, actor: str, cause: str | None = None
    ) -> int | None:
        """Append to several streams in one transaction: all or nothing.

        Raises:
            ConflictError: the last version of one of the streams is not what the write says.

        """
        entries = [
            Entry(write.stream, write.after + n, fact, actor, cause)
            for write in writes
            for n, fact in enumerate(write.facts, 1)
        ]
        if not entries:
            return None
        try:
            recordings = self._store.save(*cast("Any", entries))
        except IntegrityError as conflict:
            raise ConflictError(*conflict.args) from None
        self._bell.ring()
        return recordings[-1].notification.id

    def stream(
        self, stream: str, *, after: int = 0, upto: int | None = None, limit: int | None = None
    ) -> Iterator[Entry]:
        """The facts of a stream after a version, oldest first, up to a ledger position, at most `limit`."""
        found = self.stream_rows(stream, after=after, upto=upto, limit=limit)
        for row in found:
            yield self._mapper.entry(row)

    def stream_rows(
        self, stream: str, *, after: int = 0, upto: int | None = None, limit: int | None = None
    ) -> list[Row]:
        """The same as they are stored."""
        return self._recorder.select_stream(stream, after=after, upto=upto, limit=limit)

    def version(self, stream: str) -> int:
        """The version of a stream's last fact; 0 if it has none."""
        return self._recorder.select_version(stream)

    def since(self, position: int, *, limit: int, upto: int | None = None) -> list[Entry]:
        """The facts of all streams after a position, oldest first."""
        return [self._mapper.entry(row) for row in self.rows(position, limit=limit, upto=upto)]

    def rows(self, position: int, *, limit: int, upto: int | None = None) -> list[Row]:
        """The facts of all streams after a position, oldest first, as they are stored."""
        return self._recorder.select_rows(after=position, upto=upto, limit=limit)

    def entry(self, row: Row) -> Entry:
        """A stored row as a fact.

        Raises:
            UnreadableFactError: it cannot be read.

        """
        return self._mapper.entry(row)

    def position(self) -> int:
        """The position of the last fact; 0 in an empty ledger."""
        return self._recorder.max_notification_id() or 0

    def position_at(self, instant: int) -> int:
        """The last position recorded at or before an instant (µs): what was known then."""
        low, high = 0, self.position()
        while low < high:
            middle = (low + high + 1) // 2
            found = self.rows(middle - 1, limit=1, upto=high)
            if found and split(found[0].state)[0].recorded_at <= instant:
                low = found[0].position
            else:
                high = middle - 1
        return low

    def counts(self) -> list[tuple[str, int, int]]:
        """For each permanent name: how many facts, how many bytes."""
        return self._recorder.select_counts()

    def replace(self, changes: Sequence[Change]) -> int:
        """Store cold parts elsewhere, or here again, in one transaction; of how many facts.

        Nothing else of what is stored is ever changed. A fact of which other bytes stand there is left alone.

        Raises:
            ValueError: the fact would not be the same any more: its leaf would be another.

        """
        for row, state in changes:
            if leaf(row, self.names) != leaf(row._replace(state=state), self.names):
                message = f"the fact of position {row.position} would be another"
                raise ValueError(message)
        return self._recorder.replace_states(changes)

    def decide(
        self,
        stream: str,
        start: S,
        evolve: Callable[[S, F], S],
        decision: Callable[[S], Sequence[F]],
        *,
        actor: str,
        cause: str | None = None,
    ) -> int | None:
        """Fold a stream into a state, decide on it, append what was decided; once more after a conflict.

        Raises:
            ConflictError: the stream moved on twice.

        """
        try:
            return self._decide_once(stream, start, evolve, decision, actor, cause)
        except ConflictError:
            return self._decide_once(stream, start, evolve, decision, actor, cause)

    def _decide_once(
        self,
        stream: str,
        start: S,
        evolve: Callable[[S, F], S],
        decision: Callable[[S], Sequence[F]],
        actor: str,
        cause: str | None,
    ) -> int | None:
        state, version = start, 0
        for entry in self.stream(stream):
            state, version = evolve(state, cast("F", entry.fact)), entry.version
        facts = cast("Sequence[Fact]", decision(state))
        return self.append(stream, facts, after=version, actor=actor, cause=cause)

    def changes(self) -> Watch:
        """A watch that notices commits of any process on this ledger."""
        return self._kept.watch(self._bell)
