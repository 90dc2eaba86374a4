"""Levels: a number held against a bound, by its readings in a period or by its age at every instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Literal, assert_never

from catalogue.intervals import Intervals, Span, Steps, clip, steps
from slamon.sla.judgement import Op, State, Verdict
from slamon.sla.tally import DownRun
from slamon.sla.verdict import reaches

Number = int | Decimal | Fraction
Aggregation = Literal["sum", "max", "min", "last"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A number read at an instant, exact."""

    at: int
    value: Number


@dataclass(frozen=True, slots=True)
class Bound:
    """What a number must keep to: `op` and `value`, how the readings of a period become one number, when to warn.

    `warn_at` is the number that, in place of `value`, must still be kept to for the period not to be at risk.
    """

    op: Op
    value: Number
    aggregation: Aggregation
    warn_at: Number | None = None

    @property
    def one_way(self) -> bool:
        """Whether a number out of bounds can never come back within the period: a maximum only rises."""
        upper = self.op in {"<=", "<"}
        return self.aggregation in ({"sum", "max"} if upper else {"min"})


@dataclass(frozen=True, slots=True)
class LevelResult:
    """A period's number (None = no reading), the verdict, and the instant from which the bound was broken for good."""

    value: Fraction | None
    state: Verdict
    breached_at: int | None = None


def holds(value: Number, op: Op, bound: Number) -> bool:
    """Say whether a number keeps to its bound, compared exactly."""
    return reaches(Fraction(value), op, Fraction(bound))


def running(
    readings: Iterable[Reading], aggregation: Aggregation
) -> tuple[tuple[int, Fraction], ...]:
    """Give the number a period has come to at each reading, in order of time."""
    ordered = sorted(readings, key=lambda reading: reading.at)
    values = [Fraction(reading.value) for reading in ordered]
    match aggregation:
        case "sum":
            come_to = accumulate(values)
        case "max":
            come_to = accumulate(values, max)
        case "min":
            come_to = accumulate(values, min)
        case "last":
            come_to = accumulate(values, lambda _, last: last)
        case _:
            assert_never(aggregation)
    return tuple(zip((reading.at for reading in ordered), come_to, strict=True))


def judge_level(readings: Iterable[Reading], bound: Bound, period: Span, now: int) -> LevelResult:
    """Judge the readings of a period as of now (§3, `level`); without any nothing is measured.

    1. An open period is breached only where the number cannot come back: a maximum above its bound, a sum that was
       used up. Such a breach begins at the reading from which the bound stayed broken.
    2. Any other number out of bounds is at risk, or pending while it only has to grow; it is breached at the end.
    """
    begin, end = period
    known = [each for each in readings if begin <= each.at < end and each.at <= now]
    ended = now >= end
    if not known:
        return LevelResult(None, "not_measured" if ended else "pending")
    course = running(known, bound.aggregation)
    value = course[-1][1]
    if holds(value, bound.op, bound.value):
        return LevelResult(value, "met" if ended else _within(value, bound))
    if bound.one_way:
        return LevelResult(value, "breached", _broken_since(course, bound))
    if ended:
        return LevelResult(value, "breached", end)
    return LevelResult(value, "at_risk" if bound.aggregation == "last" else "pending")


def age_states(
    successes: Iterable[int], at_most: int, span: Span, reported_until: int | None = None
) -> Steps[State]:
    """Say at every instant whether the last success is at most so old (µs): up or down; unknown before the first.

    The age that is allowed is reached without being exceeded, so time is down from then on, in half-open spans. What
    is not reported yet, from `reported_until` on, is unknown. The result can be judged as availability: the age of
    the last good backup.
    """
    points: list[tuple[int, State]] = []
    known = span[1] if reported_until is None else min(reported_until, span[1])
    ordered = sorted({at for at in successes if at < known})
    for at, following in pairwise([*ordered, known]):
        points.append((at, "up"))
        if at + at_most < following:
            points.append((at + at_most, "down"))
    points.append((known, "unknown"))
    return _from(points, span)


def outage_counts(outages: Sequence[DownRun]) -> tuple[Reading, ...]:
    """Read each outage as one, at its begin: their sum is how many a period had (§4.6)."""
    return tuple(Reading(outage.begin, 1) for outage in outages)


def outage_lengths(outages: Sequence[DownRun]) -> tuple[Reading, ...]:
    """Read each outage as its counted time in µs, at its last instant: the maximum is the longest (§4.6)."""
    return tuple(Reading(outage.end - 1, outage.counted) for outage in outages)


def first_longer(
    outages: Iterable[DownRun], down: Intervals, at_most: int, *, or_as_long: bool = False
) -> int | None:
    """Give the instant at which an outage first became longer than allowed, or None if none did.

    `down` is the time that counts as down; `at_most` is in µs of it; `or_as_long`: to last as long is too long already.
    """
    for outage in sorted(outages, key=lambda each: each.begin):
        left = at_most
        for begin, end in clip(down, (outage.begin, outage.end)):
            if end - begin > left or (or_as_long and end - begin == left):
                return begin + left
            left -= end - begin
    return None


def _within(value: Fraction, bound: Bound) -> Verdict:
    warned = bound.warn_at is not None and not holds(value, bound.op, bound.warn_at)
    return "at_risk" if warned else "on_track"


def _broken_since(course: Sequence[tuple[int, Fraction]], bound: Bound) -> int:
    since = course[-1][0]
    for at, value in reversed(course):
        if holds(value, bound.op, bound.value):
            break
        since = at
    return since


def _from(points: list[tuple[int, State]], span: Span) -> Steps[State]:
    begin, end = span
    ordered = sorted(points, key=lambda point: point[0])
    earliest = min(begin, ordered[0][0])
    return steps([(earliest, "unknown"), *ordered], end).clip(span)
