"""Open the house for one command, with its views up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from slamon.app.refused import Unknown
from slamon.cli.house import House
from slamon.cli.restated import print_restated
from slamon.cli.settings import Settings
from slamon.cli.terminal import progress, refusals

MANY = 1_000  # records; more are not named in a sentence


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[House]:
    """The house of the settings' data folder, its views at the ledger's position.

    A command that only reads gives no settings: it begins no ledger where there is none.
    """
    with refusals():
        folder = existing(Settings().data) if settings is None else settings.data
        with House(folder) as house:
            refresh(house)
            yield house


def existing(folder: Path) -> Path:
    """The data folder, if a ledger is in it: a mistyped one must not look like an empty one.

    Raises:
        Unknown: there is no ledger.

    """
    if not (folder / "ledger.db").is_file():
        message = (
            f"there is no ledger in {folder}: set SLAMON_DATA, "
            "or begin with `slamon catalogue apply` or `slamon up`"
        )
        raise Unknown(message)
    return folder


def must_know(house: House, kind: Literal["agreement", "service"], name: str) -> None:
    """Let an empty list be told as such only of a record that there is.

    Raises:
        Unknown: there is none of that id; the message names those that are known.

    """
    known = [line.id for line in house.reading.records(kind, None, MANY)]
    if name not in known:
        message = f"there is no {kind} {name!r}; known are {', '.join(known) or 'none'}"
        raise Unknown(message)


def refresh(house: House) -> None:
    """Bring the views up to the ledger, with a progress bar when there is much to fold."""
    behind = house.store.position()
    last = house.ledger.position()
    with progress("folding the ledger", last) as bar:
        bar.update(bar.task_ids[0], completed=behind)
        house.refresh(lambda position: bar.update(bar.task_ids[0], completed=position))


def recorded(house: House) -> None:
    """Bring the views up to what was just recorded, and tell which closed periods it restated or may change."""
    refresh(house)
    print_restated(house, house.restate_due())
