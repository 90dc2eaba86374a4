"""What stands beside agreed time: cases counted from tickets, and numbers held against a bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalogue.periods import Period
from probes.outcome import Outcome
from slamon.sla import level
from slamon.sla.duration import Case, CaseResult, hold
from slamon.sla.level import Bound, LevelResult, Reading
from slamon.sla.tally import DayFigures, DownRun
from slamon.views import cases
from slamon.views.days import Desk, Span
from slamon.views.objectives import Judged


def ticket_results(desk: Desk, judged: Judged, span: Span, now: int) -> tuple[CaseResult, ...]:
    """The tickets opened in a span, each held against its target as of now."""
    terms = judged.terms
    stop = "responded" if terms.indicator == "response_time" else "resolved"
    rows = cases.tickets(desk.connection, judged.files, terms.priority, span)
    found = (
        Case(
            row.ticket,
            row.priority,
            row.opened,
            _stopped(getattr(row, stop), now),
            row.paused_us,
            (str(row.position),),
        )
        for row in rows
        if row.opened < now
    )
    return tuple(hold(case, terms.within or "", terms.hours, now) for case in found)


def _stopped(at: int | None, now: int) -> int | None:
    return at if at is not None and at <= now else None


def level_of(
    desk: Desk, judged: Judged, period: Period, figures: DayFigures, until: int, *, carried: bool
) -> LevelResult:
    """The number of a period held against its bound, as known until an instant (µs)."""
    terms = judged.terms
    bound = Bound(terms.op, terms.bound or 0, _aggregation(judged), _warning(judged))
    found = tuple(_readings(desk, judged, period, figures, until, carried=carried))
    return level.judge_level(found, bound, period.span, min(until, period.end))


def _aggregation(judged: Judged) -> level.Aggregation:
    if judged.terms.aggregate is not None:
        return judged.terms.aggregate
    return "sum" if judged.terms.indicator == "outage_count" else "max"


def _warning(judged: Judged) -> level.Number | None:
    """A bound from above is near at the percent of it that warns; one from below has no such percent."""
    terms = judged.terms
    upper = terms.op in {"<=", "<"}
    return terms.bound * terms.warn_at if upper and terms.bound is not None else None


def _readings(
    desk: Desk, judged: Judged, period: Period, figures: DayFigures, until: int, *, carried: bool
) -> Iterator[Reading]:
    match judged.terms.indicator:
        case "outage_count":
            yield from _none_yet(figures)
            yield from level.outage_counts(figures.outages[1:] if carried else figures.outages)
        case "longest_outage":
            yield from _none_yet(figures)
            yield from level.outage_lengths(_within(figures.outages, until))
        case "age":
            yield from _ages(desk, judged, period, until)
        case _:
            for name in judged.files:
                yield from _imported(desk, judged, name, period.span)


def _none_yet(figures: DayFigures) -> Iterator[Reading]:
    """What was measured without an outage has none: that is a number, not a lack of one."""
    tally = figures.tally
    if tally.up or tally.degraded or tally.down:
        yield Reading(figures.begin, 0)


def _within(outages: Sequence[DownRun], until: int) -> tuple[DownRun, ...]:
    """An outage is read at its end, which is known one microsecond before it."""
    return tuple(DownRun(run.begin, min(run.end, until) - 1, run.counted) for run in outages)


def _ages(desk: Desk, judged: Judged, period: Period, until: int) -> Iterator[Reading]:
    """The age of the last good result just before the next one, and at the end."""
    most = int(judged.terms.bound or 0)
    begin, end = period.begin, min(period.end, until)
    successes = sorted(set(_successes(desk, judged, begin - most - 1, end)))
    first = desk.first_result(judged)
    if not successes and (first is None or first >= begin):
        return
    for at, following in zip(successes, [*successes[1:], end], strict=True):
        if following > begin:
            yield Reading(min(following, end) - 1, following - at)
    if not successes or successes[0] > begin:
        # Nothing good was seen for longer than is allowed: the age is more than that from the beginning.
        known_before = first is not None and first < begin
        if known_before:
            yield Reading(begin, most + 1)


def _successes(desk: Desk, judged: Judged, begin: int, end: int) -> Iterator[int]:
    for source in judged.sources:
        for run in cases.paced_runs(desk.connection, source, None, begin, end):
            if run.outcome in {Outcome.GOOD, Outcome.DEGRADED}:
                yield from (at for at, _ in run.results())


def _imported(desk: Desk, judged: Judged, name: str, span: Span) -> Iterator[Reading]:
    if judged.terms.aggregate != "sum":
        before = cases.level_before(desk.connection, name, span[0])
        if before is not None:
            yield Reading(span[0], before.value)
    for row in cases.levels(desk.connection, name, span):
        yield Reading(row.at, row.value)
