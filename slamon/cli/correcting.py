"""`slamon observations`: void results, or give them another outcome."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

import typer

from catalogue.instants import format_instant
from probes.outcome import Outcome
from slamon.app import corrections
from slamon.app.corrections import Corrected, Selection
from slamon.cli.commands import group
from slamon.cli.house import House, now
from slamon.cli.instants import ABSOLUTE, absolute
from slamon.cli.opening import opened, recorded
from slamon.cli.settings import Settings
from slamon.cli.terminal import Actor, actor_or_fail, console
from slamon.cli.wording import counted
from slamon.sla.corrections import Chosen
from slamon.views.origins import Origins

app = group("Results: void them, or correct their outcome; what was recorded stays in the ledger.")

Check = Annotated[str, typer.Option(help="The probe, or the source and service, of an import.")]
Location = Annotated[
    str | None, typer.Option(help="Where from; may be left out where there is only one place.")
]
From = Annotated[
    str, typer.Option("--from", help=f"The first instant: {ABSOLUTE}.", metavar="INSTANT")
]
To = Annotated[
    str, typer.Option("--to", help=f"The instant it ends before: {ABSOLUTE}.", metavar="INSTANT")
]
Reason = Annotated[str, typer.Option(help="Why; stands with the correction.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def void(
    check: Check,
    begin: From,
    end: To,
    reason: Reason,
    *,
    location: Location = None,
    yes: Yes = False,
    actor: Actor = None,
) -> None:
    """Take results away: they count no more, and stay in the ledger."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        chosen = _choose(house, check, location, begin, end)
        _show(chosen)
        if not yes:
            typer.confirm("Void them?", abort=True)
        done = corrections.void(house.ledger, chosen, reason=reason, actor=who)
        _say(done, "voided")
        recorded(house)


@app.command()
def correct(
    check: Check,
    begin: From,
    end: To,
    outcome: Annotated[
        Literal["good", "degraded", "bad", "inconclusive"], typer.Option(help="What they were.")
    ],
    reason: Reason,
    *,
    location: Location = None,
    yes: Yes = False,
    actor: Actor = None,
) -> None:
    """Give results another outcome; the recorded one stays in the ledger."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        chosen = _choose(house, check, location, begin, end)
        _show(chosen)
        if not yes:
            typer.confirm(f"Make them {outcome}?", abort=True)
        became = Outcome[outcome.upper()]
        done = corrections.correct(house.ledger, chosen, became, reason=reason, actor=who)
        _say(done, f"corrected to {outcome}")
        recorded(house)


def _choose(house: House, check: str, location: str | None, begin: str, end: str) -> Chosen:
    selection = Selection(check, location, absolute("--from", begin), absolute("--to", end))
    with house.store.reading() as connection:
        return corrections.choose(Origins(connection), selection, now=now())


def _show(chosen: Chosen) -> None:
    counts = Counter(outcome.name.lower() for outcome in chosen.results.values())
    told = ", ".join(f"{counts[each.name.lower()]} {each.name.lower()}" for each in Outcome)
    first, last = min(chosen.results), max(chosen.results)
    span = f"from {format_instant(first)} to {format_instant(last)}"
    console.print(
        f"{_results(len(chosen.results))} of {chosen.check} at {chosen.location} {span}: {told}",
        highlight=False,
        soft_wrap=True,
    )


def _say(done: Corrected, became: str) -> None:
    console.print(f"{_results(done.results)} {became}", highlight=False)
    for stream in done.streams:
        console.print(f"  slamon ledger show --stream {stream}", highlight=False, soft_wrap=True)


def _results(count: int) -> str:
    return counted(count, "result")
