"""Probes as documents propose them: compiled and asked before anything is applied, beside what is assigned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from pydantic import JsonValue

from catalogue.compile import NotYet
from catalogue.instants import moment_of
from catalogue.plan import Plan, plan
from catalogue.probing import Probe
from catalogue.reader import read
from catalogue.terms import START, Known, Terms, evolve
from probes.dialogue import Surroundings
from probes.equipment import Equipment
from probes.guard import networks
from probes.prober import probe_once
from probes.spec import AssignedProbe
from slamon.app import agents
from slamon.app.refused import Refused, Unknown
from slamon.cli.asking import LOOPBACK
from slamon.cli.assigning import AGENT, Targets, compiler
from slamon.cli.house import House, now
from slamon.cli.terminal import progress
from slamon.views.promised import Held, Promises, promises
from slamon.web.asking import AskedNow

AT_ONCE = 8  # probes asked side by side
SOURCE = "as the documents propose"


@dataclass(frozen=True)
class Proposed:
    """The catalogue as it is, and as it would be once documents were applied."""

    current: Promises
    then: Promises

    def probe(self, name: str, targets: Targets) -> AssignedProbe:
        """A probe as it would be assigned.

        Raises:
            Unknown: there would be none of that id.
            Refused: it would not be asked.

        """
        found = self.then.get(Probe, name)
        if found is None:
            known = ", ".join(each.id for each in self.then.of(Probe))
            message = f"the documents leave no probe {name!r}; known are {known or 'none'}"
            raise Unknown(message)
        compiled = compiler(self.then, targets)(found)
        if isinstance(compiled, NotYet):
            message = f"{name} would not be asked: {compiled.why}"
            raise Refused(message)
        return compiled

    def changed(self, targets: Targets) -> Iterator[AssignedProbe]:
        """The probes that would be asked otherwise, or for the first time."""
        before, after = compiler(self.current, targets), compiler(self.then, targets)
        for probe in self.then.of(Probe):
            wanted, known = after(probe), self.current.get(Probe, probe.id)
            if not isinstance(wanted, NotYet) and (known is None or before(known) != wanted):
                yield wanted


def proposed(house: House, folders: Sequence[Path]) -> Proposed:
    """What the catalogue would be if the documents were applied; nothing is recorded.

    Raises:
        DocumentsRefused: the documents have faults.
        Refused: the ledger would not let them be applied.

    """
    documents = read(folders)
    with house.store.reading() as connection:
        held = promises(connection)
    planned = plan(documents, held.states(), moment_of(now()).date())
    if planned.refusals:
        message = "; ".join(map(str, planned.refusals))
        raise Refused(message)
    return applied(held, planned)


def applied(held: Promises, planned: Plan) -> Proposed:
    """A plan put over the catalogue."""
    records = dict(held.records)
    for change in planned.changes:
        key = (change.kind, change.id)
        known: Terms = held.records[key].known if key in held.records else START
        terms = reduce(evolve, change.facts, known)
        if isinstance(terms, Known):
            records[key] = Held(*key, terms, held.position)
    in_order = dict(sorted(records.items()))
    return Proposed(held, Promises(in_order, held.position, held.announced, held.declared))


def tried(wanted: Sequence[AssignedProbe], equipment: Equipment, *, demo: bool) -> list[AskedNow]:
    """Ask probes now, some at once, as the agent of this machine would; in a demonstration on loopback too."""
    surroundings = equipment.surroundings(networks(LOOPBACK) if demo else ())
    found = []
    with ThreadPoolExecutor(AT_ONCE) as pool, progress("asking", len(wanted)) as bar:
        for each in pool.map(lambda each: _asked(each, surroundings), wanted):
            found.append(each)
            bar.advance(bar.task_ids[0])
    return found


def _asked(wanted: AssignedProbe, surroundings: Surroundings) -> AskedNow:
    seen = probe_once(wanted.spec, surroundings)
    return AskedNow.of(wanted.probe, wanted.spec.target, SOURCE, seen)


def differences(house: House, wanted: AssignedProbe) -> list[str]:
    """What of a probe differs from what the agent of this machine is assigned, a line for each; none: nothing."""
    assignment = agents.assignment(house.ledger, AGENT)
    found = (
        each for each in (assignment.probes if assignment else ()) if each.probe == wanted.probe
    )
    current = next(found, None)
    if current is None:
        return [f"{AGENT} is not told to ask it yet"]
    was, would = _flat(_told(current)), _flat(_told(wanted))
    paths = [*was, *(path for path in would if path not in was)]
    return [
        f"{path}: {was.get(path, 'nothing')} -> {would.get(path, 'nothing')}"
        for path in paths
        if was.get(path) != would.get(path)
    ]


def _told(probe: AssignedProbe) -> JsonValue:
    said: JsonValue = probe.model_dump(mode="json", by_alias=True, exclude_none=True)
    return said


def _flat(value: JsonValue, path: str = "") -> Mapping[str, str]:
    """Each value of a tree under its path, such as `spec.conditions[0].values[0]`."""
    if isinstance(value, dict):
        parts = {f"{path}.{name}".lstrip("."): each for name, each in value.items()}
    elif isinstance(value, list):
        parts = {f"{path}[{number}]": each for number, each in enumerate(value)}
    else:
        return {path: str(value)}
    return {name: said for part, each in parts.items() for name, said in _flat(each, part).items()}
