"""`slamon agent list|quarantine|release`: what stands to be looked at, and batches that were set aside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from slamon.app.quarantine import release as let_out
from slamon.cli import numbers
from slamon.cli.agent import app
from slamon.cli.assigning import AGENT
from slamon.cli.contacted import contacts
from slamon.cli.enrolling import enrol, revoke
from slamon.cli.house import now
from slamon.cli.known import AsKnownAt, known, reading_at
from slamon.cli.opening import opened, recorded
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_table
from slamon.cli.telling import left_out
from slamon.cli.terminal import Actor, AsJson, actor_or_fail, console, print_json
from slamon.views import alarms
from slamon.views.completeness import SlotCount
from slamon.views.heard import CLOCK_LIMIT

app.command()(enrol)
app.command()(revoke)


@app.command("list")
def list_all(*, as_known: AsKnownAt = None, as_json: AsJson = False) -> None:
    """List agents, how far each has handed in, when it was heard of, and what somebody must look at."""
    settings = Settings()
    heard = contacts(settings.data, settings.tls_certificate) if as_known is None else None
    with opened() as house, known(house, as_known) as then:
        then.tell()
        found = [line.model_dump(mode="json") for line in then.reading.agents(then.instant)]
        for line in found:
            told = heard.get(line["agent"]) if heard else None
            line["turned_away_at"] = told.turned_away_at if told else None
            let_in = told if told and told.at else None
            line["contact"] = (
                let_in.model_dump(exclude={"agent", "turned_away_at"}) if let_in else None
            )
            wire = let_in.wire if let_in else None
            line["left_out"] = left_out(house, line["location"], wire) if wire else []
    if as_json:
        print_json(found)
        return
    columns = (
        "agent",
        "location",
        "state",
        "assignment",
        "spools",
        "handed in until",
        "heard of",
        "wire",
        "waiting",
    )
    rows = [_row(line, asked=heard is not None) for line in found]
    print_table(columns, rows, empty="no agent was enrolled, and none was told anything yet")
    for line in found:
        for said in besides(line):
            console.print(said, highlight=False, soft_wrap=True)
    for each in (alarm for line in found for alarm in line["alarms"]):
        said = f"{each['agent']}, {each['at']}: {each['says']} ({each['do']})"
        console.print(said, style="yellow", highlight=False, soft_wrap=True)


def _row(line: dict[str, Any], *, asked: bool) -> tuple[Any, ...]:
    contact = line["contact"]
    unheard = "not since the start" if asked else "not known"
    return (
        *(line["agent"], line["location"], _state_of(line), line["assignment"] or "none"),
        *(line["spools"], line["reported_until"] or "never"),
        *((contact["at"], contact["wire"]) if contact else (unheard, "")),
        contact["undelivered"] if contact and contact["undelivered"] is not None else "",
    )


def _state_of(line: dict[str, Any]) -> str:
    if line["revoked_at"]:
        return "revoked"
    if line["enrolled_at"] is None:
        return "of this machine" if line["agent"] == AGENT else "not enrolled"
    return "enrolled" if line["contact"] or line["reported_until"] else "enrolled, never heard of"


def besides(line: dict[str, Any]) -> Iterator[str]:
    """Say of a listed agent what somebody must look at, each in a sentence."""
    if line["turned_away_at"]:
        yield (
            f"somebody knocks as {line['agent']} with a key that opens nothing, last at {line['turned_away_at']}: "
            "it was revoked, or renewed and not set there (SLAMON_AGENT_KEY)"
        )
    if line["silent_since"]:
        yield (
            f"{line['agent']} is silent: slots of it are due, and it has handed in nothing since "
            f"{line['silent_since']}; look whether it runs and reaches this machine"
        )
    elif line["complete"] and (hour := SlotCount(**line["complete"]["hour"])).few:
        yield (
            f"{line['agent']} observed {hour.observed} of the {hour.due} slots that were due from {hour.from_} "
            f"to {hour.to}; `slamon probe explain PROBE --at INSTANT` says of each why"
        )
    if line["hosts_failing"]:
        yield (
            f"everything that {line['agent']} asks fails, {line['hosts_failing']} hosts at once: "
            "look first whether its own line is down"
        )
    if line["paused"]:
        yield f"{line['agent']} leaves in peace: {', '.join(line['paused'])} (`slamon probe list --paused`)"
    if line["refilled_from"]:
        yield f"{line['agent']} handed in again what the restored backup lacked, from {line['refilled_from']}"
    ahead = (line["contact"] or {}).get("clock_ahead_us") or 0
    if abs(ahead) > CLOCK_LIMIT:
        yield f"the clock of {line['agent']} is {ahead / 1_000_000:+.1f} s from ours: set the clock of its machine"
    if line["left_out"]:
        yield (
            f"{line['agent']} speaks wire {line['contact']['wire']}, which cannot express "
            f"{', '.join(line['left_out'])}: nobody asks them at {line['location']} until this version of slamon "
            "is installed there"
        )


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
