"""Spans of time and values that change at instants; every span is half-open `[from, to)` in whole microseconds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Span = tuple[int, int]
Intervals = tuple[Span, ...]

V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)
W = TypeVar("W")

_instant = itemgetter(0)


def norm(spans: Iterable[Span]) -> Intervals:
    """Sort spans, drop empty ones, and join those that touch or overlap."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if begin >= end:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(joined)


def union(*many: Intervals) -> Intervals:
    """Give the time that lies in any of the interval lists."""
    return norm(span for spans in many for span in spans)


def intersect(left: Intervals, right: Intervals) -> Intervals:
    """Give the time that lies in both."""
    both: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        begin, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if begin < end:
            both.append((begin, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(both)


def subtract(left: Intervals, right: Intervals) -> Intervals:
    """Give the time that lies in `left` and not in `right`."""
    rest: list[Span] = []
    j = 0
    for begin, end in left:
        at = begin
        while j < len(right) and right[j][1] <= at:
            j += 1
        k = j
        while k < len(right) and right[k][0] < end:
            if at < right[k][0]:
                rest.append((at, right[k][0]))
            at = max(at, right[k][1])
            k += 1
        if at < end:
            rest.append((at, end))
    return tuple(rest)


def clip(spans: Intervals, span: Span) -> Intervals:
    """Give the part of the spans inside one span."""
    begin, end = span
    return tuple(
        (max(a, begin), min(b, end)) for a, b in spans if a < end and b > begin and begin < end
    )


def total(spans: Intervals) -> int:
    """Give the length of the spans together in microseconds."""
    return sum(end - begin for begin, end in spans)


@dataclass(frozen=True, slots=True)
class Steps(Generic[V_co]):
    """A value over time: each point `(from, value)` holds until the next point, the last one until `end`."""

    points: tuple[tuple[int, V_co], ...]
    end: int

    @property
    def begin(self) -> int:
        """The first instant with a value; `end` if there is none."""
        return self.points[0][0] if self.points else self.end

    @property
    def span(self) -> Span:
        """The span that has values."""
        return (self.begin, self.end)

    def pieces(self) -> Iterator[tuple[int, int, V_co]]:
        """Give each stretch of equal value as `(from, to, value)`."""
        last = len(self.points) - 1
        for index, (begin, value) in enumerate(self.points):
            yield begin, self.points[index + 1][0] if index < last else self.end, value

    def clip(self, span: Span) -> Steps[V_co]:
        """Give the part inside a span; time without a value stays without."""
        begin, end = max(span[0], self.begin), min(span[1], self.end)
        if begin >= end:
            return Steps((), min(max(span[0], self.begin), self.end))
        if (begin, end) == self.span:
            return self
        first = bisect_right(self.points, begin, key=_instant)
        last = bisect_left(self.points, end, key=_instant)
        return Steps(((begin, self.points[first - 1][1]), *self.points[first:last]), end)

    def cut(self, spans: Iterable[Span]) -> Iterator[Steps[V_co]]:
        """Give the part inside each of some spans, which come in order of time and do not overlap."""
        points, place = self.points, 0
        for span in spans:
            begin, end = max(span[0], self.begin), min(span[1], self.end)
            if begin >= end:
                yield self.clip(span)
                continue
            while place + 1 < len(points) and points[place + 1][0] <= begin:
                place += 1
            after = place + 1
            while after < len(points) and points[after][0] < end:
                after += 1
            yield Steps(((begin, points[place][1]), *points[place + 1 : after]), end)

    def map(self, change: Callable[[V_co], W]) -> Steps[W]:
        """Give the value changed by a function, neighbours that become equal joined."""
        return steps(((at, change(value)) for at, value in self.points), self.end)

    def where(self, wanted: Callable[[V_co], bool]) -> Intervals:
        """Give the time in which the value is a wanted one."""
        return norm((begin, end) for begin, end, value in self.pieces() if wanted(value))


def steps(points: Iterable[tuple[int, V]], end: int) -> Steps[V]:
    """Put points in order of time into normal form: of equal instants the last one holds, equal neighbours are joined.

    Points at or after `end` are left out.
    """
    kept: list[tuple[int, V]] = []
    for at, value in points:
        if at >= end:
            break
        if kept and kept[-1][0] == at:
            kept.pop()
        if not kept or kept[-1][1] != value:
            kept.append((at, value))
    return Steps(tuple(kept), end)


def constant(value: V, span: Span) -> Steps[V]:
    """Give one value over a span."""
    return Steps(((span[0], value),) if span[0] < span[1] else (), span[1])


def membership(spans: Intervals, span: Span) -> Steps[bool]:
    """Say of each instant of a span whether the spans hold it."""
    points: list[tuple[int, bool]] = [(span[0], False)]
    for begin, end in clip(spans, span):
        points += [(begin, True), (end, False)]
    return steps(points, span[1])


def zip_steps(many: Sequence[Steps[V]]) -> Steps[tuple[V, ...]]:
    """Give the values of several step functions together, over the span that all of them cover."""
    begin, end = max(each.begin for each in many), min(each.end for each in many)
    if begin >= end:
        return Steps((), end)
    parts = [each.clip((begin, end)) for each in many]
    values = [part.points[0][1] for part in parts]
    changes = sorted((at, which) for which, part in enumerate(parts) for at, _ in part.points[1:])
    heads = [1] * len(parts)
    points = [(begin, tuple(values))]
    for at, which in changes:
        values[which] = parts[which].points[heads[which]][1]
        heads[which] += 1
        points.append((at, tuple(values)))
    return steps(points, end)
