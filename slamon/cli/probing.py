"""`slamon probe`: list probes, and ask one now."""

from __future__ import annotations

from typing import Annotated

import typer

from catalogue.compile import NotYet, Use, spec_of
from catalogue.probing import Probe, ProbeDefaults
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import probe_once
from probes.spec import ProbeSpec
from slamon.app.refused import Refused, Unknown
from slamon.cli.commands import group
from slamon.cli.house import House, now
from slamon.cli.opening import opened
from slamon.cli.settings import Settings
from slamon.cli.terminal import AsJson, console, print_json, print_map, print_table
from slamon.views.promised import promises

app = group("Probes: list them, ask one now.")

MS = 1_000
LOOPBACK = "127.0.0.0/8"  # where demo targets are, by definition


@app.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """List probes with their newest results."""
    with opened() as house:
        found = house.reading.probes(now())
    if as_json:
        print_json([line.model_dump(mode="json") for line in found])
        return
    rows = [(p.probe, p.kind, p.location, p.target, p.outcome or p.why, p.last_at) for p in found]
    columns = ("probe", "kind", "location", "target", "newest result", "at")
    print_table(columns, rows, empty="the catalogue has no probe")


@app.command()
def run(
    probe: Annotated[str, typer.Argument(help="The probe's id.", metavar="ID")],
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Ask its demo_target instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask a probe's target once: every stage, and each condition with the value found. Nothing is recorded."""
    settings = Settings()
    with opened(settings) as house:
        spec = _spec(house, probe, "demo_target" if demo else "target")
        allowed = networks(settings.agent_allow) + (networks(LOOPBACK) if demo else ())
        seen = probe_once(spec, allowed)
    if as_json:
        print_json(_as_json(probe, spec, seen))
    else:
        _print(probe, spec, seen)
    if seen.outcome is not Outcome.GOOD:
        raise typer.Exit(1)


def _spec(house: House, name: str, use: Use) -> ProbeSpec:
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


def _as_json(probe: str, spec: ProbeSpec, seen: Observation) -> dict[str, object]:
    return {
        "probe": probe,
        "target": spec.target,
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


def _print(probe: str, spec: ProbeSpec, seen: Observation) -> None:
    console.print(f"{probe} asks {spec.target}", style="bold", highlight=False)
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
