"""`slamon commitment`: show evidence, fulfil, reschedule, miss, waive."""

from __future__ import annotations

from typing import Annotated

import typer

from slamon.app.acts import Fulfil, Miss, Reschedule, Show, Waive
from slamon.cli.commands import group
from slamon.cli.deciding import Day, Due, Name, On, Reason, acted, dated, day
from slamon.cli.terminal import Actor

app = group("Commitments: evidence, fulfil, reschedule, miss, waive.")


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
