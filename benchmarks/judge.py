"""Judging from runs of equal outcome, as the table `probe_day` keeps them.

Measured: an availability objective with service hours on working days in Europe/Berlin, two failures to
confirm and a granted exclusion, in June 2026 with one result a minute; from the stored bytes of `probe_day`
to the judgement, and from the kept figures of its days to the judgement. Baseline: a plain loop over every
result of the month, already in memory, with the same rules. The tallies of both must be equal.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.figure import Figure, alternating, seconds
from benchmarks.month import CONFIRM, VALIDITY, Month, months
from benchmarks.plain import PlainTally, tally_by_result
from catalogue.periods import local_days
from slamon.sla import observed
from slamon.sla.judge import day, judge
from slamon.sla.judgement import ObjectiveJudgement
from slamon.sla.known import Known
from slamon.sla.tally import DayFigures, classify, merge
from slamon.sla.terms import CheckRuns
from slamon.views.daybook import unpack

SERVICES = 20


class DifferentAnswerError(Exception):
    """The judge and the plain loop do not agree, so their times cannot be compared."""


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Milliseconds for one objective-month and for a fleet of twenty."""
    rounds = 2 if short else 9
    fleet = list(months(2 if short else SERVICES))
    for month in fleet:
        _compare(month)
    one, days = fleet[0], days_of(fleet[0])
    return [
        _figure("objective-month from kept days", rounds, 50, lambda: from_days(one, days), [one]),
        _figure("objective-month from probe_day", rounds, 10, lambda: from_runs(one), [one]),
        _figure(
            f"{len(fleet)} objective-months from probe_day",
            rounds,
            1,
            lambda: [from_runs(month) for month in fleet],
            fleet,
        ),
    ]


def from_runs(month: Month) -> ObjectiveJudgement:
    """Judge a month from the stored bytes of its days in `probe_day`."""
    return _judged(month, day(month.terms, [_check(month)], (), month.period.span))


def days_of(month: Month) -> list[DayFigures]:
    """The figures of each local day, as they are kept once a day is over."""
    entries = observed.entries(month.terms, [_check(month)], (), month.period.span)
    spans = [each.span for each in local_days(month.period.span, month.period.tz)]
    terms = month.terms
    return [
        classify(entries.clip(span), terms.agreed(*span), terms.windows, span) for span in spans
    ]


def from_days(month: Month, days: list[DayFigures]) -> ObjectiveJudgement:
    """Judge a month from the kept figures of its days."""
    return _judged(month, merge(days))


def by_result(month: Month) -> PlainTally:
    """The baseline."""
    return tally_by_result(month.results, month.counted, VALIDITY, CONFIRM)


def _check(month: Month) -> CheckRuns:
    runs = tuple(run for each in month.stored for run in unpack(each))
    return CheckRuns("http", "bonn", VALIDITY, runs)


def _judged(month: Month, figures: DayFigures) -> ObjectiveJudgement:
    known = Known(figures=figures, until=month.period.end, closed=True, basis="measured")
    return judge([month.terms], month.period, known)


def _compare(month: Month) -> None:
    plain = by_result(month)
    for said in (from_runs(month), from_days(month, days_of(month))):
        found = PlainTally(*(said.tally[name] for name in ("up_us", "down_us", "unknown_us")))
        if found != plain:
            message = f"{month.terms.service}: {found} against {plain}"
            raise DifferentAnswerError(message)


def _figure(
    name: str, rounds: int, repeat: int, work: Callable[[], object], same: list[Month]
) -> Figure:
    """Time `work`, which judges the months that the baseline goes through."""
    ours, baseline = alternating(
        rounds,
        lambda: seconds(lambda: [work() for _ in range(repeat)]) / repeat * 1000,
        lambda: seconds(lambda: [by_result(month) for month in same]) * 1000,
    )
    return Figure(name, ours, "ms", baseline)
