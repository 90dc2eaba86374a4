"""`slamon exclusion`: announce a window, rule on it, list what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from slamon.app.exclusions import Asked
from slamon.app.refused import Unknown
from slamon.cli.commands import group
from slamon.cli.house import Decisions
from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.opening import must_know, opened
from slamon.cli.restated import print_restated
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_map, print_table
from slamon.cli.terminal import Actor, AsJson, actor_or_fail, console, print_json
from slamon.views.rulings import ExclusionFate, ExclusionLine
from slamon.web import outcomes
from slamon.web.texts import language

app = group("Excluded time: announce, grant, refuse, withdraw, list, show.")

Agreement = Annotated[str, typer.Argument(help="The agreement.", metavar="AGREEMENT")]
Exclusion = Annotated[str, typer.Argument(help="The id of the announcement.", metavar="ID")]
Reason = Annotated[str, typer.Option(help="Why; stands with the decision.")]

LOCAL = "ISO 8601, like 2026-02-01T08:00, on the clock of the agreement; or with an offset"


@app.command()
def announce(
    *,
    agreement: Annotated[str, typer.Option(help="Of which agreement.")],
    clause: Annotated[str, typer.Option(help="The exclusion of the agreement, like x1.")],
    service: Annotated[
        list[str] | None, typer.Option(help="Only this service; may be repeated. Else all.")
    ] = None,
    begin: Annotated[str, typer.Option("--from", help=f"When the window begins: {LOCAL}.")],
    end: Annotated[str, typer.Option("--to", help=f"When it ends: {LOCAL}.")],
    received_at: Annotated[
        str, typer.Option(help=f"When the customer received the announcement: {LOCAL}.")
    ],
    evidence: Annotated[str, typer.Option(help="How the receipt is known.")],
    reason: Annotated[str, typer.Option(help="What the window is for.")],
    name: Annotated[
        str | None, typer.Option("--id", help="Its id; else made of clause, day and a number.")
    ] = None,
    actor: Actor = None,
) -> None:
    """Record that a window was announced, and say what it comes to."""
    settings = Settings()
    asked = Asked(
        clause=clause,
        services=tuple(service or ()),
        begin=begin,
        end=end,
        received_at=received_at,
        evidence=evidence,
        reason=reason,
    )
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        decisions = Decisions(house)
        made, _ = decisions.announce_exclusion(agreement, asked, name, who)
        found = house.reading.exclusion(agreement, made)
        console.print(f"{made} of {agreement} is announced")
        _print_fates(found.objectives if found else ())
        print_restated(house, decisions.restated)


@contextmanager
def _deciding(actor: str | None) -> Iterator[tuple[Decisions, str]]:
    """Somebody decides; what that made of closed periods is told at the end."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        decisions = Decisions(house)
        yield decisions, who
        print_restated(house, decisions.restated)


@app.command()
def grant(
    agreement: Agreement, exclusion: Exclusion, reason: Reason, *, actor: Actor = None
) -> None:
    """Accept a window; this cures late recording, never missing notice."""
    with _deciding(actor) as (decisions, who):
        decisions.grant_exclusion(agreement, exclusion, reason, who)
        console.print(f"{exclusion} of {agreement} is granted")


@app.command()
def refuse(
    agreement: Agreement, exclusion: Exclusion, reason: Reason, *, actor: Actor = None
) -> None:
    """Turn a window down: its time stays in the judgement."""
    with _deciding(actor) as (decisions, who):
        decisions.refuse_exclusion(agreement, exclusion, reason, who)
        console.print(f"{exclusion} of {agreement} is refused")


@app.command()
def withdraw(
    agreement: Agreement, exclusion: Exclusion, reason: Reason, *, actor: Actor = None
) -> None:
    """Take a window back: its time stays in the judgement."""
    with _deciding(actor) as (decisions, who):
        decisions.withdraw_exclusion(agreement, exclusion, reason, who)
        console.print(f"{exclusion} of {agreement} is withdrawn")


@app.command("list")
def list_all(
    *,
    agreement: Annotated[str | None, typer.Option(help="Only of this agreement.")] = None,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """List announced windows, by agreement and begin."""
    with reading_at(as_known) as then:
        found = then.reading.exclusions(agreement)
        if agreement is not None and not found:
            must_know(then.reading, "agreement", agreement)
    if as_json:
        print_json([line.model_dump(mode="json", by_alias=True) for line in found])
        return
    rows = [
        (e.agreement, e.exclusion, e.from_, e.to, e.received_at, _status(e), _rules(e))
        for e in found
    ]
    columns = ("agreement", "id", "from", "to", "received", "status", "refused by")
    print_table(columns, rows, empty="no window was announced")


@app.command()
def show(
    agreement: Agreement,
    exclusion: Exclusion,
    *,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Show a window: what was announced, what is excluded, and which rule refused the rest."""
    with reading_at(as_known) as then:
        found = then.reading.exclusion(agreement, exclusion)
        if found is None:
            message = (
                f"nothing was announced as {exclusion!r} of {agreement!r};"
                " `slamon exclusion list` names what was"
            )
            raise Unknown(message)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
        return
    print_map(
        {
            "announcement": f"{found.exclusion} of {found.agreement}",
            "clause": f"{found.clause} ({(found.kind or 'unknown').replace('_', ' ')})",
            "services": ", ".join(found.services) or "all",
            "window": f"{found.from_} to {found.to}",
            "received": f"{found.received_at}: {found.evidence}",
            "recorded": found.recorded_at,
            "reason": found.reason,
            "status": f"{_status(found)} ({found.because})" if found.because else _status(found),
            "facts": ", ".join(str(position) for position in found.positions),
        }
    )
    _print_fates(found.objectives)


def _print_fates(fates: Sequence[ExclusionFate]) -> None:
    rows = [
        (fate.objective, part.from_, part.to, _verdict(part.effect), part.rule, part.reason)
        for fate in fates
        for part in fate.parts
    ]
    columns = ("objective", "from", "to", "", "rule", "reason")
    print_table(columns, rows, empty="no objective that is judged is in force in this window")


def _verdict(effect: str | None) -> str:
    return f"excluded ({effect.replace('_', ' ')})" if effect else "refused"


def _rules(line: ExclusionLine) -> str | None:
    return ", ".join(line.kept_by) or None


def _status(line: ExclusionLine) -> str:
    return outcomes.window(language("en"), line)
