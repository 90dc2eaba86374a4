"""Rules P5 and 4.9, one instant at a time: one state of many, some of which may be excluded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

BEST_FIRST = ("up", "degraded", "down")


class Group(NamedTuple):
    """At least `needed` of the parts must be available; a part is a member's name or a group."""

    needed: int
    parts: tuple[str | Group, ...]


class Judged(NamedTuple):
    """The state at an instant; if it is excluded, the state it would have had: the counterfactual."""

    state: str
    otherwise: str | None


def state_of(part: str | Group, states: Mapping[str, str]) -> str:
    """Give the state of a part, with what is unknown once taken for up and once for down."""
    if isinstance(part, str):
        return states[part]
    inner = [state_of(each, states) for each in part.parts]
    best = ranked(inner, part.needed, unknown="up")
    worst = ranked(inner, part.needed, unknown="down")
    return worst if (best == "down") == (worst == "down") else "unknown"


def ranked(states: Sequence[str], k: int, unknown: str) -> str:
    known = [unknown if state == "unknown" else state for state in states]
    return sorted(known, key=BEST_FIRST.index)[k - 1]


def quorum(states: Sequence[str], down: int) -> str:
    """Rule P5: of the places, so many must see it down."""
    named = {str(number): state for number, state in enumerate(states)}
    return state_of(Group(len(states) - down + 1, tuple(named)), named)


def judged(part: str | Group, states: Mapping[str, str], excluded: set[str]) -> Judged:
    """Ask what it would have been with the excluded members up: if that is better and available, it is excused."""
    actual = state_of(part, states)
    forgiving = {name: "up" if name in excluded else state for name, state in states.items()}
    otherwise = state_of(part, forgiving)
    excused = otherwise in {"up", "degraded"} and otherwise != actual
    return Judged(actual, otherwise if excused else None)
