"""`slamon service`: move it to another stage of its life."""

from __future__ import annotations

from typing import Annotated

import typer

from catalogue.services import Lifecycle
from slamon.app.acts import Move
from slamon.cli.commands import group
from slamon.cli.deciding import Name, On, Reason, acted, day
from slamon.cli.terminal import Actor

app = group("Services: move to another stage.")


@app.callback()
def services() -> None:
    """Services: move to another stage."""


@app.command()
def move(
    service: Name,
    *,
    to: Annotated[Lifecycle, typer.Option(help="The stage it reached.")],
    reason: Reason,
    on: On = None,
    actor: Actor = None,
) -> None:
    """A service reached another stage: proposed, on trial, live, retained, integrating, retired."""
    acted(service, Move(to=to, on=day(on), reason=reason), actor)
