"""Open the house for one command, with its views up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slamon.cli.house import House
from slamon.cli.settings import Settings
from slamon.cli.terminal import console, progress, refusals


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[House]:
    """The house of the settings' data folder, its views at the ledger's position."""
    with refusals(), House((settings or Settings()).data) as house:
        refresh(house)
        yield house


def refresh(house: House) -> None:
    """Bring the views up to the ledger, with a progress bar when there is much to fold."""
    behind = house.store.position()
    last = house.ledger.position()
    with progress("folding the ledger", last) as bar:
        bar.update(bar.task_ids[0], completed=behind)
        house.refresh(lambda position: bar.update(bar.task_ids[0], completed=position))


def recorded(house: House) -> None:
    """Bring the views up to what was just recorded, and tell which closed periods it restated."""
    refresh(house)
    for done in house.restate_due():
        console.print(f"{done.agreement} {done.label} is restated at position {done.position}")
        for breach in done.found:
            console.print(f"  breach to review: {breach}")
        for breach in done.withdrawn:
            console.print(f"  breach withdrawn: {breach}")
