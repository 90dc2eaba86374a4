"""What stands beside agreed time: cases counted from tickets, and numbers held against a bound.

A promise is asked for what happened while it held: by each of its versions what was opened or read off in its time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from catalogue.intervals import Intervals, Span, clip, intersect, norm
from catalogue.periods import Period
from slamon.sla import level
from slamon.sla.duration import Case, CaseResult, hold
from slamon.sla.level import Bound, LevelResult, Reading
from slamon.sla.tally import DayFigures, DownRun, pieces
from slamon.views import cases
from slamon.views.ageing import Spell, spells
from slamon.views.days import Desk
from slamon.views.objectives import Judged

Versions = Sequence[Judged]


def ticket_results(desk: Desk, versions: Versions, span: Span, now: int) -> tuple[CaseResult, ...]:
    """The tickets opened in a span while a version held, each against its target as of now."""
    return tuple(
        hold(case, judged.terms.within or "", judged.terms.hours, now)
        for judged in versions
        for part in _held(judged, span)
        for case in _tickets(desk, judged, part, now)
    )


def _held(judged: Judged, span: Span) -> Intervals:
    return intersect(judged.in_force, (span,))


def _tickets(desk: Desk, judged: Judged, span: Span, now: int) -> Iterator[Case]:
    stop = "responded" if judged.terms.indicator == "response_time" else "resolved"
    for row in cases.tickets(desk.connection, judged.files, judged.terms.priority, span):
        if row.opened < now:
            stopped = _stopped(getattr(row, stop), now)
            evidence = (str(row.position),)
            yield Case(
                id=row.ticket,
                priority=row.priority,
                started=row.opened,
                stopped=stopped,
                paused=row.paused,
                evidence=evidence,
                priorities=row.priorities,
                file=(row.source, row.sha256),
            )


def _stopped(at: int | None, now: int) -> int | None:
    return at if at is not None and at <= now else None


def level_of(
    desk: Desk,
    versions: Versions,
    period: Period,
    figures: DayFigures,
    until: int,
    *,
    carried: bool,
) -> LevelResult:
    """The number of a period held against its bound, as known until an instant (µs).

    `versions` promise the same; `carried`: the first outage of the period began before it.
    """
    terms = versions[-1].terms
    upto = min(until, period.end)
    match terms.indicator:
        case "outage_count":
            outages = figures.outages[1:] if carried else figures.outages
            found = (*_none_yet(figures), *level.outage_counts(outages))
        case "longest_outage":
            found = (*_none_yet(figures), *level.outage_lengths(_within(figures.outages, upto)))
        case "age":
            return _aged(desk, versions, period, upto)
        case _:
            found = tuple(_imported(desk, versions, period.span))
    said = level.judge_level(found, _bound(versions[-1]), period.span, upto)
    if terms.indicator == "longest_outage" and said.state == "breached":
        return replace(said, breached_at=_too_long_at(desk, versions, figures, upto))
    return said


def _bound(judged: Judged) -> Bound:
    terms = judged.terms
    return Bound(terms.op, terms.bound or 0, _aggregation(judged), _warning(judged))


def _aggregation(judged: Judged) -> level.Aggregation:
    if judged.terms.aggregate is not None:
        return judged.terms.aggregate
    return "sum" if judged.terms.indicator == "outage_count" else "max"


def _warning(judged: Judged) -> level.Number | None:
    """A bound from above is near at the percent of it that warns; one from below has no such percent."""
    terms = judged.terms
    upper = terms.op in {"<=", "<"}
    return terms.bound * terms.warn_at if upper and terms.bound is not None else None


def _none_yet(figures: DayFigures) -> tuple[Reading, ...]:
    """What was measured without an outage has none: that is a number, not a lack of one."""
    tally = figures.tally
    return (Reading(figures.begin, 0),) if tally.up or tally.degraded or tally.down else ()


def _within(outages: Sequence[DownRun], until: int) -> tuple[DownRun, ...]:
    """An outage is read at its end, which is known one microsecond before it."""
    return tuple(DownRun(run.begin, min(run.end, until) - 1, run.counted) for run in outages)


def _too_long_at(desk: Desk, versions: Versions, figures: DayFigures, upto: int) -> int | None:
    """The instant from which an outage was longer than allowed, or as long where it must be shorter."""
    terms = versions[-1].terms
    most, shorter = int(terms.bound or 0), terms.op == "<"
    for outage in figures.outages:
        if outage.counted > most or (shorter and outage.counted == most):
            down = _down(desk, versions, (outage.begin, outage.end), upto)
            return level.first_longer((outage,), down, most, or_as_long=shorter)
    return None


def _down(desk: Desk, versions: Versions, span: Span, upto: int) -> Intervals:
    """The time of a span that counts as down."""
    found = []
    for judged in versions:
        terms = judged.terms
        entries = desk.entries(judged, span, upto)
        counted = pieces(entries, terms.agreed(*span), terms.windows, span)
        found += [(begin, end) for begin, end, entry in counted if entry == "down"]
    return norm(found)


def _aged(desk: Desk, versions: Versions, period: Period, upto: int) -> LevelResult:
    """The age of the last good result at its oldest, and since when it is older than allowed."""
    terms = versions[-1].terms
    aged = [
        (spell, begin)
        for judged in versions
        for begin, end in _held(judged, (period.begin, upto))
        for spell in spells(desk, judged, (begin, end))
    ]
    found = [Reading(max(spell.end - 1, begin), spell.age) for spell, begin in aged]
    said = level.judge_level(found, _bound(versions[-1]), period.span, upto)
    if said.state != "breached":
        return said
    bound = terms.bound or 0
    too_old = (each for each in aged if not level.holds(each[0].age, terms.op, bound))
    return replace(
        said, breached_at=min(_old_at(spell, begin, int(bound)) for spell, begin in too_old)
    )


def _old_at(spell: Spell, begin: int, most: int) -> int:
    return max(begin, spell.since + most)


def _imported(desk: Desk, versions: Versions, span: Span) -> Iterator[Reading]:
    """What files say: a number speaks until the next one, but each is summed once."""
    for judged in versions:
        for begin, end in clip(judged.in_force, span):
            for name in judged.files:
                before = cases.level_before(desk.connection, name, begin)
                if before is not None and judged.terms.aggregate != "sum":
                    yield Reading(begin, before.value)
                for row in cases.levels(desk.connection, name, (begin, end)):
                    yield Reading(row.at, row.value)
