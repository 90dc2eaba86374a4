"""Rounds: slots in plan order repeat, so that each has a number, and every n-th belongs to the same check."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import lcm

from probes.spec import AgentAssigned, AssignedProbe
from slamon.sla.runs import DAY_US

LONGEST = (
    3_600_000_000  # µs; intervals that repeat together only after longer are counted one by one
)
MOST = 200_000  # slots in a round


@dataclass(frozen=True)
class Rounds:
    """The slots of a UTC day: `slots` of each round of `length` µs, and the places of each check among them."""

    day: int
    length: int
    slots: Sequence[tuple[int, int]]
    places: Sequence[tuple[str, Sequence[int]]]

    @property
    def size(self) -> int:
        """How many slots a round has."""
        return len(self.slots)

    def number(self, instant: int) -> int:
        """The number of the first slot due at or after an instant (µs)."""
        rounds, rest = divmod(instant, self.length)
        return rounds * self.size + bisect_left(self.slots, (rest, -1))

    def number_of(self, due: int, index: int) -> int:
        """The number of a slot."""
        rounds, rest = divmod(due, self.length)
        return rounds * self.size + bisect_left(self.slots, (rest, index))


def rounds_of(assigned: AgentAssigned, day: int) -> Rounds | None:
    """The rounds of a UTC day; None where intervals change within it, or do not repeat together soon."""
    span = day * DAY_US, (day + 1) * DAY_US
    return _rounds(_Known(assigned), *span)


class _Known:
    """An assignment told apart by its identity: comparing long lists would take longer than what is computed."""

    __slots__ = ("assigned",)

    def __init__(self, assigned: AgentAssigned) -> None:
        self.assigned = assigned

    def __hash__(self) -> int:
        return id(self.assigned)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self.assigned is other.assigned


@lru_cache(maxsize=32)
def _rounds(known: _Known, begin: int, end: int) -> Rounds | None:
    due: list[tuple[int, AssignedProbe, int]] = []
    for index, probe in enumerate(known.assigned.probes):
        held = [s for s in probe.segments if s.begin < end and begin < s.end]
        if not held:
            continue
        if len(held) > 1 or held[0].begin > begin or held[0].end < end:
            return None
        due.append((index, probe, held[0].interval))
    length = lcm(*(interval for _, _, interval in due)) if due else 0
    if not due or length > LONGEST or sum(length // each for _, _, each in due) > MOST:
        return None
    slots = sorted(
        (at, index)
        for index, probe, interval in due
        for at in range(probe.phase % interval, length, interval)
    )
    places: dict[int, list[int]] = {index: [] for index, _, _ in due}
    for place, (_, index) in enumerate(slots):
        places[index].append(place)
    named = tuple((known.assigned.probes[index].probe, own) for index, own in places.items())
    return Rounds(begin // DAY_US, length, slots, named)
