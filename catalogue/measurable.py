"""Faults of objectives against the records around them: whether what is promised can be measured and has a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalogue.agreements import Agreement
from catalogue.instants import InstantError, parse_duration
from catalogue.objectives import BOUNDED, OF_CASES, OF_TICKETS, Objective
from catalogue.probing import Import, Probe
from catalogue.problems import Problem, closest, problem_at
from catalogue.questions import Heartbeat
from catalogue.records import Catalogue, Written
from catalogue.references import Path
from catalogue.targets import Share

Said = tuple[Path, str]

HUNDRED = 100
_BY_RESULTS = "by probes or imported observations"
_TIMED = frozenset({"a probe", "an import of observations"})
_RESULTS = _TIMED | {"an import of observations without a latency_ms"}
_MEASURED = {
    "latency": ("by probes, or by imported observations with a latency_ms", _TIMED),
    "response_time": ("by an import of tickets", frozenset({"an import of tickets"})),
    "resolution_time": ("by an import of tickets", frozenset({"an import of tickets"})),
    "level": ('by an import with "use: levels"', frozenset({"an import of levels"})),
}


def faults_of_measuring(catalogue: Catalogue) -> Iterator[Problem]:
    """Find every objective that could never be judged as it is written.

    These faults are told of documents only: terms that a ledger already holds can still be read.
    """
    sources = dict(_sources(catalogue))
    reporting = {r.id: p.location for r, p in catalogue.of(Probe) if isinstance(p, Heartbeat)}
    for record, agreement in catalogue.of(Agreement):
        yield from _vouching(catalogue, record, agreement)
        for index, objective in enumerate(agreement.objectives):
            faults = _faults(agreement, objective, sources)
            for path, said in (*faults, *_silent(agreement, objective, reporting)):
                yield problem_at(record.at(("objectives", index, *path)), said)


def _vouching(catalogue: Catalogue, record: Written, agreement: Agreement) -> Iterator[Problem]:
    """Find a probe that shall vouch for its place, and is none that does."""
    rules = agreement.measurement_rules
    name = rules.control_probe if rules else None
    probe = catalogue.find(Probe, name) if name else None
    if probe is None or probe.control:
        return
    able = [each for each, found in catalogue.of(Probe) if found.control]
    said = f'"{name}" is no control probe: a probe that vouches for its place says "control: true"'
    proposal = closest(str(name), [each.id for each in able], likeness=0)
    yield problem_at(record.at(("measurement_rules", "control_probe")), said, proposal)


def _sources(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Say of each source of data what it is."""
    for record, _ in catalogue.of(Probe):
        yield record.id, "a probe"
    for record, source in catalogue.of(Import):
        untimed = source.use == "observations" and "latency_ms" not in source.columns
        kind = f"an import of {(source.use or 'tickets').replace('_', '-')}"
        yield record.id, f"{kind} without a latency_ms" if untimed else kind


def _faults(agreement: Agreement, objective: Objective, sources: dict[str, str]) -> Iterator[Said]:
    yield from _data(objective, sources)
    yield from _cases(objective)
    yield from _tightened(objective)
    yield from _never(objective)
    yield from _term(agreement, objective)


def _data(objective: Objective, sources: dict[str, str]) -> Iterator[Said]:
    how, kinds = _MEASURED.get(objective.indicator, (_BY_RESULTS, _RESULTS))
    for index, name in enumerate(objective.data):
        if (kind := sources.get(name)) is not None and kind not in kinds:
            yield (
                ("data", index),
                f'{objective.indicator} is measured {how}, and "{name}" is {kind}',
            )


def _silent(
    agreement: Agreement, objective: Objective, reporting: Mapping[str, str | None]
) -> Iterator[Said]:
    """Find heartbeats, which report from one place, where an agreement waits for those of others as well."""
    places = agreement.measurement_rules.locations if agreement.measurement_rules else ()
    for index, name in enumerate(objective.data):
        if name in reporting and places and places != (reporting[name] or places[0],):
            place = reporting[name] or "one place"
            said = f'"{name}" reports from {place} only, and is measured from {", ".join(places)}'
            yield ("data", index), said


def _cases(objective: Objective) -> Iterator[Said]:
    indicator, target = objective.indicator, objective.target
    if objective.min_sample is not None and indicator not in OF_CASES:
        said = f"min_sample counts cases, and {indicator} has none; leave it out, or write min_coverage"
        yield ("min_sample",), said
    if objective.priority is not None and indicator not in OF_TICKETS:
        said = f"only tickets have a priority, and {indicator} is not about them; leave it out"
        yield ("priority",), said
    if indicator == "latency" and isinstance(target, Share):
        try:
            parse_duration(target.within).exact()
        except InstantError as fault:
            yield ("target", "within"), str(fault)


def _tightened(objective: Objective) -> Iterator[Said]:
    tighter = objective.tighter_in
    if tighter is not None and tighter.target <= objective.threshold:
        said = f"{tighter.target} inside {tighter.window} is not tighter than the target {objective.threshold}"
        yield ("tighter_in", "target"), said


def _never(objective: Objective) -> Iterator[Said]:
    """Find a comparison that no figure passes: nobody can keep such a promise."""
    if objective.indicator in BOUNDED:
        if objective.op == "<" and objective.indicator != "level" and not objective.threshold:
            yield ("op",), 'nothing is less than 0, so this is never met; write "<="'
    elif objective.op == ">" and objective.threshold == HUNDRED:
        yield ("op",), 'no share is more than 100 %, so this is never met; write ">="'


def _term(agreement: Agreement, objective: Objective) -> Iterator[Said]:
    """Check the periods that an agreement's own days begin and end: of a draft they may still be open."""
    if not agreement.binding:
        return
    if objective.period == "agreement_year" and agreement.in_force.from_ is None:
        said = "an agreement_year begins on the anniversary of in_force.from, which is not stated"
        yield ("period",), said
    if objective.period == "whole_term" and agreement.in_force.to is None:
        said = "the whole term has no end while in_force.to is null; state the last day, or another period"
        yield ("period",), said
