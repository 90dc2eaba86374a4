"""What commands share that record an act on a record of the catalogue."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from catalogue.document import PartialDate
from catalogue.instants import InstantError, moment_of
from catalogue.terms import TermsFact
from catalogue.wording import sentence
from slamon.app.acts import Act
from slamon.cli.house import Decisions, now
from slamon.cli.opening import opened
from slamon.cli.restated import print_restated
from slamon.cli.settings import Settings
from slamon.cli.terminal import USAGE, actor_or_fail, console, fail

Name = Annotated[str, typer.Argument(help="The id of the record.", metavar="ID")]
Reason = Annotated[str, typer.Option(help="Why; stands with the fact.")]
On = Annotated[
    datetime | None,
    typer.Option(help="On which day, like 2026-03-31; else today.", formats=["%Y-%m-%d"]),
]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]
Due = Annotated[
    datetime | None,
    typer.Option(help="Which due day is meant; else the one that waits.", formats=["%Y-%m-%d"]),
]

MOST = 100
"""Facts that an act may leave: its own, and what closes by itself with it."""


def day(given: datetime | None) -> date:
    """The day that was given, or today (UTC)."""
    return given.date() if given else moment_of(now()).date()


def dated(text: str) -> PartialDate:
    """A day, a month or a year, as precise as it was given."""
    try:
        return PartialDate.parse(text)
    except InstantError as wrong:
        fail(str(wrong), USAGE)


def acted(name: str, act: Act, actor: str | None) -> None:
    """Record an act, and say what the ledger now says of the record."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        before = house.ledger.position()
        decisions = Decisions(house)
        decisions.act(name, act, who)
        said = False
        for entry in house.ledger.since(before, limit=MOST):
            if isinstance(entry.fact, TermsFact):
                kind, _, record = entry.stream.partition(":")
                told = f"{kind} {record}: {sentence(entry.fact)}"
                console.print(told, highlight=False, soft_wrap=True)
                said = True
        if not said:
            console.print(f"{act.noun} {name}: nothing new, it was recorded before")
        print_restated(house, decisions.restated)
