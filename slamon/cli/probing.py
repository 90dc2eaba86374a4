"""`slamon probe`: list probes, explain a slot, and ask one now."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated

import typer

from catalogue.compile import NotYet, Use, spec_of
from catalogue.probing import Probe, ProbeDefaults
from probes.guard import Network, networks
from probes.observation import Observation, Reason
from probes.outcome import Outcome
from probes.prober import probe_once
from probes.spec import ProbeSpec
from slamon.app import agents
from slamon.app.refused import Refused, Unknown
from slamon.cli.assigning import AGENT
from slamon.cli.commands import group
from slamon.cli.house import House
from slamon.cli.instants import ABSOLUTE, absolute
from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.opening import opened
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_map, print_table
from slamon.cli.slots import print_slot
from slamon.cli.terminal import AsJson, console, errors, print_json
from slamon.views.answers import ProbeLine
from slamon.views.promised import promises

app = group("Probes: list them, ask one now, and why a result is missing.")

MS = 1_000
LOOPBACK = "127.0.0.0/8, ::1/128"  # where demo targets are, by definition
NOT_PERMITTED = (
    "SLAMON_AGENT_ALLOW lists the networks that may be asked though they are not public, "
    "e.g. SLAMON_AGENT_ALLOW=10.0.0.0/8"
)


@app.command("list")
def list_all(
    *,
    bad: Annotated[bool, typer.Option("--bad", help="Whose newest result is bad.")] = False,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Of which no result speaks any more.")
    ] = False,
    suspect: Annotated[
        bool, typer.Option("--suspect", help="Whose agent was too slow to measure the latency.")
    ] = False,
    paused: Annotated[
        bool, typer.Option("--paused", help="That are not asked for a while.")
    ] = False,
    maintenance: Annotated[
        bool, typer.Option("--maintenance", help="In an announced window of their service.")
    ] = False,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """List probes with their newest results: all, or those that any of some reasons asks to be looked at."""
    chosen = {
        "bad": bad,
        "overdue": overdue,
        "suspect": suspect,
        "paused": paused,
        "maintenance": maintenance,
    }
    wanted = {name for name, given in chosen.items() if given}
    with reading_at(as_known) as then:
        every = then.reading.probes(then.instant)
    found = [line for line in every if not wanted or wanted & set(line.attention)]
    if as_json:
        print_json([line.model_dump(mode="json") for line in found])
        return
    columns = ("probe", "kind", "location", "target", "newest result", "at", "p95 of its day")
    rows = [(*_listed(each), _looked_at(each)) for each in found]
    empty = "no probe just now" if every else "the catalogue has no probe"
    print_table((*columns, "look"), rows, empty=empty)


def _listed(line: ProbeLine) -> tuple[str | None, ...]:
    newest = line.outcome or line.why
    slow = None if line.p95_us is None else _about(line.p95_us)
    return line.probe, line.kind, line.location, line.target, newest, line.last_at, slow


def _looked_at(line: ProbeLine) -> str | None:
    """Why somebody should look at it; a bad result is told already."""
    flags = [flag for flag in line.attention if flag not in {"bad", "maintenance"}]
    windows = [f"in maintenance {each.exclusion} ({each.status})" for each in line.windows]
    return ", ".join([*flags, *windows]) or None


def _about(us: int) -> str:
    """A latency as precisely as buckets know it."""
    return f"{us / MS:.1f} ms" if us < 10 * MS else f"{us // MS} ms"


@app.command()
def explain(
    probe: Annotated[str, typer.Argument(help="The probe's id.", metavar="ID")],
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", help=f"When, {ABSOLUTE}; else now.", metavar="INSTANT"),
    ] = None,
    location: Annotated[
        str | None, typer.Option("--location", help="Of this place only.", metavar="ID")
    ] = None,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Say why a slot is as it is, above all why it is unknown: the one due last by an instant, place by place."""
    instant = None if at is None else absolute("--at", at)
    with reading_at(as_known) as then:
        asked = then.instant if instant is None else instant
        found = then.reading.slot(probe, asked, then.instant, location)
        if found is None:
            known = ", ".join(sorted({each.probe for each in then.reading.probes(then.instant)}))
            message = f"there is no probe {probe!r}; known are {known or 'none'}"
            raise Unknown(message)
        if location is not None and not found.places:
            message = f"{probe} was never asked at {location!r}"
            raise Unknown(message)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        print_slot(found)


@app.command()
def run(
    probe: Annotated[str, typer.Argument(help="The probe's id.", metavar="ID")],
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="Ask its demo_target, as the catalogue says.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask once what the agent of this machine is assigned, or else what the catalogue says.

    Prints every stage, and each condition with the value found. Nothing is recorded.
    """
    settings = Settings()
    with opened() as house:
        asked = _asked(house, probe, demo=demo)
    seen = probe_once(asked.spec, networks(settings.agent_allow) + asked.own_loopback())
    if as_json:
        print_json(_as_json(probe, asked, seen))
    else:
        _print(probe, asked, seen)
    if seen.reason == Reason.NOT_PERMITTED:
        errors.print(NOT_PERMITTED, style="yellow", highlight=False, soft_wrap=True)
    if seen.outcome is not Outcome.GOOD:
        raise typer.Exit(1)


@dataclass(frozen=True)
class Asked:
    """What is asked, and who says so."""

    spec: ProbeSpec
    source: str
    may_be_demo: bool

    def own_loopback(self) -> tuple[Network, ...]:
        """The loopback network that a target of a demonstration stands on; none for others."""
        found = (each for each in networks(LOOPBACK) if _stands_on(self.spec.host, each))
        return tuple(found) if self.may_be_demo else ()


def _stands_on(host: str, network: Network) -> bool:
    try:
        return ip_address(host) in network
    except ValueError:
        return False  # a name: what it resolves to is not ours to allow


def _asked(house: House, name: str, *, demo: bool) -> Asked:
    assignment = None if demo else agents.assignment(house.ledger, AGENT)
    for each in assignment.probes if assignment else ():
        if each.probe == name and assignment:
            source = f"as {AGENT} is assigned, version {assignment.version}"
            return Asked(each.spec, source, may_be_demo=True)
    use: Use = "demo_target" if demo else "target"
    source = "as the catalogue says" + (", its demo_target" if demo else "")
    return Asked(_compiled(house, name, use), source, demo)


def _compiled(house: House, name: str, use: Use) -> ProbeSpec:
    with house.store.reading() as connection:
        held = promises(connection)
        probe = held.get(Probe, name)
        if probe is None:
            known = ", ".join(each.id for each in held.of(Probe))
            message = f"there is no probe {name!r}; known are {known or 'none'}"
            raise Unknown(message)
        defaults = held.get(ProbeDefaults, held.catalogue_of("probe", name))
        spec = spec_of(probe, defaults, use)
    if isinstance(spec, NotYet):
        message = f"{name} cannot be asked: {spec.why}"
        raise Refused(message)
    return spec


def _as_json(probe: str, asked: Asked, seen: Observation) -> dict[str, object]:
    return {
        "probe": probe,
        "target": asked.spec.target,
        "source": asked.source,
        "outcome": seen.outcome.name.lower(),
        "reason": seen.reason,
        "text": seen.text,
        "address": seen.address,
        "latency_us": seen.latency,
        "stages": [{"stage": s.name, "took_us": s.took, "found": s.text} for s in seen.stages],
        "conditions": [
            {"expected": c.condition.expectation(), "passed": c.passed, "actual": c.actual}
            for c in seen.checked
        ],
    }


def _print(probe: str, asked: Asked, seen: Observation) -> None:
    console.print(f"{probe} asks {asked.spec.target}", style="bold", highlight=False)
    console.print(f"  {asked.source}", style="dim", highlight=False)
    stages = [(s.name, f"{s.took / MS:.1f} ms", s.text) for s in seen.stages]
    print_table(("stage", "took", "found"), stages, empty="no stage was reached")
    conditions = [
        ("passed" if c.passed else "FAILED", c.condition.expectation(), c.actual)
        for c in seen.checked
    ]
    if conditions:
        print_table(("condition", "expected", "actual"), conditions, empty="")
    print_map(
        {
            "outcome": seen.outcome.name.lower(),
            "reason": seen.reason,
            "in words": seen.text,
            "latency": None if seen.latency is None else f"{seen.latency / MS:.1f} ms",
        }
    )
