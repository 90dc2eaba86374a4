"""`latency_day`: how long attempts took, by UTC day, in buckets of 3 % (`probes.latency`).

It is folded behind the other views, at a position of its own: no promise is judged by it, so nobody waits for it.
Every attempt of a batch counts once, whatever became of its result later; read it by `views.percentiles`.
"""

from __future__ import annotations

import logging
import struct
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select, update

from probes.batch import ColdError, ObservationsRecorded
from probes.latency import NONE
from probes.spec import AgentAssigned
from slamon.ledger.codec import Row, payload_of
from slamon.ledger.store import Ledger
from slamon.sla.runs import DAY_US
from slamon.views.batches import assigned_to
from slamon.views.rounds import Rounds, rounds_of
from slamon.views.store import ViewStore, read_position
from slamon.views.tables import latency_day, latency_state, view_state
from slamon.views.uncollected import uncollected
from slamon.views.writing import insert, write_many

LOG = logging.getLogger("slamon")

FACTS = 20_000  # in one transaction
AT_ONCE = 500  # rows in memory at a time
AT_LENGTH = 3_600.0  # s
RECORDED = "observations-recorded/1"

_COUNT = struct.Struct("<BI")

Key = tuple[str, str, int]


def pack(counts: Counter[int]) -> bytes:
    """Counts by bucket as stored: bucket and count, 5 bytes each, in order of buckets."""
    return b"".join([_COUNT.pack(bucket, counts[bucket]) for bucket in sorted(counts)])


def unpack(stored: bytes) -> Counter[int]:
    """Stored counts by bucket."""
    return Counter(dict(_COUNT.iter_unpack(stored)))


@dataclass
class _Plane:
    """The buckets of one agent's slots in a UTC day, in plan order from the slot numbered `first`."""

    rounds: Rounds
    location: str
    position: int
    first: int
    behind: int
    """The number of the slot after the last."""
    parts: list[bytes] = field(default_factory=list)

    def add(self, buckets: bytes, position: int) -> None:
        """Add the slots of a batch that carries on."""
        self.parts.append(buckets)
        self.behind += len(buckets)
        self.position = position

    def counts(self) -> Iterator[tuple[str, Counter[int]]]:
        """Count the buckets of each check; every n-th slot is its own."""
        plane, size = b"".join(self.parts), self.rounds.size
        for check, places in self.rounds.places:
            parts = [plane[(place - self.first) % size :: size] for place in places]
            found = _counted(parts[0] if len(parts) == 1 else b"".join(parts))
            if found:
                yield check, found


class UncountableError(ValueError):
    """A batch is damaged: nothing from the step that came upon it on is counted."""


def _counted(buckets: bytes) -> Counter[int]:
    """Count by bucket: there are few different ones, and each is counted at the speed of memory."""
    found = Counter({bucket: buckets.count(bucket) for bucket in set(buckets)})
    found.pop(NONE, None)
    return found


@dataclass
class Latencies:
    """Folds latencies into `latency_day`, a transaction at a time."""

    ledger: Ledger
    store: ViewStore

    def catch_up(self) -> int:
        """Fold all there is; the position reached.

        Raises:
            UncountableError: a batch is damaged.

        """
        reached = 0
        while (position := self.step()) is not None:
            reached = position
        return reached

    def step(self, facts: int = FACTS, *, seconds: float = AT_LENGTH) -> int | None:
        """Fold so many facts at the most, for about so long; the position reached, None if there was none.

        Raises:
            UncountableError: a batch is damaged; nothing of this step was counted.

        """
        deadline = time.monotonic() + seconds
        with uncollected(), self.store.writing() as connection:
            # The write comes first, as in the fold: of two that count, one waits for the other.
            connection.execute(update(view_state).values(id=1))
            begun, newest = _state(connection)
            days = _Days(connection, newest)
            position = begun
            # What the other views have not folded yet waits: the assignment of a batch must be there.
            for row in self._rows(begun, facts, read_position(connection)):
                _take(days, row)
                position = row.position
                if time.monotonic() > deadline:
                    break
            if position == begun:
                return None
            _move(connection, position, max(newest, days.flush()))
        return position

    def _rows(self, position: int, left: int, upto: int) -> Iterator[Row]:
        while left > 0:
            rows = self.ledger.rows(position, limit=min(left, AT_ONCE), upto=upto)
            yield from rows
            if len(rows) < min(left, AT_ONCE):
                return
            left, position = left - len(rows), rows[-1].position


def count_latencies(ledger: Ledger, store: ViewStore) -> None:
    """Count all there is; where a batch is damaged it is said, and no more: no judgement rests on latencies."""
    try:
        Latencies(ledger, store).catch_up()
    except UncountableError as wrong:
        LOG.warning("latencies are not counted: %s", wrong)


def _take(days: _Days, row: Row) -> None:
    try:
        days.take(row)
    except ValueError as wrong:
        message = f"the batch at position {row.position} of {row.stream} is damaged: {wrong}"
        raise UncountableError(message) from wrong


class _Days:
    """The counts of one transaction."""

    def __init__(self, connection: Connection, newest: int) -> None:
        self._connection = connection
        self._newest = newest
        self._assignments: dict[tuple[str, int], AgentAssigned] = {}
        self._open: dict[str, _Plane] = {}
        self._counts: dict[Key, Counter[int]] = {}
        self._positions: dict[Key, int] = {}

    def take(self, row: Row) -> None:
        """Take in a fact, if it is a batch."""
        if row.name != RECORDED:
            return
        fact = ObservationsRecorded.from_bytes(payload_of(row))
        if not _has_buckets(fact):
            return
        assigned = self._assigned(row, fact)
        rounds = rounds_of(assigned, fact.begin // DAY_US)
        if rounds is None:
            self._one_by_one(row, fact, assigned)
            return
        first = rounds.number(fact.begin)
        plane = self._open.get(row.stream)
        if plane is None or plane.rounds is not rounds or plane.behind != first:
            self._close(row.stream)
            plane = _Plane(rounds, assigned.location, row.position, first, first)
            self._open[row.stream] = plane
        plane.add(_with_gaps(fact, rounds, first), row.position)

    def _assigned(self, row: Row, fact: ObservationsRecorded) -> AgentAssigned:
        key = row.stream.split(":", 2)[1], fact.assignment
        if key not in self._assignments:
            self._assignments[key] = assigned_to(self._connection, *key)
        return self._assignments[key]

    def _one_by_one(self, row: Row, fact: ObservationsRecorded, assigned: AgentAssigned) -> None:
        """Probes whose rounds do not repeat within the day."""
        missing = {(due, index) for index, due in fact.missing}
        slots = (slot for slot in assigned.plan(fact.begin, fact.end) if slot not in missing)
        found: dict[int, Counter[int]] = {}
        for (_, index), bucket in zip(slots, fact.buckets, strict=True):
            if bucket != NONE:
                found.setdefault(index, Counter())[bucket] += 1
        for index, counts in found.items():
            key = (assigned.probes[index].probe, assigned.location, fact.begin // DAY_US)
            self._add(key, counts, row.position)

    def _close(self, stream: str) -> None:
        plane = self._open.pop(stream, None)
        if plane is None:
            return
        day = plane.rounds.day
        for check, counts in plane.counts():
            self._add((check, plane.location, day), counts, plane.position)

    def _add(self, key: Key, counts: Counter[int], position: int) -> None:
        held = self._counts.get(key)
        if held is None:
            held = self._counts[key] = self._stored(key)
        held.update(counts)
        self._positions[key] = max(position, self._positions.get(key, 0))

    def _stored(self, key: Key) -> Counter[int]:
        check, location, day = key
        if day > self._newest:
            return Counter()
        asked = {"check": check, "location": location, "day": day}
        row = self._connection.execute(_STORED, asked).first()
        return unpack(row.counts) if row else Counter()

    def flush(self) -> int:
        """Write everything back; the newest day of it, 0 where there is none."""
        for stream in list(self._open):
            self._close(stream)
        rows = [
            {
                "check": check,
                "location": location,
                "day": day,
                "counts": pack(counts),
                "position": self._positions[check, location, day],
            }
            for (check, location, day), counts in sorted(self._counts.items(), key=_by_key)
        ]
        if rows:
            write_many(self._connection, _WRITE, rows)
        return max((day for _, _, day in self._counts), default=0)


def _by_key(item: tuple[Key, Counter[int]]) -> Key:
    return item[0]


def _has_buckets(fact: ObservationsRecorded) -> bool:
    """False of a batch of layout 1 in an archive: its buckets are made of the latencies that are there."""
    try:
        return len(fact.buckets) == fact.rows
    except ColdError:
        return False


def _with_gaps(fact: ObservationsRecorded, rounds: Rounds, first: int) -> bytes:
    """The buckets of all slots of a batch; those of missing slots are `NONE`."""
    buckets = fact.buckets
    if not fact.missing:
        return buckets
    gaps = sorted(rounds.number_of(due, index) - first for index, due in fact.missing)
    parts, done = [], 0
    for taken, gap in enumerate(gaps):
        upto = gap - taken
        parts += [buckets[done:upto], bytes([NONE])]
        done = upto
    return b"".join([*parts, buckets[done:]])


_STORED = select(latency_day.c.counts).where(
    latency_day.c.check == bindparam("check"),
    latency_day.c.location == bindparam("location"),
    latency_day.c.day == bindparam("day"),
)
_write = insert(latency_day)
_WRITE = _write.on_conflict_do_update(
    index_elements=["check", "location", "day"],
    set_={"counts": _write.excluded.counts, "position": _write.excluded.position},
)


def _state(connection: Connection) -> tuple[int, int]:
    """The position up to which latencies were counted, and the newest day that has a row."""
    row = connection.execute(select(latency_state.c.position, latency_state.c.day)).first()
    return (row.position, row.day) if row else (0, 0)


def _move(connection: Connection, position: int, day: int) -> None:
    write = insert(latency_state).values(id=1, position=position, day=day)
    moved = {"position": position, "day": day}
    connection.execute(write.on_conflict_do_update(index_elements=["id"], set_=moved))


def counted_upto(connection: Connection) -> int:
    """The position up to which latencies were counted."""
    return _state(connection)[0]
