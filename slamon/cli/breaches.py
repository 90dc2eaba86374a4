"""`slamon breaches`: list, show, uphold and waive."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from slamon.app.refused import Unknown
from slamon.cli.commands import group
from slamon.cli.house import Decisions
from slamon.cli.opening import opened
from slamon.cli.settings import Settings
from slamon.cli.terminal import (
    Actor,
    AsJson,
    actor_or_fail,
    console,
    print_json,
    print_map,
    print_table,
)

app = group("Breaches: list, show, uphold, waive.")

Breach = Annotated[str, typer.Argument(help="agreement.objective.period", metavar="BREACH")]
Reason = Annotated[str, typer.Option(help="Why; stands with the decision.")]


@app.command("list")
def list_all(
    *,
    status: Annotated[
        Literal["open", "upheld", "waived", "withdrawn"] | None, typer.Option(help="Only these.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List breaches, the newest period first."""
    with opened() as house:
        found = house.reading.breaches(status)
    if as_json:
        print_json([line.model_dump(mode="json") for line in found])
        return
    rows = [(b.breach, b.service, b.percent, b.target, b.status, b.basis) for b in found]
    columns = ("breach", "service", "percent", "target", "status", "basis")
    print_table(columns, rows, empty="no breach was found in a closed period")


@app.command()
def show(breach: Breach, *, as_json: AsJson = False) -> None:
    """Show a breach: figures, outages, and the review so far."""
    with opened() as house:
        found = house.reading.breach(breach)
        if found is None:
            message = f"there is no breach {breach!r}; `slamon breaches list` names them"
            raise Unknown(message)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
        return
    measured = found.judgement.measured
    print_map(
        {
            "breach": breach,
            "service": found.line.service_name,
            "period": f"{found.period.label} ({found.period.tz})",
            "target": found.line.target,
            "achieved": f"{measured.percent} ({measured.ratio})" if measured else "not measured",
            "out of reach at": found.judgement.breached_at,
            "basis": found.line.basis,
            "status": found.line.status,
        }
    )
    outages = [
        (o.from_, o.to, o.counted_us / 60_000_000, ", ".join(o.locations))
        for o in found.judgement.outages
    ]
    print_table(("from", "to", "counted minutes", "seen from"), outages, empty="no outage")
    steps = [(d.at, d.decision, d.actor, d.reason) for d in found.decisions]
    print_table(("at", "decision", "by", "reason"), steps, empty="no decision yet")


@app.command()
def uphold(breach: Breach, reason: Reason, *, actor: Actor = None) -> None:
    """Rule that a breach stands."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        Decisions(house).uphold(breach, reason, who)
    console.print(f"{breach} is upheld")


@app.command()
def waive(
    breach: Breach,
    reason: Reason,
    *,
    clause: Annotated[str | None, typer.Option(help="The clause it rests on.")] = None,
    actor: Actor = None,
) -> None:
    """Forgive a breach; its figures stay."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        Decisions(house).waive(breach, reason, clause, who)
    console.print(f"{breach} is waived")
