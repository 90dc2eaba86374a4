"""What `/readyz` says is not as it should be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from catalogue.instants import format_instant
from slamon.cli.assigning import AGENT
from slamon.cli.wording import length
from slamon.views.alarms import alarms
from slamon.views.silent import patience
from slamon.views.store import ViewStore

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


def silence(heard: int, instant: int, fastest: int | None, log: Path | None) -> list[str]:
    """What to say of an agent last heard of at `heard`, be it stopped, refused or cut off.

    `fastest` is the shortest interval of its probes, None where it has none; `log` is its log, None where it
    is run apart.
    """
    if fastest is None or instant - heard < patience(fastest):
        return []
    look = "is `slamon agent run` running?" if log is None else f"see {log}"
    return [f"{AGENT} has handed in nothing since {format_instant(heard)}; {look}"]


def unmeasured(intervals: Sequence[int], heard: int, since: int, instant: int) -> str | None:
    """What to say where nobody asks the probes that are due, each in its interval (µs); None where somebody does.

    The agent had handed in until `heard`, 0 if nothing ever; it was waited for since `since`.
    """
    if not intervals or instant - since < patience(min(intervals)):
        return None
    count = f"{len(intervals)} probe{'s are' if len(intervals) > 1 else ' is'} due"
    nothing = f"nothing for {length(instant - heard)}" if heard else "nothing yet"
    return f"nobody measures: {count}, and {AGENT} has handed in {nothing}"
