"""`slamon probe resume`: have a probe asked again whose target had turned it away."""

from __future__ import annotations

from typing import Annotated

import typer

from slamon.app import pauses
from slamon.app.refused import Unknown
from slamon.cli.house import now
from slamon.cli.opening import opened, recorded
from slamon.cli.settings import Settings
from slamon.cli.terminal import Actor, actor_or_fail, console


def resume(
    probe: Annotated[str, typer.Argument(help="The probe.", metavar="PROBE")],
    reason: Annotated[str, typer.Option(help="Why; stands with the fact.")],
    *,
    actor: Actor = None,
) -> None:
    """Have a paused probe asked again: its agents learn of it within seconds."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        lasting = [
            each.agent
            for each in house.reading.pauses()
            if each.probe == probe and each.resumed_at is None
        ]
        if not lasting:
            message = f"no agent has paused {probe}; see slamon probe list --paused"
            raise Unknown(message)
        for agent in lasting:
            pauses.resume(house.ledger, agent, probe, reason=reason, now=now(), actor=who)
            console.print(f"{agent} asks {probe} again", highlight=False)
        recorded(house)
