"""What `/readyz` says is not as it should be."""

from __future__ import annotations

from pathlib import Path

from catalogue.instants import format_instant
from slamon.cli.assigning import AGENT
from slamon.views.alarms import alarms
from slamon.views.store import ViewStore

SILENCE = 180_000_000  # µs; beyond two intervals of its fastest probe, an agent that works has handed in by then
LAG_LIMIT = 1_000  # facts; a view further behind does not answer for today


def behind(position: int, folded: int) -> list[str]:
    """What to say of views that stand at `folded` while the ledger stands at `position`."""
    lag = position - folded
    return [f"the views are {lag} facts behind"] if lag > LAG_LIMIT else []


def alarming(store: ViewStore, instant: int) -> list[str]:
    """What the intake of batches has to tell of agents, as long as it stands at an instant (µs).

    A new spool is told in lists and metrics only: it needs a look, and nothing is wrong now.
    """
    with store.reading() as connection:
        found = alarms(connection, instant)
    return [f"{each.agent}: {each.says}; {each.do}" for each in found if each.kind != "new_spool"]


def silence(heard: int, instant: int, fastest: int | None, log: Path) -> list[str]:
    """What to say of an agent last heard of at `heard`, be it stopped, refused or cut off.

    `fastest` is the shortest interval of its probes, None where it has none.
    """
    if fastest is None or instant - heard < SILENCE + 2 * fastest:
        return []
    return [f"{AGENT} has handed in nothing since {format_instant(heard)}; see {log}"]
