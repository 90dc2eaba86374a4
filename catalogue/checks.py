"""Faults between records: what is named must exist, and both sides must agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from catalogue.agreements import Agreement
from catalogue.askable import faults_of_asking
from catalogue.budgeting import faults_of_budgets
from catalogue.depending import faults_of_depending
from catalogue.excluding import faults_of_excluding
from catalogue.instants import SECOND, Duration, InstantError, parse_duration
from catalogue.measurable import faults_of_measuring
from catalogue.objectives import Objective
from catalogue.pricing import faults_of_pricing
from catalogue.probing import Import, IntervalIn, Probe, ProbeDefaults
from catalogue.problems import Problem, closest, problem_at
from catalogue.provenance import faults_of_provenance
from catalogue.questions import Heartbeat
from catalogue.recommendations import Register, SummaryItem
from catalogue.records import Catalogue, Written
from catalogue.references import Path, references
from catalogue.remedies import Credit
from catalogue.services import Offering, Service

INTERVAL_FLOOR = 10 * SECOND


def faults_between(catalogue: Catalogue, names: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Find every fault between records that are there; `names` are the ids known of each kind."""
    yield from faults_of_provenance(catalogue, names["source"])
    yield from _offerings(catalogue)
    yield from faults_of_depending(catalogue)
    yield from _timings(catalogue)
    yield from faults_of_asking(catalogue)
    yield from _foreign_data(catalogue)
    yield from faults_of_measuring(catalogue)
    yield from faults_of_excluding(catalogue)
    yield from faults_of_pricing(catalogue)
    yield from faults_of_budgets(catalogue)
    yield from _unequal_caps(catalogue)
    yield from _miscounted(catalogue)


def dangling(catalogue: Catalogue, names: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Find every reference to a record that is not there; `names` are the ids known of each kind."""
    for record in catalogue.records.values():
        for named in references(record.model):
            known = frozenset[str]().union(*(names[kind] for kind in named.reference.kinds))
            if named.id not in known:
                kinds = " or ".join(kind.replace("_", " ") for kind in named.reference.kinds)
                said = f'there is no {kinds} "{named.id}"'
                proposal = closest(named.id, known | set(named.reference.also))
                yield problem_at(record.at(named.path), said, proposal)


def _offerings(catalogue: Catalogue) -> Iterator[Problem]:
    """Check that each offering stands once and comparisons are stated on both sides, in one unit."""
    stated: dict[str, tuple[Offering, Written, int]] = {}
    for record, service in catalogue.of(Service):
        for index, offering in enumerate(service.offerings):
            if offering.id in stated:
                said = f'offering "{offering.id}" stands twice'
                yield problem_at(record.at(("offerings", index, "id")), said)
            stated[offering.id] = offering, record, index
    for offering, record, index in stated.values():
        place = record.at(("offerings", index, "comparable_to"))
        for other in (stated[name][0] for name in offering.comparable_to if name in stated):
            if offering.id not in other.comparable_to:
                said = f'"{other.id}" does not say that it is comparable to "{offering.id}"'
                yield problem_at(place, said, f'"comparable_to: [{offering.id}]" at {other.id}')
            if other.unit != offering.unit:
                said = (
                    f'"{offering.id}" is counted in {offering.unit}, "{other.id}" in {other.unit}'
                )
                yield problem_at(place, said)


def _timings(catalogue: Catalogue) -> Iterator[Problem]:
    """Check every interval against the floor and against the timeout."""
    defaults = {
        record.catalogue: (record, stated) for record, stated in catalogue.of(ProbeDefaults)
    }
    for record, stated in defaults.values():
        yield from _timing(record, ("interval",), stated.interval, stated.timeout)
    for record, probe in catalogue.of(Probe):
        if isinstance(probe, Heartbeat):
            yield from _heartbeat(record, probe)
            continue
        shared = defaults.get(record.catalogue, (None, None))[1]
        timeout = probe.timeout or (shared.timeout if shared else None)
        interval = probe.interval or (shared.interval if shared else None)
        if timeout is None or interval is None:
            said = "a probe without interval or timeout needs defaults in its set"
            yield problem_at(record.position, said)
            continue
        if probe.interval or probe.timeout:
            named = "interval" if probe.interval else "timeout"
            yield from _timing(record, (named,), interval, timeout)
        alone = isinstance(probe.interval_in, IntervalIn)
        for index, each in enumerate(probe.windows):
            path = ("interval_in", "interval") if alone else ("interval_in", index, "interval")
            yield from _timing(record, path, each.interval, timeout)
        if probe.critical_interval:
            yield from _timing(record, ("critical_interval",), probe.critical_interval, timeout)


def _heartbeat(record: Written, probe: Heartbeat) -> Iterator[Problem]:
    """Check that both lengths of a heartbeat can be told apart from the time a signal takes."""
    for field in ("interval", "grace"):
        length: str = getattr(probe, field)
        try:
            too_short = _exact(length) < INTERVAL_FLOOR
        except InstantError as fault:
            yield problem_at(record.at((field,)), str(fault))
            continue
        if too_short:
            said = f"the shortest {field} of a heartbeat is PT10S, not {length}"
            yield problem_at(record.at((field,)), said, '"PT10S"')


def _timing(record: Written, path: Path, interval: str, timeout: str) -> Iterator[Problem]:
    try:
        every, patience = _exact(interval), _exact(timeout)
    except InstantError as fault:
        yield problem_at(record.at(path), str(fault))
        return
    if every < INTERVAL_FLOOR:
        said = f"an interval of {interval} would burden the target; the shortest is PT10S"
        yield problem_at(record.at(path), said, '"PT10S"')
    if patience > every:
        said = f"the timeout {timeout} is longer than the interval {interval}"
        yield problem_at(record.at(path), said)
    if patience == 0:
        yield problem_at(record.at(path), "a timeout of no time lets no attempt succeed")


def _exact(text: str) -> int:
    duration: Duration = parse_duration(text)
    return duration.exact()


def _foreign_data(catalogue: Catalogue) -> Iterator[Problem]:
    """Check that a promise about a service is measured by data about that service.

    Only where several probes are put together may some be those of other services: of the members it is made of.
    """
    about = {record.id: probe.service for record, probe in catalogue.of(Probe)}
    about |= {record.id: source.service for record, source in catalogue.of(Import)}
    members = {record.id for record, probe in catalogue.of(Probe) if probe.service}
    measured = [
        (record, ("objectives", index), objective.service, objective.data, _composed(objective))
        for record, agreement in catalogue.of(Agreement)
        for index, objective in enumerate(agreement.objectives)
    ]
    measured += [
        (record, ("baselines", index), service.id, baseline.data, False)
        for record, service in catalogue.of(Service)
        for index, baseline in enumerate(service.baselines)
    ]
    for record, path, service, data, composed in measured:
        for index, name in enumerate(data):
            if composed and name in members:
                continue
            if about.get(name, service) not in {service, "any"}:
                said = f'"{name}" is about {about[name] or "no service"}, not about {service}'
                yield problem_at(record.at((*path, "data", index)), said)


def _composed(objective: Objective) -> bool:
    return objective.combine is not None and len(objective.data) > 1


def _unequal_caps(catalogue: Catalogue) -> Iterator[Problem]:
    """Check that all credits of one service in an agreement share caps and minimum."""
    for record, agreement in catalogue.of(Agreement):
        first: dict[str, Credit] = {}
        for index, objective in enumerate(agreement.objectives):
            remedy = objective.remedy
            if not isinstance(remedy, Credit):
                continue
            other = first.setdefault(objective.service, remedy)
            for field in ("cap_percent", "minimum", "cap_year"):
                mine, theirs = getattr(remedy, field), getattr(other, field)
                if mine != theirs:
                    said = f'"{field}" of all credits of {objective.service} must be equal: {mine}, but {theirs} before'
                    yield problem_at(record.at(("objectives", index, "remedy", field)), said)


def _miscounted(catalogue: Catalogue) -> Iterator[Problem]:
    uncovered: dict[str, list[str]] = defaultdict(list)
    for record, item in catalogue.of(SummaryItem):
        if item.coverage == "none":
            uncovered[record.catalogue].append(item.id)
    for record, register in catalogue.of(Register):
        if sorted(register.counts.uncovered) != sorted(uncovered[record.catalogue]):
            said = f"the summary items with coverage none are: {', '.join(uncovered[record.catalogue])}"
            yield problem_at(record.at(("counts", "uncovered")), said)
