"""`slamon incident`: declare how a service was, end it, withdraw it, list what was declared."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from catalogue.services import Service
from slamon.app import declarations
from slamon.cli.commands import group
from slamon.cli.house import now
from slamon.cli.instants import ABSOLUTE, absolute
from slamon.cli.known import AsKnownAt, known
from slamon.cli.opening import must_know, opened, recorded
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_table
from slamon.cli.terminal import Actor, AsJson, actor_or_fail, console, print_json
from slamon.ledger.actors import Actors
from slamon.sla.declaring import StateDeclared
from slamon.views.promised import promises

app = group("Incidents that people declare: what they say holds over what probes saw.")

Incident = Annotated[str, typer.Argument(help="service/id", metavar="INCIDENT")]
Reason = Annotated[str, typer.Option(help="Why; stands with the fact.")]
Instant = Annotated[str, typer.Option(help=f"When it was over: {ABSOLUTE}.", metavar="INSTANT")]


@app.command()
def declare(
    service: Annotated[str, typer.Argument(help="The service.", metavar="SERVICE")],
    state: Annotated[
        Literal["up", "degraded", "down", "unknown"], typer.Option(help="How it was.")
    ],
    begin: Annotated[
        str, typer.Option("--from", help=f"Since when: {ABSOLUTE}.", metavar="INSTANT")
    ],
    reason: Reason,
    evidence: Annotated[str, typer.Option(help="Where that can be looked up.")],
    *,
    end: Annotated[
        str | None,
        typer.Option(
            "--to", help=f"Until when: {ABSOLUTE}; not given: it lasts.", metavar="INSTANT"
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--id", help="Its id; else made of its begin.", metavar="ID")
    ] = None,
    actor: Actor = None,
) -> None:
    """State how a service was in a span of time, and on what evidence."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        said = StateDeclared(
            state=state,
            begin=absolute("--from", begin),
            end=None if end is None else absolute("--to", end),
            reason=reason,
            evidence=evidence,
        )
        incident_id = name or declarations.id_of(said.begin)
        with house.store.reading() as connection:
            services = {each.id for each in promises(connection).of(Service)}
        declarations.declare(
            house.ledger, service, incident_id, said, services=services, now=now(), actor=who
        )
        console.print(f"{service}/{incident_id} is declared {state}", highlight=False)
        recorded(house)


@app.command()
def end(incident: Incident, at: Instant, reason: Reason, *, actor: Actor = None) -> None:
    """Say when an incident was over that was declared without an end."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        instant = absolute("--at", at)
        declarations.end(house.ledger, incident, instant, reason=reason, now=now(), actor=who)
        console.print(f"{incident} has ended", highlight=False)
        recorded(house)


@app.command()
def withdraw(incident: Incident, reason: Reason, *, actor: Actor = None) -> None:
    """Take a declaration back: probes speak again for the whole of its span."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        declarations.withdraw(house.ledger, incident, reason=reason, actor=who)
        console.print(f"{incident} is withdrawn", highlight=False)
        recorded(house)


@app.command("list")
def list_all(
    *,
    service: Annotated[str | None, typer.Option(help="Only of this service.")] = None,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """List declared incidents by their begin, withdrawn ones too."""
    with opened() as house, known(house, as_known) as then:
        then.tell()
        found, people = then.reading.declarations(service), Actors(house.folder)
        if service is not None and not found:
            must_know(then.reading, "service", service)
    if as_json:
        print_json([line.model_dump(mode="json", by_alias=True) for line in found])
        return
    columns = ("incident", "state", "from", "to", "status", "reason", "evidence", "by")
    rows = [
        (
            d.declaration,
            d.state,
            d.from_,
            d.to,
            d.status,
            d.reason,
            d.evidence,
            people.shown(d.actor),
        )
        for d in found
    ]
    print_table(columns, rows, empty="no incident was declared")
