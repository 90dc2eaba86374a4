"""Declared incidents over what was probed: a person's word holds for its span, and both are kept (rule P6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TypeVar, cast

from catalogue.intervals import Span, Steps, steps, zip_steps
from slamon.sla.judgement import State


@dataclass(frozen=True, slots=True)
class Declared:
    """A state declared for `[begin, end)` (µs); `position` is that of the fact that says so."""

    begin: int
    end: int
    state: State
    declaration: str
    position: int


S = TypeVar("S", bound=str)


def overlay(states: Steps[S], declared: Sequence[Declared]) -> Steps[S | State]:
    """Give the states with every declared one in the place of the probed one, inside their span only (rule P6).

    Of declarations over the same instant the one recorded last holds.
    """
    points: list[tuple[int, State | None]] = [(states.begin, None)]
    for begin, end, said in _holding(declared, states.span):
        points += [(begin, said.state), (end, None)]
    probed: Steps[S | State | None] = states
    both = zip_steps([probed, steps(points, states.end)])
    return both.map(lambda pair: cast("S", pair[0]) if pair[1] is None else pair[1])


def evidence_of(
    states: Steps[State], declared: Sequence[Declared], span: Span
) -> Mapping[State, int]:
    """Say how many µs of a span stand by declaration, by the state declared; the rest stands by results."""
    found: defaultdict[State, int] = defaultdict(int)
    for begin, end, said in _holding(declared, states.clip(span).span):
        found[said.state] += end - begin
    return dict(found)


def _holding(declared: Sequence[Declared], span: Span) -> Iterator[tuple[int, int, Declared]]:
    """Give the declaration that holds in each stretch of a span, in order of time; stretches with none are left out.

    A sweep: at each edge those that have begun wait in a heap, the one recorded last on top; ended ones drop out there.
    """
    begin, end = span
    coming = sorted(
        (each for each in declared if max(each.begin, begin) < min(each.end, end)),
        key=lambda each: each.begin,
    )
    waiting: list[tuple[int, int, Declared]] = []
    at, which = begin, 0
    while which < len(coming) or waiting:
        while waiting and waiting[0][2].end <= at:
            heappop(waiting)
        if not waiting and which < len(coming):
            at = max(at, coming[which].begin)
        while which < len(coming) and coming[which].begin <= at:
            heappush(waiting, (-coming[which].position, which, coming[which]))
            which += 1
        if waiting and waiting[0][2].end > at:
            top = waiting[0][2]
            following = coming[which].begin if which < len(coming) else end
            until = min(top.end, following, end)
            yield at, until, top
            at = until
        if at >= end:
            return
