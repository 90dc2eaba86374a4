"""Objectives and baselines as the judge takes them: interpreted from the promises of the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Literal, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from catalogue.agreements import Agreement
from catalogue.calendars import Window
from catalogue.instants import at_clock, local_date, parse_duration, parse_instant
from catalogue.intervals import Intervals, Span, intersect, subtract, union
from catalogue.objectives import (
    OF_TICKETS,
    Objective,
)
from catalogue.periods import Anniversary, Period, Unit, period_at, rolling, whole_term
from catalogue.services import Baseline, Service
from catalogue.targets import Rolling
from slamon.sla.judgement import Mode
from slamon.sla.terms import ObjectiveTerms
from slamon.views.interpreting import (
    ALWAYS,
    days_of,
    modes_of,
    sources_of,
    terms_of,
)
from slamon.views.promised import Promises, promises
from slamon.views.shelf import FAR, Source

PromisedBy = Unit | Literal["term", "rolling"]
BEFORE_SIGNATURE = 2
"""What is added to the number of a part that is in shadow mode, as nobody had signed yet."""

UNITS: Mapping[str, PromisedBy] = {
    "calendar_day": "day",
    "calendar_week": "week",
    "calendar_month": "month",
    "calendar_quarter": "quarter",
    "calendar_year": "year",
    "agreement_year": "agreement_year",
    "whole_term": "term",
}

Key = tuple[str, str, int, int]
"""Agreement, objective, version, part."""


@dataclass(frozen=True)
class Judged:
    """One version of an objective or of a baseline as it is judged, in force only while that version holds.

    `agreement` of a baseline is `baseline-` and its service. `unit` is the period it promises by, or `rolling` with
    the length of its `window`. Part 1 holds inside the window that tightens the target, part 0 outside; parts 2 and 3
    do so before the signature.
    """

    agreement: str
    version: int
    tz: str
    terms: ObjectiveTerms
    sources: tuple[Source, ...]
    controls: tuple[Source, ...] = ()
    part: int = 0
    unit: PromisedBy = "month"
    window: str | None = None
    term: Span | None = None
    files: tuple[str, ...] = ()
    all_sources: tuple[Source, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        """Put sources and controls together."""
        object.__setattr__(self, "all_sources", (*self.sources, *self.controls))

    @property
    def all_data(self) -> set[tuple[str, str]]:
        """What it is judged by: checks with their places, and files, which have none."""
        probed = {(source.check, source.location) for source in self.all_sources}
        return probed | {(name, "") for name in self.files}

    @property
    def mode(self) -> Mode:
        """Whether anything follows from a breach of it."""
        return self.terms.mode

    @property
    def in_force(self) -> Intervals:
        """When it holds."""
        return self.terms.in_force

    def held_during(self, spans: Intervals) -> Judged:
        """The same, in force at other times."""
        return replace(self, terms=replace(self.terms, in_force=spans))

    @property
    def bound(self) -> int | None:
        """How long a result may take (µs) that counts as good; None where nothing is promised of that."""
        if self.terms.indicator != "latency" or self.terms.within is None:
            return None
        length = parse_duration(self.terms.within)
        return None if length.months or length.days else length.us

    @property
    def key(self) -> Key:
        """What names it among all others."""
        return self.agreement, self.terms.objective, self.version, self.part

    @property
    def anniversary(self) -> Anniversary | None:
        """The day on which its agreement years begin."""
        if self.term is None:
            return None
        day = local_date(self.term[0], self.tz)
        return day.month, day.day

    def own_period(self, asked: Period, until: int) -> Period | None:
        """The period it promises by that stands for the one asked for; None where it has none of that kind.

        Of another kind it is the one that holds the end of what is asked, as far as that has come and the promise
        holds; of a rolling window the one that ends there.
        """
        if asked.unit == self.unit != "rolling":
            return asked
        last = min(asked.end, max(until, asked.begin + 1))
        last = min([last, *(end for _, end in self.in_force[-1:] if end > asked.begin)])
        match self.unit:
            case "rolling":
                return rolling(self.window or "", last, self.tz)
            case "term":
                return whole_term(self.term, self.tz) if self.term else None
            case "agreement_year":
                year = self.anniversary
                return period_at("agreement_year", last - 1, self.tz, year) if year else None
            case _:
                return period_at(self.unit, last - 1, self.tz)


@dataclass(frozen=True)
class Unjudged:
    """An objective that is kept and shown, and not judged; `why` says so in words."""

    agreement: str
    version: int
    tz: str
    objective: Objective
    mode: Mode
    why: str
    in_force: Intervals

    def held_during(self, spans: Intervals) -> Unjudged:
        """The same, in force at other times."""
        return replace(self, in_force=spans)

    @property
    def target(self) -> str:
        """What is promised, in words."""
        return self.objective.promised


@dataclass(frozen=True)
class _Interpreted:
    """All objectives, and where those of an agreement stand among them; those judged also by service and by data."""

    every: tuple[Judged | Unjudged, ...]
    by_agreement: Mapping[str, Sequence[Judged | Unjudged]]
    by_service: Mapping[str, Sequence[Judged]]
    by_data: Mapping[tuple[str, str], Sequence[Judged]]

    @classmethod
    def of(cls, held: Promises) -> _Interpreted:
        every = tuple(_all(held))
        by_agreement: defaultdict[str, list[Judged | Unjudged]] = defaultdict(list)
        by_service: defaultdict[str, list[Judged]] = defaultdict(list)
        by_data: defaultdict[tuple[str, str], list[Judged]] = defaultdict(list)
        for each in every:
            by_agreement[each.agreement].append(each)
            if isinstance(each, Judged):
                by_service[each.terms.service].append(each)
                for data in each.all_data:
                    by_data[data].append(each)
        return cls(every, dict(by_agreement), dict(by_service), dict(by_data))


_interpreted: WeakKeyDictionary[Promises, _Interpreted] = WeakKeyDictionary()


def _of(held: Promises) -> _Interpreted:
    found = _interpreted.get(held)
    if found is None:
        found = _interpreted[held] = _Interpreted.of(held)
    return found


def objectives(held: Promises) -> tuple[Judged | Unjudged, ...]:
    """All objectives and baselines, version by version, and those that are not judged."""
    return _of(held).every


def of_agreement(held: Promises, agreement: str) -> Sequence[Judged | Unjudged]:
    """The objectives of an agreement, or the baselines of a service under their own name."""
    return _of(held).by_agreement.get(agreement, ())


def of_service(held: Promises, service: str) -> Sequence[Judged]:
    """The objectives and baselines of a service that are judged."""
    return _of(held).by_service.get(service, ())


def judged_by(held: Promises, data: Collection[tuple[str, str]]) -> list[Judged]:
    """The objectives and baselines that are judged by any of these checks at their places, or by any of these files."""
    known = _of(held).by_data
    found = {id(each): each for one in data for each in known.get(one, ())}
    return list(found.values())


def judged_objectives(connection: Connection) -> tuple[Judged, ...]:
    """All objectives and baselines that are judged."""
    return tuple(found for found in objectives(promises(connection)) if isinstance(found, Judged))


def _all(held: Promises) -> Iterator[Judged | Unjudged]:
    for newest in held.of(Agreement):
        by_objective: dict[tuple[str, int], list[Judged | Unjudged]] = {}
        versions = held.versions("agreement", newest.id)
        for number, (agreement, begins, ends) in enumerate(versions, 1):
            spell = _spell(cast("Agreement", agreement), begins, ends)
            for objective in cast("Agreement", agreement).objectives:
                for found in interpret(
                    held, cast("Agreement", agreement), objective, number, spell
                ):
                    part = found.part if isinstance(found, Judged) else 0
                    by_objective.setdefault((objective.id, part), []).append(found)
        for found_versions in by_objective.values():
            yield from _unchanged_joined(found_versions)
    for service in held.of(Service):
        for baseline in service.baselines:
            if baseline.indicator == "availability":
                yield _baseline(held, service, baseline)


def _unchanged_joined(versions: Sequence[Judged | Unjudged]) -> Iterator[Judged | Unjudged]:
    """Join versions of the agreement that left this objective as it was: only a changed promise is judged in parts."""
    current = versions[0]
    for later in versions[1:]:
        if _bare(current) == _bare(later):
            current = current.held_during(union(current.in_force, later.in_force))
        else:
            yield current
            current = later
    yield current


def _bare(version: Judged | Unjudged) -> Judged | Unjudged:
    return replace(version.held_during(()), version=0)


def _spell(agreement: Agreement, begins: date | None, ends: date | None) -> Intervals:
    """The time in which a version of the terms holds."""
    first = at_clock(begins, 0, agreement.tz) if begins else -FAR
    return ((first, at_clock(ends, 0, agreement.tz) if ends else FAR),)


def interpret(
    held: Promises, agreement: Agreement, objective: Objective, version: int, spell: Intervals
) -> Iterator[Judged | Unjudged]:
    """An objective as the judge takes it, or why it is not judged.

    It is two where a window tightens its target, and as many more before its signature.
    """
    modes = list(modes_of(agreement, objective))
    if agreement.binding and agreement.binds_from is None and modes[-1][0] != objective.mode:
        why = "the day on which the agreement begins is not known"
        yield Unjudged(agreement.id, version, agreement.tz, objective, objective.mode, why, ())
        return
    for mode, spans in modes:
        before = BEFORE_SIGNATURE if len(modes) > 1 and mode == "shadow" else 0
        for each in _in_mode(held, agreement, objective, mode, spans):
            numbered = replace(each, version=version, part=each.part + before)
            yield numbered.held_during(intersect(each.in_force, spell))


def _in_mode(
    held: Promises, agreement: Agreement, objective: Objective, mode: Mode, spans: Intervals
) -> Iterator[Judged]:
    judged = _judged(held, agreement, objective, mode, spans)
    if objective.tighter_in is None:
        yield judged.held_during(spans)
        return
    window = held.need(Window, objective.tighter_in.window)
    tight = ((parse_instant(window.from_), parse_instant(window.to)),)
    target = objective.tighter_in.target
    yield judged.held_during(subtract(spans, tight))
    terms = replace(
        judged.terms, target=str(target), goal=Fraction(target) / 100, entire_period=False
    )
    yield replace(judged, terms=terms, part=1).held_during(intersect(spans, tight))


def _judged(
    held: Promises, agreement: Agreement, objective: Objective, mode: Mode, spans: Intervals
) -> Judged:
    rules = agreement.measurement_rules
    of_probes = objective.indicator not in OF_TICKETS and objective.indicator != "level"
    data = objective.data if of_probes else ()
    sources = tuple(sources_of(held, data, objective.service, rules))
    control = rules.control_probe if rules and of_probes else None
    whole = _whole(agreement, spans)
    terms = replace(terms_of(held, agreement, objective, mode, sources), term=whole)
    controls = tuple(sources_of(held, (control,) if control else (), None, rules))
    period = objective.period
    return Judged(
        agreement.id,
        1,
        agreement.tz,
        terms,
        sources,
        controls,
        unit="rolling" if isinstance(period, Rolling) else UNITS[period],
        window=period.rolling if isinstance(period, Rolling) else None,
        term=_term(whole),
        files=() if of_probes else objective.data,
    )


def _whole(agreement: Agreement, spans: Intervals) -> Intervals:
    """The whole time of an agreement; of one that is dated by its signature, what lies before or after it."""
    begin, _, end = days_of(agreement)
    return ((begin, end),) if begin > -FAR else spans


def _term(whole: Intervals) -> Span | None:
    """The whole time of an agreement, where its first day is known; without a last day it has no end yet."""
    return whole[0] if whole and whole[0][0] > -FAR else None


def _baseline(held: Promises, service: Service, baseline: Baseline) -> Judged:
    sources = tuple(sources_of(held, baseline.data, service.id, None))
    terms = ObjectiveTerms(
        objective=baseline.id,
        service=service.id,
        target="",
        goal=None,
        hours=held.hours(baseline.service_hours),
        in_force=ALWAYS,
        checks=tuple(dict.fromkeys(source.check for source in sources)),
        mode="baseline",
        interval=max((s.validity for s in sources), default=0),
    )
    return Judged(f"baseline-{service.id}", 1, baseline.tz, terms, sources)
