"""`slamon commitment`: show evidence, fulfil, reschedule, miss, waive."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from slamon.app.acts import Fulfil, Miss, Reschedule, Show, Waive
from slamon.cli.commands import group
from slamon.cli.deciding import Day, Due, Name, On, Reason, acted, dated, day
from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.sheet import print_table
from slamon.cli.terminal import Actor, AsJson, print_json

COLUMNS = ("commitment", "what", "owed by", "owed to", "due", "recurs", "state")

app = group("Commitments: list, evidence, fulfil, reschedule, miss, waive.")


@app.command("list")
def list_all(
    *,
    state: Annotated[
        Literal["overdue", "open", "fulfilled", "missed", "waived"] | None,
        typer.Option(help="Only these."),
    ] = None,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """List what is owed, the earliest due day first."""
    with reading_at(as_known) as then:
        every = then.reading.commitments(then.instant)
    found = [line for line in every if state in {None, line.state}]
    if as_json:
        print_json([line.model_dump(mode="json") for line in found])
        return
    rows = [(e.commitment, e.what, e.debtor, e.creditor, e.due, e.recur, e.state) for e in found]
    print_table(COLUMNS, rows, empty="no commitment is like that")


@app.command()
def evidence(
    commitment: Name,
    *,
    kind: Annotated[str, typer.Option(help="Of which kind: one that the commitment asks for.")],
    reference: Annotated[str, typer.Option(help="Where it is found: a document, an address.")],
    due: Due = None,
    on: On = None,
    actor: Actor = None,
) -> None:
    """Something was shown that the commitment asks for."""
    shown = Show(due=due and due.date(), kind=kind, reference=reference, on=day(on))
    acted(commitment, shown, actor)


@app.command()
def fulfil(
    commitment: Name,
    *,
    on: Annotated[str | None, typer.Option(help="When, like 2008-10-31; else today.")] = None,
    due: Due = None,
    actor: Actor = None,
) -> None:
    """What was due is delivered, with all the evidence that was asked for."""
    when = dated(on or day(None).isoformat())
    acted(commitment, Fulfil(due=due and due.date(), on=when), actor)


@app.command()
def reschedule(
    commitment: Name, *, to: Day, reason: Reason, due: Due = None, actor: Actor = None
) -> None:
    """Both sides agreed that it is due on another day."""
    moved = Reschedule(due=due and due.date(), to=to.date(), reason=reason)
    acted(commitment, moved, actor)


@app.command()
def miss(commitment: Name, *, reason: Reason, due: Due = None, actor: Actor = None) -> None:
    """What was due will not be delivered any more; the next due day waits."""
    acted(commitment, Miss(due=due and due.date(), reason=reason), actor)


@app.command()
def waive(commitment: Name, *, reason: Reason, due: Due = None, actor: Actor = None) -> None:
    """Whom it was promised does without what was due."""
    acted(commitment, Waive(due=due and due.date(), reason=reason), actor)
