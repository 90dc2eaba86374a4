"""The tally: time by state, excluded or not, inside or outside the agreed hours; and the outages in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import pairwise
from operator import add, attrgetter
from typing import Literal

from catalogue.intervals import Intervals, Span, Steps, membership, steps, zip_steps
from slamon.sla.judgement import State

Kind = Literal["counted", "excused", "outside"]
Piece = tuple[int, int, State, Kind]


class EmptyPeriodError(ValueError):
    """There is no time to judge."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Microseconds of a span: by state what counts, by state what is excused, and what lies outside the promise.

    Tallies of disjoint spans add; their sum is the time of the spans.
    """

    up: int = 0
    degraded: int = 0
    down: int = 0
    unknown: int = 0
    excused_up: int = 0
    excused_degraded: int = 0
    excused_down: int = 0
    excused_unknown: int = 0
    outside: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*map(add, _VALUES(self), _VALUES(other)))

    @property
    def counted(self) -> int:
        """Agreed time that is not excused."""
        return self.up + self.degraded + self.down + self.unknown

    @property
    def excused(self) -> int:
        """Agreed time that is excused."""
        return self.excused_up + self.excused_degraded + self.excused_down + self.excused_unknown

    @property
    def total(self) -> int:
        """All time of the spans."""
        return self.counted + self.excused + self.outside

    def as_us(self) -> dict[str, int]:
        """Give the tally with the names of the judgement's JSON, like `up_us`."""
        return dict(zip(_NAMES_US, _VALUES(self), strict=True))


_NAMES = tuple(field.name for field in fields(Tally))
_NAMES_US = tuple(f"{name}_us" for name in _NAMES)
_VALUES = attrgetter(*_NAMES)
_NAMES_US = tuple(f"{name}_us" for name in _NAMES)
_VALUES = attrgetter(*_NAMES)


@dataclass(frozen=True, slots=True)
class DownRun:
    """Counted down time without availability between: from its first to its last instant, `counted` µs of it down."""

    begin: int
    end: int
    counted: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Figures of a span that merge exactly with those of other spans.

    `available_before` says whether counted available time was seen before the first outage, `available_after` whether
    after the last; without outages both say whether there was any.
    """

    begin: int
    end: int
    tally: Tally
    outages: tuple[DownRun, ...] = ()
    available_before: bool = False
    available_after: bool = False


def pieces(
    states: Steps[State], agreed: Intervals, excused: Intervals, span: Span
) -> Iterator[Piece]:
    """Give each stretch of a span with its state and how it counts; time without a state is unknown."""
    known = _filled(states, span)
    if not known.points:
        return
    places = zip_steps([membership(agreed, span), membership(excused, span)]).map(_kind)
    marks = iter(places.pieces())
    _, end, kind = next(marks)
    for first, last, state in known.pieces():
        at = first
        while at < last:
            if at >= end:
                _, end, kind = next(marks)
            yield at, min(last, end), state, kind
            at = min(last, end)


def classify(states: Steps[State], agreed: Intervals, excused: Intervals, span: Span) -> DayFigures:
    """Give the figures of a span: every instant is outside, or has a state and is excused or counted.

    Raises:
        EmptyPeriodError: the span does not end after it begins.

    """
    if span[0] >= span[1]:
        raise EmptyPeriodError("empty period")
    spent: dict[str, int] = dict.fromkeys(_NAMES, 0)
    found: list[DownRun] = []
    before = after = False
    for begin, end, state, kind in pieces(states, agreed, excused, span):
        spent[_entry(state, kind)] += end - begin
        if kind != "counted" or state == "unknown":
            continue
        if state != "down":
            before, after = before or not found, True
        elif found and not after:
            found[-1] = DownRun(found[-1].begin, end, found[-1].counted + end - begin)
        else:
            found.append(DownRun(begin, end, end - begin))
            after = False
    return DayFigures(span[0], span[1], Tally(**spent), tuple(found), before, after)


def tally_of(state: State, kind: Kind, length: int) -> Tally:
    """Give the tally of one stretch of `length` µs."""
    return Tally(**{_entry(state, kind): length})


def merge(parts: Iterable[DayFigures]) -> DayFigures:
    """Merge figures of disjoint spans, given in any order, into those of all of them.

    Raises:
        ValueError: there is nothing to merge, or two spans overlap.

    """
    in_order = sorted(parts, key=lambda part: (part.begin, part.end))
    if not in_order:
        raise ValueError("there are no figures to merge")
    if any(left.end > right.begin for left, right in pairwise(in_order)):
        raise ValueError("figures of overlapping spans do not add")
    outages, before, after = _linked(in_order)
    tally = added(part.tally for part in in_order)
    return DayFigures(in_order[0].begin, in_order[-1].end, tally, outages, before, after)


def added(tallies: Iterable[Tally]) -> Tally:
    """Add tallies of disjoint spans."""
    return Tally(*map(sum, zip(*map(_VALUES, tallies), strict=True)))


def _linked(parts: Iterable[DayFigures]) -> tuple[tuple[DownRun, ...], bool, bool]:
    """Give the outages of spans in order, joined where one runs on into the next, and the flags around them."""
    outages: list[DownRun] = []
    before = after = False
    for part in parts:
        if not outages:
            before = before or part.available_before
        if not part.outages:
            after = after or part.available_after
            continue
        own = list(part.outages)
        if outages and not after and not part.available_before:
            last, first = outages.pop(), own[0]
            own[0] = DownRun(last.begin, first.end, last.counted + first.counted)
        outages += own
        after = part.available_after
    return tuple(outages), before, after


def _filled(states: Steps[State], span: Span) -> Steps[State]:
    """Give the states over exactly a span, unknown where they say nothing."""
    begin, end = span
    inside = states.clip(span)
    points = list(inside.points)
    if begin < end and (not points or points[0][0] > begin):
        points.insert(0, (begin, "unknown"))
    if points and inside.points and inside.end < end:
        points.append((inside.end, "unknown"))
    return steps(points, end)


def _kind(inside: tuple[bool, ...]) -> Kind:
    agreed, excused = inside
    if not agreed:
        return "outside"
    return "excused" if excused else "counted"


def _entry(state: State, kind: Kind) -> str:
    if kind == "outside":
        return "outside"
    return state if kind == "counted" else f"excused_{state}"
