"""Combination: one state from several places or probes, with what is unknown left undecided."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from catalogue.intervals import Steps, zip_steps
from slamon.sla.judgement import State

_RANK: dict[State, int] = {"up": 0, "degraded": 1, "down": 2}
_OPTIMIST: State = "up"
_PESSIMIST: State = "down"


@lru_cache(maxsize=4096)
def kth_best(states: tuple[State, ...], k: int) -> State:
    """Give the k-th best state, or unknown where the unknown ones decide whether it is available.

    Of the levels that agree on availability the worse admissible one is given.
    """
    best, worst = _ranked(states, k, _OPTIMIST), _ranked(states, k, _PESSIMIST)
    return worst if (best == "down") == (worst == "down") else "unknown"


def combine(timelines: Sequence[Steps[State]], k: int) -> Steps[State]:
    """Give the k-th best of several timelines at every instant that all of them cover."""
    if len(timelines) == 1:
        return timelines[0]
    return zip_steps(timelines).map(lambda states: kth_best(states, k))


def quorum(timelines: Sequence[Steps[State]], down: int) -> Steps[State]:
    """Combine places: it is down where at least `down` of them see it down; a silent place has no vote."""
    return combine(timelines, len(timelines) - down + 1)


def any_down(timelines: Sequence[Steps[State]]) -> Steps[State]:
    """Combine in series: it is up only where all are."""
    return combine(timelines, len(timelines))


def all_down(timelines: Sequence[Steps[State]]) -> Steps[State]:
    """Combine in parallel: it is up where any is."""
    return combine(timelines, 1)


def _ranked(states: tuple[State, ...], k: int, instead: State) -> State:
    known = (instead if state == "unknown" else state for state in states)
    return sorted(known, key=_RANK.__getitem__)[k - 1]
