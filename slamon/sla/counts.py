"""Counts: a share of good events among valid ones, for promises that count cases instead of time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from typing import assert_never

from catalogue.intervals import Intervals, Span, clip, intersect, subtract
from probes.outcome import Outcome
from slamon.sla.judgement import Effect
from slamon.sla.runs import Run

Window = tuple[int, int, Effect]
"""Excluded time: from, to (µs), and what the agreement does with it."""

Piece = tuple[int, int, Effect | None]
"""Agreed time; no effect where it is not excluded."""

_FIRST, _LAST = attrgetter("first"), attrgetter("last")


@dataclass(frozen=True, slots=True)
class Counts:
    """Good and bad events; what was neither is no event."""

    good: int = 0
    bad: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Give the events of both; nothing is averaged."""
        return Counts(self.good + other.good, self.bad + other.bad)

    @property
    def total(self) -> int:
        """All events that count."""
        return self.good + self.bad

    def share(self, min_events: int = 1) -> Fraction | None:
        """Give the share of good events, or None where there are fewer than `min_events`."""
        events = self.good + self.bad
        return Fraction(self.good, events) if events >= max(min_events, 1) else None


@dataclass(frozen=True, slots=True)
class CountsVerdict:
    """A share held against its goal; `consumed` is the part of the error budget spent, None at a goal of 100 %."""

    share: Fraction
    met: bool
    gap: Fraction
    error_ratio: Fraction
    error_budget: Fraction
    consumed: Fraction | None


def counts_of(outcomes: Iterable[Outcome]) -> Counts:
    """Count outcomes: degraded is good, inconclusive is no event."""
    good = bad = 0
    for outcome in outcomes:
        if outcome is Outcome.BAD:
            bad += 1
        elif outcome is not Outcome.INCONCLUSIVE:
            good += 1
    return Counts(good, bad)


def hold_against(share: Fraction, goal: Fraction) -> CountsVerdict:
    """Hold a share against its goal, exactly; equality is met."""
    error_ratio, error_budget = 1 - share, 1 - goal
    consumed = error_ratio / error_budget if error_budget else None
    return CountsVerdict(share, share >= goal, share - goal, error_ratio, error_budget, consumed)


def within(outcome: Outcome, latency: int | None, bound: int) -> Outcome:
    """Say what a result is for a promise that results take at most `bound` µs (§4.8).

    Degraded is good, slower is bad, a failure is bad however quick it was. Without a latency nothing can be
    said of an answer: it is no case.
    """
    if outcome in {Outcome.BAD, Outcome.INCONCLUSIVE}:
        return outcome
    if latency is None:
        return Outcome.INCONCLUSIVE
    return Outcome.GOOD if latency <= bound else Outcome.BAD


def case_counts(
    runs_by_source: Iterable[Sequence[Run]],
    agreed: Intervals,
    exclusions: Sequence[Window],
    span: Span,
) -> Counts:
    """Count the results observed within agreed time of a span (§4.8); runs and exclusions are in order and disjoint.

    Excluded results count by the effect (§4.5): removed with the window none, with the bad time the good ones only;
    counted as available all of them as good; ignored as if nothing were excluded.
    """
    pieces = _pieces(clip(agreed, span), exclusions)
    ends = [end for _, end, _ in pieces]
    good = bad = 0
    for runs in runs_by_source:
        for run in _meeting(runs, span):
            if run.outcome is Outcome.INCONCLUSIVE:
                continue
            is_bad = run.outcome is Outcome.BAD
            for count, effect in _counted(run, pieces, ends):
                if not is_bad or effect == "count_as_available":
                    good += count
                elif effect != "remove_bad_time":
                    bad += count
    return Counts(good, bad)


def first_bad(
    runs_by_source: Iterable[Sequence[Run]],
    agreed: Intervals,
    exclusions: Sequence[Window],
    span: Span,
) -> int | None:
    """Give the instant of the first result of a span that counts as bad (`case_counts`), None where there is none."""
    pieces = _pieces(clip(agreed, span), exclusions)
    counted = [(begin, end) for begin, end, effect in pieces if effect in {None, "ignore"}]
    bad = [run for runs in runs_by_source for run in runs if run.outcome is Outcome.BAD]
    found = (
        part.first
        for run in bad
        for begin, end in counted
        if (part := run.part(run.before(begin), run.before(end)))
    )
    return min(found, default=None)


def _pieces(agreed: Intervals, exclusions: Sequence[Window]) -> list[Piece]:
    """Cut agreed time at exclusions; what is removed with its window is left out."""
    excluded = tuple((begin, end) for begin, end, _ in exclusions)
    pieces: list[Piece] = [(begin, end, None) for begin, end in subtract(agreed, excluded)]
    for begin, end, effect in exclusions:
        match effect:
            case "remove_window":
                continue
            case "remove_bad_time" | "count_as_available" | "ignore":
                pieces += [(a, b, effect) for a, b in intersect(agreed, ((begin, end),))]
            case other:
                assert_never(other)
    return sorted(pieces, key=lambda piece: piece[0])


def _meeting(runs: Sequence[Run], span: Span) -> Sequence[Run]:
    """Give the runs that meet a span: a day is counted without looking at the runs of a year."""
    begin, end = span
    return runs[bisect_left(runs, begin, key=_LAST) : bisect_left(runs, end, key=_FIRST)]


def _counted(
    run: Run, pieces: Sequence[Piece], ends: Sequence[int]
) -> Iterator[tuple[int, Effect | None]]:
    """Give how many results of a run lie in each piece that it meets."""
    for index in range(bisect_right(ends, run.first), len(pieces)):
        begin, end, effect = pieces[index]
        if begin > run.last:
            return
        if begin <= run.first and run.last < end:
            yield run.count, effect
            return
        yield run.before(end) - run.before(begin), effect
