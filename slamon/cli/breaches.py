"""`slamon breaches`: list, show, uphold and waive."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from slamon.app.refused import Unknown
from slamon.cli.commands import group
from slamon.cli.crediting import credit_lines
from slamon.cli.explaining import print_claims
from slamon.cli.house import Decisions
from slamon.cli.known import AsKnownAt, known, reading_at
from slamon.cli.opening import opened
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_line, print_map, print_table
from slamon.cli.terminal import Actor, AsJson, actor_or_fail, console, print_json
from slamon.cli.wording import number
from slamon.ledger.actors import Actors
from slamon.sla.judgement import ObjectiveJudgement
from slamon.views.answers import BreachDetail, BreachLine
from slamon.web import outcomes
from slamon.web.measures import level
from slamon.web.texts import language

EN = language("en")
DROPPED = frozenset({"waived", "withdrawn"})

app = group("Breaches: list, show, uphold, waive.")

Breach = Annotated[str, typer.Argument(help="agreement.objective.period", metavar="BREACH")]
Reason = Annotated[str, typer.Option(help="Why; stands with the decision.")]


@app.command("list")
def list_all(
    *,
    status: Annotated[
        Literal["open", "upheld", "waived", "withdrawn"] | None, typer.Option(help="Only these.")
    ] = None,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """List breaches, the newest period first."""
    with reading_at(as_known) as then:
        found = then.reading.breaches(status)
    if as_json:
        print_json([line.model_dump(mode="json") for line in found])
        return
    rows = [
        (b.breach, b.service, _reached(b), _reached_when_found(b), b.target, _status(b), b.basis)
        for b in found
    ]
    columns = ("breach", "service", "reached", "when found", "target", "status", "basis")
    print_table(columns, rows, empty="no breach was found in a closed period")


@app.command()
def show(breach: Breach, *, as_known: AsKnownAt = None, as_json: AsJson = False) -> None:
    """Show a breach: figures, outages, and the review so far."""
    with opened() as house, known(house, as_known) as then:
        then.tell()
        found = then.reading.breach(breach)
        if found is None:
            message = f"there is no breach {breach!r}; `slamon breaches list` names them"
            raise Unknown(message)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
        return
    people = Actors(house.folder)
    _print_breach(found)
    holds = found.holds
    outages = [
        (o.from_, o.to, o.counted_us / 60_000_000, ", ".join(o.locations))
        for o in (holds.outages if holds else ())
    ]
    print_table(("from", "to", "counted minutes", "seen from"), outages, empty="no outage")
    if found.counter_evidence:
        print_claims(found.counter_evidence)
    steps = [(d.at, d.decision, people.shown(d.actor), d.reason) for d in found.decisions]
    print_table(("at", "decision", "by", "reason"), steps, empty="no decision yet")
    for line in credit_lines(found.credit) if found.credit else ():
        print_line(line)


def _print_breach(found: BreachDetail) -> None:
    """Print the figure that holds now before the one the breach was found with."""
    holds, line = found.holds, found.line
    when_found = {} if holds == found.judgement else {"when found": _achieved(found.judgement)}
    print_map(
        {
            "breach": line.breach,
            "service": line.service_name,
            "period": f"{found.period.label} ({found.period.tz})",
            "target": line.target,
            "achieved": _achieved(holds),
            **when_found,
            "out of reach at": holds.breached_at if holds else None,
            "due": outcomes.due(EN, found),
            "basis": line.basis,
            "status": line.status,
        }
    )


def _achieved(said: ObjectiveJudgement | None) -> str:
    if said is None:
        return "no figure"
    if said.measured is None:
        return number(said)
    return f"{said.measured.percent} ({said.measured.ratio})"


def _reached(line: BreachLine) -> str | None:
    return level(EN, line.level, line.indicator) if line.level else line.percent


def _reached_when_found(line: BreachLine) -> str | None:
    if line.found_level:
        return level(EN, line.found_level, line.indicator)
    return line.found_percent


def _status(line: BreachLine) -> str:
    return f"{line.status}: nothing is due" if line.status in DROPPED else line.status


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
