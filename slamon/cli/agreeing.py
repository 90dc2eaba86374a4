"""`slamon agreement`: negotiate, sign, begin, terminate."""

from __future__ import annotations

from typing import Annotated

import typer

from slamon.app.acts import Begin, Negotiate, Sign, Terminate
from slamon.cli.commands import group
from slamon.cli.deciding import Day, Name, On, Reason, acted, dated, day
from slamon.cli.terminal import Actor

app = group("Agreements: negotiate, sign, begin, terminate.")


@app.command()
def negotiate(agreement: Name, *, on: On = None, actor: Actor = None) -> None:
    """The parties talk about a proposed agreement."""
    acted(agreement, Negotiate(on=day(on)), actor)


@app.command()
def sign(
    agreement: Name,
    *,
    on: Annotated[
        str, typer.Option(help="When: a day, a month or a year, like 2008-05-31 or 2008-05.")
    ],
    keep_in_shadow: Annotated[
        list[str] | None,
        typer.Option(help="An objective that stays in shadow mode; may be repeated."),
    ] = None,
    actor: Actor = None,
) -> None:
    """Both parties signed: breaches begin on that day, none before it.

    A day that is known only roughly binds from the last day it may be.
    """
    kept = tuple(keep_in_shadow or ())
    acted(agreement, Sign(on=dated(on), keep_in_shadow=kept), actor)


@app.command()
def begin(agreement: Name, *, on: On = None, actor: Actor = None) -> None:
    """An agreement came into force whose terms leave the first day open, such as a trial."""
    acted(agreement, Begin(on=day(on)), actor)


@app.command()
def terminate(agreement: Name, *, on: Day, reason: Reason, actor: Actor = None) -> None:
    """An agreement ends before its time; the day is its last one."""
    acted(agreement, Terminate(on=on.date(), reason=reason), actor)
