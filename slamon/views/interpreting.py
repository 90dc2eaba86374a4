"""What the catalogue promises as the terms of the judge: texts read, references followed, numbers exact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from catalogue.agreements import Agreement, MeasurementRules
from catalogue.combining import AtLeast
from catalogue.instants import at_clock, parse_duration
from catalogue.intervals import Intervals, norm
from catalogue.objectives import BOUNDED, LENGTHS, OF_CASES, Objective
from catalogue.probing import Import, Probe, ProbeDefaults
from catalogue.questions import Heartbeat
from catalogue.service_hours import ServiceHours
from catalogue.targets import Share
from probes.spec import allowed_lateness
from slamon.sla.availability import RELIABILITY, Policy
from slamon.sla.exclusions import Rulings, ruled
from slamon.sla.judgement import Mode
from slamon.sla.slices import SliceRule
from slamon.sla.structure import Node, Tree
from slamon.sla.terms import Measure, ObjectiveTerms
from slamon.views.clauses import clauses_of
from slamon.views.promised import Promises
from slamon.views.shelf import FAR, Source

PLACES = 2  # rounding: truncate_2
ALWAYS: Intervals = ((-FAR, FAR),)


def terms_of(
    held: Promises,
    agreement: Agreement,
    objective: Objective,
    mode: Mode,
    sources: Sequence[Source],
) -> ObjectiveTerms:
    """An objective as the judge takes it, but for when it is in force."""
    rules = agreement.measurement_rules
    hours = held.hours(objective.service_hours)
    indicator = objective.indicator
    bounded = indicator in BOUNDED
    members = _members(held, objective)
    rulings = _rulings(held, agreement, {objective.service, *members.values()}, hours)
    within = objective.target.within if isinstance(objective.target, Share) else None
    return ObjectiveTerms(
        objective=objective.id,
        service=objective.service,
        target=objective.promised if bounded else str(objective.threshold),
        goal=None if bounded else Fraction(objective.threshold) / 100,
        bound=Fraction(objective.threshold) if bounded else None,
        unit="us" if indicator in LENGTHS else (objective.unit or "count"),
        aggregate=objective.aggregate,
        within=within,
        priority=objective.priority,
        hours=hours,
        in_force=(),
        checks=tuple(dict.fromkeys(source.check for source in sources)),
        structure=_tree(objective.up_when, lambda name: check_of(held, name, objective.service))
        if sources
        else None,
        members=members,
        measure=_measure(objective),
        indicator=indicator,
        op=objective.operator,
        mode=mode,
        locations=rules.locations if rules else (),
        quorum=rules.quorum if rules else 1,
        control=rules.control_probe if rules else None,
        reported=tuple(dict.fromkeys(source.check for source in sources if source.reported)),
        confirm=rules.down_after if rules else 1,
        recover=rules.up_after if rules else 1,
        policy=_policy(objective),
        exclusions=rulings.granted,
        refused=rulings.refused,
        declared=held.declared.get(objective.service, ()),
        min_coverage=None if objective.min_coverage is None else str(objective.min_coverage),
        min_sample=objective.min_sample,
        warn_at=Fraction(objective.warn_at) / 100,
        slices=_slices(objective),
        mean_of_slices=_mean_of_slices(objective),
        entire_period=objective.entire_period,
        consecutive=objective.consecutive or 1,
        places=PLACES if rules else 4,
        interval=max((s.validity for s in sources), default=0),
        remedy=objective.remedy.model_dump(mode="json"),
    )


def _measure(objective: Objective) -> Measure:
    if objective.indicator in BOUNDED:
        return "level"
    return "cases" if objective.indicator in OF_CASES else "time"


def _slices(objective: Objective) -> SliceRule | None:
    stated = objective.slice_
    if stated is None or stated.rule != "entirely_down":
        return None
    shortest = parse_duration(stated.min_run).exact() if stated.min_run else 0
    return SliceRule(parse_duration(stated.length).exact(), "entirely_down", shortest)


def _mean_of_slices(objective: Objective) -> int | None:
    stated = objective.slice_
    by_mean = stated is not None and stated.rule == "mean"
    return parse_duration(stated.length).exact() if stated and by_mean else None


def _policy(objective: Objective) -> Policy:
    removed = RELIABILITY.excused if objective.indicator == "reliability" else None
    return Policy(removed, objective.unknown, objective.degraded == "available")


def _tree(wanted: AtLeast, name_of: Callable[[str], str]) -> Tree:
    """How checks make one state; a group of one is its member."""
    members = tuple(
        name_of(each) if isinstance(each, str) else _tree(each, name_of) for each in wanted.of
    )
    if len(members) == 1:
        return members[0]
    if wanted.k == len(members):
        return Node("serial", members)
    return Node("parallel", members) if wanted.k == 1 else Node("k_of_n", members, wanted.k)


def _members(held: Promises, objective: Objective) -> Mapping[str, str]:
    """The service of each check that belongs to another one than the objective is about."""
    found = {}
    for name in objective.data:
        probe = held.get(Probe, name)
        if probe and probe.service and probe.service != objective.service:
            found[name] = probe.service
    return found


def _rulings(
    held: Promises, agreement: Agreement, services: set[str], hours: ServiceHours
) -> Rulings:
    """What became of the announcements that concern an objective."""
    own = [
        each
        for each in held.announced
        if each.agreement == agreement.id and any(map(each.concerns, services))
    ]
    if not own:
        return Rulings()
    clauses, freezes = clauses_of(held, agreement)
    return ruled(clauses, freezes, own, hours.intervals, agreement.tz)


def modes_of(agreement: Agreement, objective: Objective) -> Iterator[tuple[Mode, Intervals]]:
    """Whether an objective binds, and when: nothing is enforced before both sides have signed.

    Until then it is in shadow mode: measured and shown from the day its agreement names on, else all the time.
    """
    mode = "enforced" if objective.id in agreement.enforces else objective.mode
    begin, binds, end = days_of(agreement)
    if mode == "shadow":
        yield mode, norm(((begin, end),))
        return
    if shadowed := norm(((begin, min(binds, end)),)):
        yield "shadow", shadowed
    if enforced := norm(((binds, end),)):
        yield mode, enforced


def days_of(agreement: Agreement) -> tuple[int, int, int]:
    """The instants at which an agreement begins, binds and ends; far away as long as nobody knows."""

    def midnight(day: date) -> int:
        return at_clock(day, 0, agreement.tz)

    first, binds, last = agreement.stated_first_day, agreement.binds_from, agreement.last_day
    return (
        midnight(first) if first else -FAR,
        midnight(binds) if binds else FAR,
        midnight(last + timedelta(days=1)) if last else FAR,
    )


def sources_of(
    held: Promises,
    data: tuple[str, ...],
    service: str | None,
    rules: MeasurementRules | None,
) -> Iterator[Source]:
    """Where the results of probes and imports are kept, place by place, and how long each speaks."""
    for name in data:
        if (probe := held.get(Probe, name)) is not None:
            validity = validity_of(held, probe)
            places = rules.locations if rules else held.default_locations
            reported = isinstance(probe, Heartbeat)
            own = probe.location if isinstance(probe, Heartbeat) else None
            for place in (own,) if own else places:
                yield Source(name, place, validity, reported)
        elif (file := held.get(Import, name)) is not None and file.validity and file.location:
            validity = parse_duration(file.validity).exact()
            yield Source(check_of(held, name, service), file.location, validity)


def check_of(held: Promises, data: str, service: str | None) -> str:
    """The check under which results of a probe, or of a file about a service, are kept."""
    return f"{data}/{service}" if held.get(Import, data) else data


def timing(held: Promises, probe: Probe) -> tuple[int, int]:
    """Interval and timeout of a probe in µs, its own or those of its set."""
    defaults = held.get(ProbeDefaults, held.catalogue_of("probe", probe.id))
    interval = probe.interval or (defaults.interval if defaults else "PT1M")
    timeout = probe.timeout or (defaults.timeout if defaults else "PT10S")
    return parse_duration(interval).exact(), parse_duration(timeout).exact()


def validity_of(held: Promises, probe: Probe) -> int:
    """How long a result of a probe speaks (rule P2): interval + timeout + allowed lateness.

    That of a heartbeat speaks for interval + grace.
    """
    if isinstance(probe, Heartbeat):
        return parse_duration(probe.interval).exact() + parse_duration(probe.grace).exact()
    interval, timeout = timing(held, probe)
    return interval + timeout + allowed_lateness(interval)
