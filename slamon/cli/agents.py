"""`slamon agent list|quarantine|release`: what stands to be looked at, and batches that were set aside."""

from __future__ import annotations

from typing import Annotated

import typer

from slamon.app.quarantine import release as let_out
from slamon.cli import numbers
from slamon.cli.agent import app
from slamon.cli.enrolling import enrol, revoke
from slamon.cli.house import now
from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.opening import opened, recorded
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_table
from slamon.cli.terminal import Actor, AsJson, actor_or_fail, console, print_json
from slamon.views import alarms
from slamon.views.completeness import Completeness, SlotCount

app.command()(enrol)
app.command()(revoke)


@app.command("list")
def list_all(*, as_known: AsKnownAt = None, as_json: AsJson = False) -> None:
    """List agents, how far each has handed in, and what somebody must look at."""
    with reading_at(as_known) as then:
        found = then.reading.agents(then.instant)
    if as_json:
        print_json([line.model_dump(mode="json") for line in found])
        return
    rows = [
        (a.agent, a.location, a.assignment, a.spools, a.reported_until, *_observed(a.complete))
        for a in found
    ]
    columns = (
        "agent",
        "location",
        "assignment",
        "spools",
        "handed in until",
        "last hour",
        "last day",
    )
    print_table(columns, rows, empty="no agent was told anything yet")
    for line in found:
        if line.refilled_from:
            said = f"{line.agent} handed in again what the restored backup lacked, from {line.refilled_from}"
            console.print(said, highlight=False, soft_wrap=True)
    for each in (alarm for line in found for alarm in line.alarms):
        said = f"{each.agent}, {each.at}: {each.says} ({each.do})"
        console.print(said, style="yellow", highlight=False, soft_wrap=True)


def _observed(complete: Completeness | None) -> tuple[str | None, str | None]:
    """What of the slots of the last full hour and day was observed."""
    if complete is None:
        return None, None
    return _share(complete.hour), _share(complete.day)


def _share(count: SlotCount) -> str | None:
    return f"{count.percent} % of {count.due}" if count.due else None


@app.command()
def quarantine(
    agent: Annotated[str | None, typer.Argument(help="Only of this agent.", metavar="ID")] = None,
    *,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """List the batches that were set aside: they count for nothing, and nothing of them is lost.

    `slamon ledger show --after POSITION` tells more of one. One that came while a clock of the centre was wrong can
    be let out with `slamon agent release`; one of an agent whose own clock was wrong tells of wrong instants for ever.
    """
    with reading_at(as_known) as then:
        found = [line for line in then.reading.quarantine() if agent in {None, line.agent}]
    if as_json:
        print_json([line.model_dump(mode="json") for line in found])
        return
    rows = [(q.position, q.received_at, q.stream, q.version, _state(q), q.reason) for q in found]
    columns = ("position", "received at", "stream", "number", "state", "why")
    print_table(columns, rows, empty="nothing was set aside")


def _state(line: alarms.QuarantineLine) -> str:
    return "released" if line.released else "set aside"


@app.command()
def release(
    position: Annotated[int, numbers.position("Where it was set aside.")],
    reason: Annotated[str, typer.Option(help="Why it is sound after all; stands with it.")],
    *,
    actor: Actor = None,
) -> None:
    """Let a batch count that was set aside, if it is sound by the clock of now; once is enough."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        done = let_out(house.ledger, position, now=now(), actor=who, reason=reason)
        console.print(f"it counts from position {done} on")
        recorded(house)
