"""Objectives and baselines as the judge takes them: interpreted from the promises of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from catalogue.agreements import Agreement, MeasurementRules
from catalogue.calendars import Calendar, Hours
from catalogue.combining import Group
from catalogue.document import PartialDate
from catalogue.instants import at_clock, parse_duration
from catalogue.intervals import Intervals, intersect, union
from catalogue.objectives import Objective
from catalogue.probing import Import, Probe, ProbeDefaults
from catalogue.service_hours import ServiceHours
from catalogue.services import Baseline, Service
from probes.spec import allowed_lateness
from slamon.sla.judgement import Mode
from slamon.sla.terms import Combination, ObjectiveTerms
from slamon.views.promised import Promises, promises
from slamon.views.shelf import FAR, Source

PLACES = 2  # rounding: truncate_2
SIGNED = frozenset({"signed", "in_force", "expired", "terminated"})
ALWAYS: Intervals = ((-FAR, FAR),)


Key = tuple[str, str, int]
"""Agreement, objective, version."""


@dataclass(frozen=True)
class Judged:
    """One version of an objective or of a baseline as it is judged, in force only while that version holds.

    `agreement` of a baseline is `baseline-` and its service.
    """

    agreement: str
    version: int
    tz: str
    terms: ObjectiveTerms
    sources: tuple[Source, ...]
    controls: tuple[Source, ...] = ()
    all_sources: tuple[Source, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        """Put sources and controls together."""
        object.__setattr__(self, "all_sources", (*self.sources, *self.controls))

    @property
    def in_force(self) -> Intervals:
        """When it holds."""
        return self.terms.in_force

    def held_during(self, spans: Intervals) -> Judged:
        """The same, in force at other times."""
        return replace(self, terms=replace(self.terms, in_force=spans))

    @property
    def key(self) -> Key:
        """What names it among all others."""
        return self.agreement, self.terms.objective, self.version


@dataclass(frozen=True)
class Unjudged:
    """An objective that is kept and shown, and not judged yet; `why` says so in words."""

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


_interpreted: WeakKeyDictionary[Promises, tuple[Judged | Unjudged, ...]] = WeakKeyDictionary()


def objectives(held: Promises) -> tuple[Judged | Unjudged, ...]:
    """All objectives and baselines, version by version, and those that are not judged yet."""
    if held not in _interpreted:
        _interpreted[held] = tuple(_all(held))
    return _interpreted[held]


def judged_objectives(connection: Connection) -> tuple[Judged, ...]:
    """All objectives and baselines that are judged."""
    return tuple(found for found in objectives(promises(connection)) if isinstance(found, Judged))


def _all(held: Promises) -> Iterator[Judged | Unjudged]:
    for newest in held.of(Agreement):
        by_objective: dict[str, list[Judged | Unjudged]] = {}
        versions = held.versions("agreement", newest.id)
        for number, (agreement, begins, ends) in enumerate(versions, 1):
            spell = _spell(cast("Agreement", agreement), begins, ends)
            for objective in cast("Agreement", agreement).objectives:
                found = interpret(held, cast("Agreement", agreement), objective, number, spell)
                by_objective.setdefault(objective.id, []).append(found)
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
) -> Judged | Unjudged:
    """An objective as the judge takes it, or why it is not judged yet."""
    mode = _mode(agreement, objective)
    why = _not_yet(agreement, objective)
    spans = intersect(in_force(agreement, mode), spell)
    if why:
        return Unjudged(agreement.id, version, agreement.tz, objective, mode, why, spans)
    rules = agreement.measurement_rules
    sources = tuple(_sources(held, objective.data, objective.service, rules))
    control = rules.control_probe if rules else None
    terms = ObjectiveTerms(
        objective=objective.id,
        service=objective.service,
        target=str(objective.threshold),
        goal=Fraction(objective.threshold) / 100,
        hours=hours_of(held, objective.service_hours),
        in_force=spans,
        checks=tuple(dict.fromkeys(source.check for source in sources)),
        mode=mode,
        combine=cast("Combination", objective.combine or "any_down"),
        locations=rules.locations if rules else (),
        quorum=rules.quorum if rules else 1,
        control=control,
        confirm=rules.down_after if rules else 1,
        recover=rules.up_after if rules else 1,
        min_coverage=None if objective.min_coverage is None else str(objective.min_coverage),
        places=PLACES if rules else 4,
        interval=max((s.validity for s in sources), default=0),
        remedy=objective.remedy.model_dump(mode="json"),
    )
    controls = tuple(_sources(held, (control,) if control else (), None, rules))
    return Judged(agreement.id, version, agreement.tz, terms, sources, controls)


def _not_yet(agreement: Agreement, objective: Objective) -> str | None:
    if objective.indicator != "availability" or isinstance(objective.combine, Group):
        return f"{objective.indicator.replace('_', ' ')} objectives are kept and not judged yet"
    if objective.period != "calendar_month":
        return "periods other than the calendar month are kept and not judged yet"
    if agreement.state in SIGNED and agreement.in_force.from_ is None:
        return "the day on which the agreement begins is not known"
    return None


def _mode(agreement: Agreement, objective: Objective) -> Mode:
    """Nothing is enforced that nobody has signed."""
    return objective.mode if agreement.state in SIGNED else "shadow"


def in_force(agreement: Agreement, mode: Mode) -> Intervals:
    """When an agreement holds; a shadow objective of an unsigned one is measured all the time."""
    first, last = agreement.in_force.from_, agreement.in_force.to
    if first is None:
        return ALWAYS if mode == "shadow" else ()
    # Of an imprecise date the last day it may stand for: the reading that is safe for the provider.
    begin = first.last_day() if isinstance(first, PartialDate) else first
    end = at_clock(last + timedelta(days=1), 0, agreement.tz) if last else FAR
    return ((at_clock(begin, 0, agreement.tz), end),)


def _sources(
    held: Promises,
    data: tuple[str, ...],
    service: str | None,
    rules: MeasurementRules | None,
) -> Iterator[Source]:
    for name in data:
        if (probe := held.get(Probe, name)) is not None:
            validity = validity_of(held, probe)
            for place in rules.locations if rules else held.default_locations:
                yield Source(name, place, validity)
        elif (file := held.get(Import, name)) is not None and file.validity and file.location:
            yield Source(f"{name}/{service}", file.location, parse_duration(file.validity).exact())


def timing(held: Promises, probe: Probe) -> tuple[int, int]:
    """Interval and timeout of a probe in µs, its own or those of its set."""
    defaults = held.get(ProbeDefaults, held.catalogue_of("probe", probe.id))
    interval = probe.interval or (defaults.interval if defaults else "PT1M")
    timeout = probe.timeout or (defaults.timeout if defaults else "PT10S")
    return parse_duration(interval).exact(), parse_duration(timeout).exact()


def validity_of(held: Promises, probe: Probe) -> int:
    """How long a result of a probe speaks (rule P2): interval + timeout + allowed lateness."""
    interval, timeout = timing(held, probe)
    return interval + timeout + allowed_lateness(interval)


def hours_of(held: Promises, name: str) -> ServiceHours:
    """Service hours with the holidays of their calendar; days to be confirmed are not applied."""
    hours = held.need(Hours, name)
    span = ((hours.from_, hours.to),)
    calendar = held.get(Calendar, hours.holidays) if hours.holidays else None
    closed: Mapping[date, tuple[tuple[str, str], ...]] = (
        dict.fromkeys(calendar.holidays(), ()) if calendar else {}
    )
    return ServiceHours(hours.tz, dict.fromkeys(hours.weekdays, span), closed)


def _baseline(held: Promises, service: Service, baseline: Baseline) -> Judged:
    sources = tuple(_sources(held, baseline.data, service.id, None))
    terms = ObjectiveTerms(
        objective=baseline.id,
        service=service.id,
        target="",
        goal=None,
        hours=hours_of(held, baseline.service_hours),
        in_force=ALWAYS,
        checks=tuple(dict.fromkeys(source.check for source in sources)),
        mode="baseline",
        interval=max((s.validity for s in sources), default=0),
    )
    return Judged(f"baseline-{service.id}", 1, baseline.tz, terms, sources)
