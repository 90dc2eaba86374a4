"""Counts how long attempts took, by check, place and UTC day, in buckets of 3 % (`probes.latency`)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, repeat
from struct import Struct
from typing import NamedTuple

from probes.batch import ColdError, ObservationsRecorded
from probes.latency import NONE
from probes.spec import AgentAssigned
from slamon.ledger.codec import Row, payload_of
from slamon.sla.runs import DAY_US
from slamon.views.chains import RECORDED, Assignments
from slamon.views.rounds import Rounds, rounds_of

_COUNT = Struct("<BI")
_NONE = bytes([NONE])


class Key(NamedTuple):
    """A check at a place on a UTC day."""

    check: str
    location: str
    day: int


Counted = tuple[str, str, int, bytes, int]
"""Check, place, UTC day, packed counts, and the position of the newest batch that is in them."""


class UncountableError(ValueError):
    """A batch is damaged: nothing from the step that came upon it on is counted."""


def pack(counts: Mapping[int, int]) -> bytes:
    """Counts by bucket as stored: bucket and count, 5 bytes each, in order of buckets."""
    return _of(len(counts)).pack(*chain.from_iterable(sorted(counts.items())))


def unpack(stored: bytes) -> Counter[int]:
    """Stored counts by bucket."""
    return Counter(dict(_COUNT.iter_unpack(stored)))


def added(one: bytes, other: bytes) -> bytes:
    """Both together, as stored."""
    return pack(unpack(one) + unpack(other))


@lru_cache(maxsize=256)
def _of(buckets: int) -> Struct:
    return Struct("<" + "BI" * buckets)


def _packed(buckets: bytes) -> bytes:
    """Count by bucket: there are few different ones, and each is counted at the speed of memory."""
    seen = sorted(set(buckets) - {NONE})
    return _of(len(seen)).pack(*[n for each in seen for n in (each, buckets.count(each))])


@dataclass
class _Plane:
    """The buckets of one agent's slots in a UTC day, in plan order from the slot numbered `first`."""

    rounds: Rounds
    location: str
    first: int
    behind: int
    """The number of the slot after the last."""
    parts: list[bytes] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    """The number of the first slot of each batch."""
    positions: list[int] = field(default_factory=list)

    def add(self, buckets: bytes, position: int) -> None:
        """Add the slots of a batch that carries on."""
        self.parts.append(buckets)
        self.begins.append(self.behind)
        self.positions.append(position)
        self.behind += len(buckets)

    def counts(self) -> Iterator[tuple[str, bytes, int]]:
        """Count the buckets of each check, every n-th slot is its own; with the position of the newest in them."""
        plane, size = b"".join(self.parts), self.rounds.size
        for check, places in self.rounds.places:
            offsets = [(place - self.first) % size for place in places]
            parts = [plane[offset::size] for offset in offsets]
            found = _packed(parts[0] if len(parts) == 1 else b"".join(parts))
            if found:
                last = max(map(_newest, offsets, parts, repeat(size)))
                yield check, found, self._position_of(self.first + last)

    def _position_of(self, slot: int) -> int:
        return self.positions[bisect_right(self.begins, slot) - 1]


def _newest(offset: int, part: bytes, size: int) -> int:
    """The place in its plane of the last slot of a part that has a latency; below 0 without any."""
    measured = len(part.rstrip(_NONE))
    return offset + (measured - 1) * size if measured else -1


class Counting:
    """Counts the batches among rows of the ledger."""

    def __init__(self, assignments: Assignments) -> None:
        self._assignments = lru_cache(maxsize=None)(assignments)
        self._open: dict[str, _Plane] = {}
        self._loose: dict[Key, Counter[int]] = {}
        self._counts: dict[Key, bytes] = {}
        self._positions: dict[Key, int] = {}

    def take(self, row: Row) -> None:
        """Take in a row, if it is a batch.

        Raises:
            UncountableError: it is damaged.

        """
        if row.name != RECORDED:
            return
        try:
            self._take(row, ObservationsRecorded.from_bytes(payload_of(row)))
        except ValueError as wrong:
            message = f"the batch at position {row.position} of {row.stream} is damaged: {wrong}"
            raise UncountableError(message) from wrong

    def _take(self, row: Row, fact: ObservationsRecorded) -> None:
        if not _has_buckets(fact):
            return
        assigned = self._assignments(row.stream.split(":", 2)[1], fact.assignment)
        rounds = rounds_of(assigned, fact.begin // DAY_US)
        if rounds is None:
            self._one_by_one(row, fact, assigned)
            return
        first = rounds.number(fact.begin)
        plane = self._open.get(row.stream)
        if plane is None or plane.rounds is not rounds or plane.behind != first:
            self._close(row.stream)
            plane = _Plane(rounds, assigned.location, first, first)
            self._open[row.stream] = plane
        plane.add(_with_gaps(fact, rounds, first), row.position)

    def _one_by_one(self, row: Row, fact: ObservationsRecorded, assigned: AgentAssigned) -> None:
        """Probes whose rounds do not repeat within the day."""
        missing = {(due, index) for index, due in fact.missing}
        slots = (slot for slot in assigned.plan(fact.begin, fact.end) if slot not in missing)
        for (_, index), bucket in zip(slots, fact.buckets, strict=True):
            if bucket != NONE:
                check = assigned.probes[index].probe
                key = Key(check, assigned.location, fact.begin // DAY_US)
                self._loose.setdefault(key, Counter())[bucket] += 1
                self._positions[key] = max(row.position, self._positions.get(key, 0))

    def _close(self, stream: str) -> None:
        plane = self._open.pop(stream, None)
        if plane is None:
            return
        for check, counts, position in plane.counts():
            self._add(Key(check, plane.location, plane.rounds.day), counts, position)

    def _add(self, key: Key, counts: bytes, position: int) -> None:
        held = self._counts.get(key)
        self._counts[key] = counts if held is None else added(held, counts)
        self._positions[key] = max(position, self._positions.get(key, 0))

    def counted(self) -> list[Counted]:
        """Everything that was counted."""
        for stream in list(self._open):
            self._close(stream)
        for key, counts in self._loose.items():
            self._add(key, pack(counts), self._positions[key])
        self._loose.clear()
        return [(*key, counts, self._positions[key]) for key, counts in self._counts.items()]


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
        parts += [buckets[done:upto], _NONE]
        done = upto
    return b"".join([*parts, buckets[done:]])
