"""What happens to the probes of a generated fleet: outages, single failures and lost slots, the same on every run."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from math import gamma, log
from random import Random
from typing import NamedTuple

from probes.closing import DAY, ROWS
from probes.outcome import Outcome

MINUTE = 60_000_000
MINUTES = DAY // MINUTE
FIRST_DAY = date(2025, 1, 1)

DAYS_TO_FAILURE, FAILURE_SHAPE = 8.5, 0.8  # Weibull, of the mean and of the shape
MINUTES_TO_REPAIR, REPAIR_SPREAD = 12, 1.0  # lognormal, of the median
SINGLE_FAILURES = 0.0003
LOST = 0.0001
LEAD_IN = 3  # rounds before a day that tell what its probes were


@dataclass(frozen=True)
class Fleet:
    """Whose history it is: that many probes in plan order, batches of at most `rows` results."""

    probes: int
    days: int
    rows: int = ROWS
    seed: int = 0
    first_day: date = FIRST_DAY

    @property
    def begin(self) -> int:
        """The first instant (µs)."""
        at = datetime.combine(self.first_day, datetime.min.time(), UTC)
        return int(at.timestamp()) * 1_000_000

    @property
    def end(self) -> int:
        """The instant at which the history ends (µs)."""
        return self.begin + self.days * DAY

    @property
    def order(self) -> list[int]:
        """The probes' indices in plan order, which is not the order of their ids."""
        return _shuffled(self.probes, self.seed)

    def due(self, slot: int) -> int:
        """When a slot is due (µs); slots are numbered in plan order from the first instant on."""
        minute, place = divmod(slot, self.probes)
        return self.begin + minute * MINUTE + place * (MINUTE // self.probes)


class Exceptional(NamedTuple):
    """A slot of which there is more to say than that its result was good; the outcome None is lost."""

    slot: int
    outcome: Outcome | None
    edge: bool  # the batch lists it: the row before was another, or was lost


@dataclass(frozen=True)
class Told:
    """What is exceptional of a day, in order; at `changes` an agent sees its probe change."""

    slots: list[Exceptional]
    changes: list[int]
    lost: list[int]

    def within(self, begin: int, end: int) -> list[Exceptional]:
        """What is exceptional of the slots `[begin, end)`."""
        first, last = (bisect_left(self.slots, (slot,)) for slot in (begin, end))
        return self.slots[first:last]

    def change_after(self, slot: int) -> int:
        """The slot that follows the next change of a probe."""
        place = bisect_left(self.changes, slot)
        return self.changes[place] + 1 if place < len(self.changes) else 2**62

    def full(self, slot: int, upto: int, rows: int) -> int:
        """The slot before which that many rows stand, if it comes before `upto`."""
        end = slot
        while end < upto and (short := rows - (end - slot - self._lost(slot, end))):
            end += short
        return end

    def _lost(self, begin: int, end: int) -> int:
        return bisect_left(self.lost, end) - bisect_left(self.lost, begin)


def told(fleet: Fleet, day: int) -> Told:
    """Draw a day."""
    per_day = MINUTES * fleet.probes
    first = day * per_day
    known = _exceptions(fleet, max(0, first - LEAD_IN * fleet.probes), first + per_day)
    found = Told([], [], sorted(slot for slot, outcome in known.items() if outcome is None))
    listed: dict[int, Outcome | None] = {}  # by place: what the last row of the probe was
    noted: dict[int, Outcome | None] = {}  # the same, but a lost slot changes nothing
    spoken = {*known, *(slot + fleet.probes for slot in known), *_first_round(fleet, day)}
    for slot in sorted(spoken):
        outcome, place = known.get(slot, Outcome.GOOD), slot % fleet.probes
        if slot - fleet.probes not in spoken and slot >= fleet.probes:
            listed[place] = noted[place] = Outcome.GOOD
        if first <= slot < first + per_day:
            edge = outcome is not None and listed.get(place) != outcome
            found.slots.append(Exceptional(slot, outcome, edge))
            if outcome is not None and noted.get(place) != outcome:
                found.changes.append(slot)
        listed[place] = outcome
        noted[place] = noted.get(place) if outcome is None else outcome
    return found


def _first_round(fleet: Fleet, day: int) -> range:
    """Every probe's first result is an edge."""
    return range(fleet.probes if day == 0 else 0)


def _exceptions(fleet: Fleet, begin: int, end: int) -> dict[int, Outcome | None]:
    """The slots in a range of which the result was bad or got lost (None)."""
    found: dict[int, Outcome | None] = {}
    low, high = begin // fleet.probes, end // fleet.probes
    for place, (outages, singles, lost) in enumerate(_fates(fleet)):
        bad = [minute for a, b in outages if b > low for minute in range(max(a, low), min(b, high))]
        bad += singles[bisect_left(singles, low) : bisect_left(singles, high)]
        for minute in bad:
            found[minute * fleet.probes + place] = Outcome.BAD
        for minute in lost[bisect_left(lost, low) : bisect_left(lost, high)]:
            found[minute * fleet.probes + place] = None
    return found


class _Fate(NamedTuple):
    """What happens to a probe, in minutes of the history: outages, single failures, lost slots."""

    outages: list[tuple[int, int]]
    singles: list[int]
    lost: list[int]


@lru_cache(maxsize=1)
def _fates(fleet: Fleet) -> list[_Fate]:
    """What happens to each probe, in plan order."""
    minutes = fleet.days * MINUTES
    found = []
    for place in range(fleet.probes):
        chance = Random(f"{fleet.seed}:{place}")  # noqa: S311  # figures must not change from run to run
        outages = list(_outages(chance, minutes))
        singles = list(_rare(chance, SINGLE_FAILURES, minutes))
        found.append(_Fate(outages, singles, list(_rare(chance, LOST, minutes))))
    return found


def _outages(chance: Random, minutes: int) -> Iterator[tuple[int, int]]:
    scale = DAYS_TO_FAILURE * MINUTES / gamma(1 + 1 / FAILURE_SHAPE)
    at = 0.0
    while (at := at + chance.weibullvariate(scale, FAILURE_SHAPE)) < minutes:
        begin = int(at)
        at += chance.lognormvariate(log(MINUTES_TO_REPAIR), REPAIR_SPREAD)
        yield begin, max(begin + 1, min(int(at), minutes))


def _rare(chance: Random, share: float, minutes: int) -> Iterator[int]:
    at = chance.expovariate(share)
    while at < minutes:
        yield int(at)
        at += 1 + chance.expovariate(share)


@lru_cache(maxsize=1)
def _shuffled(probes: int, seed: int) -> list[int]:
    order = list(range(probes))
    Random(seed).shuffle(order)  # noqa: S311  # the same on every run
    return order
