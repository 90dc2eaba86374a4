"""Tracing: which facts of the ledger hold the results that a figure rests on."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from catalogue.instants import format_instant
from catalogue.intervals import Span
from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned
from probes.stretches import Stretch, runs
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.sla.corrections import ObservationsCorrected, ObservationsVoided
from slamon.sla.heartbeats import HeartbeatFact
from slamon.sla.imports import ObservationsImported
from slamon.sla.runs import DAY_US
from slamon.views.batches import read_assignment
from slamon.views.origins import Origins
from slamon.views.store import read_position
from slamon.views.tables import assignment

Result = tuple[str, str, int]
"""Check, location, and the instant observed (µs)."""


Found = tuple[int, ObservationsRecorded | None]
"""The position of a batch, and what it holds; nothing where it was set aside."""

UNTOLD = 2**62  # µs; where a batch begins that is not known yet: later than any that is


@dataclass(frozen=True, slots=True)
class Corrected:
    """A fact that voided or changed results of a check at a place, and their instants."""

    check: str
    location: str
    at: tuple[int, ...]
    position: int

    def within(self, begin: int, end: int) -> bool:
        """Whether any of these results lies in `[begin, end)`."""
        where = bisect_left(self.at, begin)
        return where < len(self.at) and self.at[where] < end


@dataclass(frozen=True)
class Tracer:
    """Looks up facts up to a position, as one state of the views knows them."""

    connection: Connection
    ledger: Ledger
    upto: int
    _versions: dict[str, int] = field(default_factory=dict)
    _batches: dict[tuple[str, int], Found | None] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, ledger: Ledger) -> Tracer:
        """The tracer of what a connection sees."""
        return cls(connection, ledger, read_position(connection))

    def positions(self, results: Iterable[Result]) -> Mapping[Result, int]:
        """The position of the fact that holds each result, of several the newest; what no fact holds is left out."""
        by_stream: defaultdict[str, list[Result]] = defaultdict(list)
        origins = Origins(self.connection)
        for check, place, at in sorted(set(results)):
            for stream in origins.chosen(check, place, at, at + 1).streams:
                by_stream[stream].append((check, place, at))
        found: dict[Result, int] = {}
        for stream, wanted in by_stream.items():
            own = self._ways.get(stream.partition(":")[0], self._recorded)
            for result, position in own(stream, wanted):
                found[result] = max(position, found.get(result, 0))
        return found

    @property
    def _ways(self) -> Mapping[str, Callable[[str, list[Result]], Iterator[tuple[Result, int]]]]:
        """How results are looked up in streams that hold no batches."""
        return {"imports": self._imported, "heartbeats": self._reported}

    def corrections(self, checks: Iterable[tuple[str, str]], span: Span) -> tuple[Corrected, ...]:
        """The facts that voided or changed results of some checks at their places in a span."""
        return tuple(
            Corrected(check, place, entry.fact.at, entry.position)
            for check, place in checks
            for day in range(span[0] // DAY_US, (span[1] - 1) // DAY_US + 1)
            for entry in self.ledger.stream(
                f"corrections:{check}:{place}:{format_instant(day * DAY_US)[:10]}", upto=self.upto
            )
            if isinstance(entry.fact, ObservationsVoided | ObservationsCorrected)
        )

    def batch_at(self, stream: str, at: int) -> Entry | None:
        """The batch of a stream whose span holds an instant (µs); None where none does."""
        for version in range(self._last_begun(stream, at), 0, -1):
            _, batch = self._batch(stream, version) or (0, None)
            if batch is not None:
                within = batch.begin <= at < batch.end
                found = self.ledger.stream(stream, after=version - 1, upto=self.upto, limit=1)
                return next(iter(found), None) if within else None
        return None

    def _imported(self, stream: str, wanted: list[Result]) -> Iterator[tuple[Result, int]]:
        asked = {(check, at): (check, place, at) for check, place, at in wanted}
        for entry in self.ledger.stream(stream, upto=self.upto):
            fact = entry.fact
            if not isinstance(fact, ObservationsImported):
                continue
            for number, at in zip(fact.check, fact.at, strict=True):
                result = asked.get((fact.checks[number], at))
                if result and result[1] == fact.location:
                    yield result, entry.position

    def _reported(self, stream: str, wanted: list[Result]) -> Iterator[tuple[Result, int]]:
        asked = {(place, at): (check, place, at) for check, place, at in wanted}
        for entry in self.ledger.stream(stream, upto=self.upto):
            if isinstance(fact := entry.fact, HeartbeatFact):
                found = asked.get((fact.location, fact.instant))
                if found and fact.result:
                    yield found, entry.position

    def _recorded(self, stream: str, wanted: list[Result]) -> Iterator[tuple[Result, int]]:
        for result in wanted:
            position = self._position_of(stream, result)
            if position is not None:
                yield result, position

    def _position_of(self, stream: str, result: Result) -> int | None:
        """The position of the batch that holds a result: one that was late stands where it was due, a little before."""
        for version in range(self._last_begun(stream, result[2]), 0, -1):
            position, batch = self._batch(stream, version) or (0, None)
            if batch is None:
                continue
            held, late = self._holds(stream.split(":")[1], batch, result)
            if held:
                return position
            if batch.end <= result[2] - late:
                return None
        return None

    def _holds(self, agent: str, batch: ObservationsRecorded, result: Result) -> tuple[bool, int]:
        """Whether a batch holds a result, and how long after it was due one of that check may come (µs)."""
        check, place, at = result
        assigned = _assignment(self.connection, agent, batch.assignment)
        asked = [each.probe for each in assigned.probes]
        if assigned.location != place or check not in asked:
            return False, DAY_US
        index = asked.index(check)
        late = max(segment.interval for segment in assigned.probes[index].segments)
        return any(_within(stretch, at) for stretch in runs(batch, assigned)[index]), late

    def _last_begun(self, stream: str, at: int) -> int:
        """A version of a stream behind which no batch begins at or before an instant; 0 if none does at all."""
        if stream not in self._versions:
            self._versions[stream] = self.ledger.version(stream)
        low, high = 0, self._versions[stream]
        while low < high:
            middle = (low + high + 1) // 2
            begin = self._begin(stream, middle, low)
            if begin is None or begin <= at:
                low = middle
            else:
                high = middle - 1
        return low

    def _begin(self, stream: str, version: int, behind: int) -> int | None:
        """Where the newest batch begins up to a version and behind another; None where all of these were set aside."""
        for each in range(version, behind, -1):
            found = self._batch(stream, each)
            if found is None:
                return UNTOLD
            if found[1] is not None:
                return found[1].begin
        return None

    def _batch(self, stream: str, version: int) -> Found | None:
        """What stands in a stream under this version; None where it is not known yet."""
        key = (stream, version)
        if key not in self._batches:
            found = self.ledger.stream(stream, after=version - 1, upto=self.upto, limit=1)
            self._batches[key] = next(map(_found, found), None)
        return self._batches[key]


def _found(entry: Entry) -> Found:
    return entry.position, entry.fact if isinstance(entry.fact, ObservationsRecorded) else None


def _within(stretch: Stretch, at: int) -> bool:
    if not stretch.first <= at <= stretch.last:
        return False
    step = (stretch.last - stretch.first) // max(1, stretch.count - 1)
    return step == 0 or (at - stretch.first) % step == 0


def _assignment(connection: Connection, agent: str, version: int) -> AgentAssigned:
    table = assignment.c
    query = select(table.body).where(table.agent == agent, table.version == version)
    return read_assignment(connection.execute(query).scalar_one())
