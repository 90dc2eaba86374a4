"""`slamon probe`: list probes, explain a slot, and ask one now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from probes.prober import probe_once
from slamon.app.refused import Unknown
from slamon.cli.advice import advise
from slamon.cli.asking import asked_of
from slamon.cli.assigning import Targets
from slamon.cli.commands import group
from slamon.cli.instants import ABSOLUTE, absolute
from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.opening import opened
from slamon.cli.pausing import resume
from slamon.cli.proposing import differences, proposed, tried
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_line, print_map, print_table
from slamon.cli.slots import print_slot
from slamon.cli.terminal import AsJson, console, print_json, progress
from slamon.views.answers import ProbeLine
from slamon.web.asking import AskedNow

app = group("Probes: list them, ask one now, and why a result is missing.")
app.command()(resume)

MS = 1_000
TARGET = 24  # a target is broken anywhere before a list becomes wider than the screen


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
    columns = ("probe", "kind", "location", "target", "newest result", "at", "p95 of day")
    rows = [(*_listed(each), _looked_at(each)) for each in found]
    empty = "no probe just now" if every else "the catalogue has no probe"
    print_table((*columns, "look"), rows, empty=empty, folds={"target": TARGET})


def _listed(line: ProbeLine) -> tuple[str | None, ...]:
    slow = None if line.p95_us is None else _about(line.p95_us)
    at = None if line.last_at is None else _to_the_second(line.last_at)
    return line.probe, line.kind, line.location, line.target, line.outcome, at, slow


def _looked_at(line: ProbeLine) -> str | None:
    """Why somebody should look at it, or why nobody asks it; a bad result is told already."""
    said: list[str] = [line.why] if line.why else []
    said += [flag for flag in line.attention if flag in {"overdue", "suspect"}]
    if line.pause:
        until = line.pause.until
        said.append(f"paused until {_to_the_second(until) if until else 'it is resumed'}")
    said += [f"window {each.exclusion}" for each in line.windows]
    return ", ".join(said) or None


def _to_the_second(instant: str) -> str:
    """An instant as a list tells it: in two words, cut off at the second."""
    return instant.replace("T", " ")[:19] + "Z"


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
    documents: Annotated[
        list[Path] | None,
        typer.Option(
            "--documents",
            help="Ask it as the documents in this folder propose, before they are applied; may be given again.",
            metavar="DIR",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask once what the agent of this machine is assigned, or else what the catalogue says.

    Prints every stage, and each condition with the value found; of proposed documents also what they change of what
    is assigned. Nothing is recorded.
    """
    settings = Settings()
    if documents:
        _try_proposed(probe, documents, settings, demo=demo, as_json=as_json)
        return
    with opened() as house:
        asked = asked_of(house, probe, demo=demo)
    with progress(f"asking {asked.spec.target}", None):
        seen = probe_once(asked.spec, settings.surroundings(asked.own_loopback()))
    told = AskedNow.of(probe, asked.spec.target, asked.source, seen)
    if as_json:
        print_json(told.model_dump(mode="json"))
    else:
        print_asked(told)
    _exit_by(told)


def _try_proposed(
    probe: str, documents: list[Path], settings: Settings, *, demo: bool, as_json: bool
) -> None:
    """Ask a probe as documents propose it."""
    targets = Targets("demo_target" if demo else "target")
    with opened() as house:
        wanted = proposed(house, documents).probe(probe, targets)
        changes = differences(house, wanted)
    (told,) = tried([wanted], settings, demo=demo)
    if as_json:
        print_json({**told.model_dump(mode="json"), "differences": changes})
    else:
        print_asked(told)
        console.print("differs from what is assigned:" if changes else "as it is assigned already")
        for line in changes:
            print_line(line, 2)
    _exit_by(told)


def _exit_by(told: AskedNow) -> None:
    """Leave with what a script can act on: 1 where the probe was not good."""
    advise([told])
    if told.outcome != "good":
        raise typer.Exit(1)


def print_asked(told: AskedNow) -> None:
    """Print what came of asking a probe now, stage by stage."""
    console.print(f"{told.probe} asks {told.target}", style="bold", highlight=False)
    console.print(f"  {told.source}", style="dim", highlight=False)
    stages = [(each.stage, f"{each.took_us / MS:.1f} ms", each.found) for each in told.stages]
    print_table(("stage", "took", "found"), stages, empty="no stage was reached")
    conditions = [
        ("passed" if each.passed else "FAILED", each.expected, each.actual)
        for each in told.conditions
    ]
    if conditions:
        print_table(("condition", "expected", "actual"), conditions, empty="")
    print_map(
        {
            "outcome": told.outcome,
            "reason": told.reason,
            "in words": told.text,
            "latency": None if told.latency_us is None else f"{told.latency_us / MS:.1f} ms",
        }
    )
