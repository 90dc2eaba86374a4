"""What `/readyz` says is not as it should be."""

from __future__ import annotations

from pathlib import Path

from catalogue.instants import format_instant
from slamon.cli.assigning import AGENT

SILENCE = 180_000_000  # µs; beyond two intervals of its fastest probe, an agent that works has handed in by then
LAG_LIMIT = 1_000  # facts; a view further behind does not answer for today


def behind(position: int, folded: int) -> list[str]:
    """What to say of views that stand at `folded` while the ledger stands at `position`."""
    lag = position - folded
    return [f"the views are {lag} facts behind"] if lag > LAG_LIMIT else []


def silence(heard: int, instant: int, fastest: int | None, log: Path) -> list[str]:
    """What to say of an agent last heard of at `heard`, be it stopped, refused or cut off.

    `fastest` is the shortest interval of its probes, None where it has none.
    """
    if fastest is None or instant - heard < SILENCE + 2 * fastest:
        return []
    return [f"{AGENT} has handed in nothing since {format_instant(heard)}; see {log}"]
