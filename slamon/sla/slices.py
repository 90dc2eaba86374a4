"""Slices: contracts that judge a period by minutes or five-minute intervals instead of by instants (§4.5).

Slices are aligned to the start of the period; the last one ends with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, assert_never

from catalogue.instants import MINUTE
from catalogue.intervals import Intervals, Span, clip, intersect, norm, subtract, total
from slamon.sla.availability import Quotient
from slamon.sla.counts import Counts

Rule = Literal["entirely_down", "any_down", "whole_slices_of_runs"]


class SliceError(ValueError):
    """Slices that hold nothing, or more errors than requests; the message says what to change."""


@dataclass(frozen=True, slots=True)
class SliceRule:
    """Slices of `length` µs, what makes one bad, and the shortest run of bad time that counts (µs).

    - entirely_down: a slice is bad iff all of its counted time is down.
    - any_down: a slice is bad iff any of its counted time is down.
    - whole_slices_of_runs: whole slices are counted off from the start of each run of down time, wherever it falls
      in the period. This is how "one or more consecutive minutes, partial minutes not counted" of the contracts reads:
      a run of 119 seconds is one minute of downtime even where it fills no minute of the clock, which is what
      `entirely_down` would ask for.

    Raises:
        SliceError: a length that is not positive.

    """

    length: int = MINUTE
    rule: Rule = "entirely_down"
    shortest: int = 0

    def __post_init__(self) -> None:
        """Refuse slices without time."""
        if self.length <= 0:
            raise SliceError(f"slices of {self.length} µs; write a length like PT1M or PT5M")

    def bad(self, down: Intervals, span: Span, agreed: Intervals | None = None) -> Intervals:
        """Give the bad time of a period by this rule; `agreed` is the time that counts, by default all of it."""
        counted = (span,) if agreed is None else clip(agreed, span)
        match self.rule:
            case "entirely_down":
                bad = bad_if_entirely_down(down, span, self.length, counted)
            case "any_down":
                bad = bad_if_any_down(down, span, self.length, counted)
            case "whole_slices_of_runs":
                runs = longer_runs(intersect(norm(down), counted), self.shortest)
                return whole_slices(runs, self.length)
            case _:
                assert_never(self.rule)
        return longer_runs(bad, self.shortest)


def bad_if_entirely_down(down: Intervals, span: Span, length: int, counted: Intervals) -> Intervals:
    """Give the counted time of the slices of which all counted time is down (Google's minutes).

    Unknown time is not down, so it keeps its slice from being bad.
    """
    not_down = subtract(counted, norm(down))
    between = subtract((span,), not_down)
    whole = norm((_ceil(a, span, length), _floor(b, span, length)) for a, b in between)
    return intersect(counted, whole)


def bad_if_any_down(down: Intervals, span: Span, length: int, counted: Intervals) -> Intervals:
    """Give the counted time of the slices of which any counted time is down (the 5-minute periods of EC2, 2008)."""
    touched = intersect(norm(down), counted)
    whole = norm((_floor(a, span, length), _ceil(b, span, length)) for a, b in touched)
    return intersect(counted, whole)


def longer_runs(bad: Intervals, shortest: int) -> Intervals:
    """Leave out the runs of bad time that are shorter than the contract counts."""
    return tuple((begin, end) for begin, end in bad if end - begin >= shortest)


def whole_slices(runs: Intervals, length: int) -> Intervals:
    """Give the whole slices of each run, counted off from its own start."""
    return norm((begin, end - (end - begin) % length) for begin, end in runs)


def sliced(bad: Intervals, unknown: Intervals, counted: Intervals) -> Quotient:
    """Give the quotient of a period by its bad slices: unknown time outside of them stays so, the rest is good."""
    spent, doubtful = total(bad), total(intersect(subtract(unknown, bad), counted))
    known = total(counted) - doubtful
    return Quotient(known - spent, spent, doubtful, known)


def into_slices(
    results: Iterable[tuple[int, Counts]], span: Span, length: int
) -> tuple[Counts, ...]:
    """Sort counted results, each with its instant, into all slices of a period; those outside of it are left out."""
    begin, end = span
    good, bad = [0] * -((begin - end) // length), [0] * -((begin - end) // length)
    for at, counts in results:
        if begin <= at < end:
            good[(at - begin) // length] += counts.good
            bad[(at - begin) // length] += counts.bad
    return tuple(map(Counts, good, bad))


def measured_slices(
    good: Intervals, bad: Intervals, span: Span, length: int
) -> tuple[tuple[Counts, int], ...]:
    """Give the good and bad time (µs) of the slices of a period, for their mean; those alike all over are repeated.

    A slice in which nothing was measured is left out: other than one without requests, it is not known to be good.
    """
    mixed: dict[int, Counts] = {}
    whole: list[tuple[Counts, int]] = []
    for times, one in ((good, Counts(1, 0)), (bad, Counts(0, 1))):
        for begin, end in clip(times, span):
            edges = _ceil(begin, span, length), end - (end - span[0]) % length
            cuts = sorted({begin, end, *(edge for edge in edges if begin < edge < end)})
            for a, b in pairwise(cuts):
                number, repeat = (a - span[0]) // length, (b - a) // length
                if repeat:
                    whole.append((_times(one, length), repeat))
                else:
                    mixed[number] = mixed.get(number, Counts(0, 0)) + _times(one, b - a)
    return (*whole, *((counts, 1) for counts in mixed.values()))


def mean_of_slices(slices: Iterable[tuple[Counts, int]]) -> Fraction | None:
    """Give the mean of the shares of slices, each taken as often as it is repeated; None without slices.

    A slice without requests has no errors (S3): it is as good as any.
    """
    shares = Fraction(0)
    number = 0
    for counts, repeat in slices:
        requests = _valid(counts)
        shares += repeat * (Fraction(counts.good, requests) if requests else Fraction(1))
        number += repeat
    return shares / number if number else None


def pooled(slices: Iterable[tuple[Counts, int]]) -> Fraction | None:
    """Give the share of all good requests among all, None without requests: what a mean of slices is held beside."""
    good = requests = 0
    for counts, repeat in slices:
        requests += repeat * _valid(counts)
        good += repeat * counts.good
    return Fraction(good, requests) if requests else None


def _times(one: Counts, length: int) -> Counts:
    return Counts(one.good * length, one.bad * length)


def _valid(counts: Counts) -> int:
    if counts.good < 0 or counts.bad < 0:
        raise SliceError(
            f"{counts.bad} errors of {counts.good + counts.bad} requests; correct them"
        )
    return counts.good + counts.bad


def _floor(at: int, span: Span, length: int) -> int:
    """Give the last edge of a slice up to an instant; the end of the period is one."""
    return at if at >= span[1] else at - (at - span[0]) % length


def _ceil(at: int, span: Span, length: int) -> int:
    """Give the first edge of a slice from an instant on."""
    return at + (span[0] - at) % length
