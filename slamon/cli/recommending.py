"""`slamon recommendation` and `slamon ambiguity`: what becomes of the points of a review."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from slamon.app.acts import CloseRecommendation, NoAction, Resolve, TakeUp
from slamon.cli.commands import group
from slamon.cli.deciding import Day, Name, On, Reason, acted, day
from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.sheet import print_table
from slamon.cli.terminal import Actor, AsJson, print_json
from slamon.views.register import Filter, RecommendationLine, filtered

COLUMNS = ("number", "recommendation", "steps", "status", "realised by")

recommendations = group("Recommendations: list, take up, decide not to act, close.")
ambiguities = group("Ambiguous passages: decide how they are read.")


@recommendations.command("list")
def list_all(
    *,
    only: Annotated[Filter | None, typer.Option(help="Only these.")] = None,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """List recommendations with their steps, and what realises each."""
    with reading_at(as_known) as then:
        told = then.reading.register(then.instant)
        found = filtered(told.recommendations, only)
    if as_json:
        print_json([line.model_dump(mode="json") for line in found])
        return
    rows = [
        (line.recommendation, line.text.en, _steps(line), line.status, _by(line)) for line in found
    ]
    print_table(COLUMNS, rows, empty="no recommendation is like that")


def _steps(line: RecommendationLine) -> str:
    return ", ".join(f"{each.step}{' (disputed)' if each.disputed else ''}" for each in line.steps)


def _by(line: RecommendationLine) -> str:
    owed = (f"{each.commitment} {each.state}" for each in line.commitments)
    rest = (f"{each.id} {each.state or ''}".strip() for each in line.realisations)
    return ", ".join([*owed, *rest])


@recommendations.command("take-up")
def take_up(recommendation: Name, *, reason: Reason, on: On = None, actor: Actor = None) -> None:
    """Somebody acts on a recommendation, also on one that was closed."""
    acted(recommendation, TakeUp(on=day(on), reason=reason), actor)


@recommendations.command("no-action")
def no_action(
    recommendation: Name, *, review_on: Day, reason: Reason, on: On = None, actor: Actor = None
) -> None:
    """Nothing is done; that decision is looked at again on a day."""
    act = NoAction(on=day(on), review_on=review_on.date(), reason=reason)
    acted(recommendation, act, actor)


@recommendations.command()
def close(
    recommendation: Name,
    *,
    reason: Reason,
    ending: Annotated[
        Literal["fulfilled", "superseded"], typer.Option(help="How it ended.")
    ] = "fulfilled",
    on: On = None,
    actor: Actor = None,
) -> None:
    """A recommendation was carried out, or something else took its place."""
    acted(recommendation, CloseRecommendation(on=day(on), ending=ending, reason=reason), actor)


@ambiguities.callback()
def reading() -> None:
    """Ambiguous passages: decide how they are read."""


@ambiguities.command()
def resolve(
    ambiguity: Name,
    *,
    reading: Annotated[str, typer.Option(help="How the passage is read from now on.")],
    on: On = None,
    actor: Actor = None,
) -> None:
    """Decide how a passage is read; what it says stays readable beside that."""
    acted(ambiguity, Resolve(on=day(on), reading=reading), actor)
