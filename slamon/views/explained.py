"""Explanations: the stretches of a period as the judge cut them, with the clauses and facts behind each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import cast

from catalogue.agreements import Agreement
from catalogue.calendars import Calendar, Hours
from catalogue.instants import at_clock, format_instant
from catalogue.intervals import Span, intersect, norm, subtract
from catalogue.periods import Period
from catalogue.service_hours import WEEKDAYS
from slamon.ledger.store import Ledger
from slamon.sla.explaining import (
    RULES,
    Explained,
    Heard,
    explain,
    joined,
    tally_of,
    with_holidays,
    with_time_beyond,
)
from slamon.sla.judgement import Judgement, ObjectiveJudgement
from slamon.sla.tally import OUTSIDE, Tally, parts_of
from slamon.views.casework import cases_of, readings_of
from slamon.views.days import Desk
from slamon.views.disputed import counter_evidence
from slamon.views.explanation import (
    Explanation,
    Interval,
    ObjectiveExplained,
    PartExplained,
    TermsBehind,
    Witness,
)
from slamon.views.judging import Dated, Frame, judged_by, own_period
from slamon.views.objectives import Judged, Unjudged
from slamon.views.periods import by_objective
from slamon.views.promised import Promises
from slamon.views.traced import Corrected, Tracer
from slamon.views.words import Words

ONE_DAY = timedelta(days=1)
LATER_FACTS = (
    "explained as known now: facts recorded since have changed it, the figures shown are older"
)


@dataclass(frozen=True)
class Group:
    """Versions that promise the same in a period, the days judged by each, and the figure that is shown."""

    versions: tuple[Judged, ...]
    days: tuple[Dated, ...]
    period: Period
    said: ObjectiveJudgement

    @property
    def newest(self) -> Judged:
        """The version that names the target."""
        return self.versions[-1]

    def stretches(self) -> Iterator[tuple[Judged, Span]]:
        """Days that follow each other under one version."""
        for judged, days in groupby(self.days, key=lambda dated: dated[0]):
            spans = [(day.figures.begin, day.figures.end) for _, day in days]
            yield judged, (spans[0][0], spans[-1][1])


def explanation(
    frame: Frame, ledger: Ledger, judged: Judgement, objective: str | None
) -> Explanation | None:
    """Explain the figures of a judgement; None where the agreement has no objective of that id."""
    asked = frame.held.need(Agreement, judged.agreement).period(judged.period.label)
    figures = {each.objective: each for each in judged.objectives}
    told = tuple(
        explained(frame, ledger, versions, asked, figures[name])
        for name, versions in by_objective(frame.held, judged.agreement)
        if name in figures and objective in {None, name}
    )
    if objective is not None and not told:
        return None
    return Explanation(
        agreement=judged.agreement,
        period=judged.period,
        as_known_at=judged.as_known_at,
        objectives=told,
    )


def explained(
    frame: Frame,
    ledger: Ledger,
    versions: Sequence[Judged | Unjudged],
    asked: Period,
    said: ObjectiveJudgement,
) -> ObjectiveExplained:
    """Explain the figure of one objective in the period it promises by."""
    period = own_period(versions, asked, frame.now)
    tracer = Tracer.of(frame.connection, ledger)
    groups = judged_by(frame, versions, period) if period else ()
    parts = tuple(
        _part(frame, tracer, Group(group, days, period, said)) for group, days in groups if period
    )
    agrees = not parts or any(_agrees(said, part) for part in parts)
    return ObjectiveExplained(
        objective=said.objective,
        service=said.service,
        indicator=said.indicator,
        target=said.target,
        mode=said.mode,
        state=said.state,
        provisional=said.provisional,
        measured=said.measured,
        tally=said.tally,
        agrees=agrees,
        note=said.note if agrees else "; ".join(filter(None, (said.note, LATER_FACTS))),
        terms=tuple(_terms_behind(frame.held, versions)),
        parts=parts,
        counter_evidence=counter_evidence(frame, versions, asked),
    )


def explained_at(desk: Desk, judged: Judged, instant: int, until: int) -> Explained:
    """What an instant (µs) counts as by one version of an objective, known up to another, and why."""
    return next(_of_version(desk, judged, (instant, instant + 1), until))


def _agrees(said: ObjectiveJudgement, part: PartExplained) -> bool:
    """Whether the figure shown rests on what is explained: on time, or on cases of files."""
    cases = part.cases
    if part.tally or cases is None:
        return said.tally == part.tally
    met, total = (said.measured.good, said.measured.total) if said.measured else (0, 0)
    return (met, total) == (cases.met, cases.met + cases.not_met)


def _part(frame: Frame, tracer: Tracer, group: Group) -> PartExplained:
    found = () if group.newest.files else _explained(frame.desk, group)
    cases, not_met = cases_of(frame, tracer, group.newest, list(group.stretches()), group.period)
    spans = norm(
        span for each in group.versions for span in intersect(each.in_force, (group.period.span,))
    )
    begin, end = (spans[0][0], spans[-1][1]) if spans else group.period.span
    return PartExplained(
        target=group.newest.terms.target,
        from_=format_instant(begin),
        to=format_instant(end),
        tally={} if group.newest.files else tally_of(found).as_us(),
        intervals=tuple(_told(frame, tracer, group, found)),
        cases=cases,
        cases_listed=not_met,
        readings=tuple(readings_of(frame.connection, group.newest, group.period, group.said)),
    )


def _explained(desk: Desk, group: Group) -> tuple[Explained, ...]:
    until = group.days[-1][1].figures.end if group.days else group.period.begin
    found = joined(
        each
        for judged, span in group.stretches()
        for each in _of_version(desk, judged, span, until)
    )
    terms = group.newest.terms
    if not terms.entire_period:
        return found
    beyond = subtract(terms.hours.intervals(*group.period.span), terms.term)
    return joined(with_time_beyond(found, beyond))


def _of_version(desk: Desk, judged: Judged, span: Span, until: int) -> Iterator[Explained]:
    """Explain a span by one version; where no place is named, those with a vote decide."""
    entries = desk.entries(judged, span, until)
    first = desk.first_result(judged)
    if first is None or first >= span[1]:
        yield from explain(judged.terms, entries, (), ())
        return
    seen = desk.observations(judged, span)
    controls = [each.check_runs() for each in seen.controls]
    for part, voting in seen.voting(span):
        yield from explain(judged.terms, entries.clip(part), voting, controls)


def _told(
    frame: Frame, tracer: Tracer, group: Group, found: Sequence[Explained]
) -> Iterator[Interval]:
    heard = {
        (each.check, each.location, each.at)
        for stretch in found
        for each in stretch.heard
        if each.at is not None
    }
    positions = tracer.positions(heard)
    places = sorted({(source.check, source.location) for source in group.newest.sources})
    corrections = tracer.corrections(places, group.period.span)
    book = _Book(frame.held, group.newest)
    days = holidays_of(frame.held, group.newest, group.period.span)
    for stretch, holiday in with_holidays(found, days):
        witnesses = tuple(
            _witness(each, positions.get((each.check, each.location, each.at or 0)))
            for each in stretch.heard
        )
        yield book.told(stretch, witnesses, corrections, holiday)


def _witness(heard: Heard, position: int | None) -> Witness:
    return Witness(
        check=heard.check,
        location=heard.location,
        said=heard.said,
        result_at=None if heard.at is None else format_instant(heard.at),
        fact=position,
    )


@dataclass(frozen=True)
class _Book:
    """The records by which one version of an objective is read."""

    held: Promises
    judged: Judged

    def told(
        self,
        stretch: Explained,
        witnesses: tuple[Witness, ...],
        corrections: Sequence[Corrected],
        holiday: Words | None,
    ) -> Interval:
        """Tell one stretch."""
        why = stretch.because
        clause, terms = self._clause(stretch)
        facts = {*why.positions, *terms, *(each.fact for each in witnesses if each.fact)}
        if stretch.entry != OUTSIDE:
            span = (stretch.begin, stretch.end)
            facts |= {each.position for each in corrections if each.within(*span)}
        return Interval(
            from_=format_instant(stretch.begin),
            to=format_instant(stretch.end),
            us=stretch.end - stretch.begin,
            class_=class_of(stretch.entry),
            effect=None if stretch.entry == OUTSIDE else parts_of(stretch.entry).effect,
            rule=why.rule,
            says=RULES[why.rule],
            clause=clause,
            announcement=why.announcement,
            declaration=why.declaration,
            refused=why.refused,
            holiday=holiday,
            witnesses=witnesses,
            facts=tuple(sorted(facts)),
        )

    def _clause(self, stretch: Explained) -> tuple[str, tuple[int, ...]]:
        """Where it stands, and the facts that say so where these are no results."""
        why = stretch.because
        match why.rule:
            case "service_hours" | "holiday":
                hours = hours_of(self.held, self.judged)
                behind = [("service_hours", hours)] if hours else []
                calendar = self.held.need(Hours, hours).holidays if hours else None
                behind += [("calendar", calendar)] if calendar else []
                return hours or "", _positions(self.held, behind)
            case "not_in_force" | "beyond_term":
                agreement = self.judged.agreement
                return agreement, _positions(self.held, [("agreement", agreement)])
            case _:
                return why.clause or self.judged.terms.objective, ()


def class_of(entry: str) -> str:
    """The name of an entry in a tally, without its unit."""
    named = Tally({entry: 1}).as_us()
    return next(name for name, us in named.items() if us).removesuffix("_us")


def hours_of(held: Promises, judged: Judged) -> str | None:
    """The service hours of a version of an objective; None where the agreement, as known now, has it no more."""
    if ("agreement", judged.agreement) not in held.records:
        return None
    versions = [version for version, _, _ in held.versions("agreement", judged.agreement)]
    stated = cast("Agreement", versions[judged.version - 1]).objectives
    own = (each.service_hours for each in stated if each.id == judged.terms.objective)
    return next(own, None)


def holidays_of(held: Promises, judged: Judged, span: Span) -> dict[Span, Words]:
    """The local days (µs) on which the service hours do not hold because of a holiday, with its name."""
    name = hours_of(held, judged)
    hours = held.need(Hours, name) if name else None
    if hours is None or hours.holidays is None:
        return {}
    closing = held.need(Calendar, hours.holidays).days
    names: dict[date, Words] = {day.date: day.name for day in closing if day.status != "to_confirm"}
    weekdays = {WEEKDAYS.index(each) for each in hours.weekdays}
    days = (at for at in names if at.weekday() in weekdays)
    found = {(at_clock(d, 0, hours.tz), at_clock(d + ONE_DAY, 0, hours.tz)): names[d] for d in days}
    return {day: said for day, said in found.items() if intersect((day,), (span,))}


def _terms_behind(held: Promises, versions: Sequence[Judged | Unjudged]) -> Iterator[TermsBehind]:
    behind: dict[tuple[str, str], None] = {}
    for each in versions:
        behind["agreement", each.agreement] = None
        if isinstance(each, Judged) and (hours := hours_of(held, each)):
            behind["service_hours", hours] = None
            if calendar := held.need(Hours, hours).holidays:
                behind["calendar", calendar] = None
        if window := _window(held, each):
            behind["window", window] = None
    for kind, name in behind:
        if (kind, name) in held.records:
            yield TermsBehind(kind=kind, id=name, fact=held.records[kind, name].position)


def _window(held: Promises, version: Judged | Unjudged) -> str | None:
    """The window in which the target of an objective is tighter."""
    found = held.get(Agreement, version.agreement)
    name = version.terms.objective if isinstance(version, Judged) else version.objective.id
    stated = next((each for each in found.objectives if each.id == name), None) if found else None
    tighter = stated.tighter_in if stated else None
    return tighter.window if tighter else None


def _positions(held: Promises, records: Iterable[tuple[str, str]]) -> tuple[int, ...]:
    return tuple(held.records[key].position for key in records if key in held.records)
