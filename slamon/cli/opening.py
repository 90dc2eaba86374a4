"""Open the house for one command, with its views up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from slamon.app.refused import Unknown
from slamon.cli.house import House, place_in
from slamon.cli.restated import print_restated
from slamon.cli.settings import Settings
from slamon.cli.terminal import console, errors, progressing, refusals
from slamon.ledger.stores import store_at
from slamon.views.reading import Reading

MANY = 1_000  # records; more are not named in a sentence


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[House]:
    """The house of the settings' data folder, its views at the ledger's position.

    A command that only reads gives no settings: it begins no ledger where there is none.
    """
    with (
        refusals(),
        existing_home(Settings()) if settings is None else home(settings) as house,
    ):
        refresh(house)
        yield house


def home(settings: Settings) -> House:
    """The house of the settings, with a new ledger where there is none."""
    return House(settings.data, settings.database)


def existing_home(settings: Settings) -> House:
    """The house of the settings, if there is a ledger: a mistyped place must not look like an empty one.

    Raises:
        Unknown: there is no ledger.

    """
    if not settings.database:
        existing(settings.data)
    elif not (store := store_at(settings.database)).is_there():
        raise Unknown(_none_in(store.shown(), "SLAMON_DATABASE"))
    return home(settings)


def existing(folder: Path) -> Path:
    """The data folder, if a ledger is in it.

    Raises:
        Unknown: there is no ledger.

    """
    if not store_at(place_in(folder, "")).is_there():
        raise Unknown(_none_in(str(folder), "SLAMON_DATA"))
    return folder


def _none_in(place: str, variable: str) -> str:
    return (
        f"there is no ledger in {place}: set {variable}, "
        "or begin with `slamon catalogue apply` or `slamon up`"
    )


def must_know(reading: Reading, kind: Literal["agreement", "service"], name: str) -> None:
    """Let an empty list be told as such only of a record that there is.

    Raises:
        Unknown: there is none of that id; the message names those that are known.

    """
    known = [line.id for line in reading.records(kind, None, MANY)]
    if name not in known:
        message = f"there is no {kind} {name!r}; known are {', '.join(known) or 'none'}"
        raise Unknown(message)


def refresh(house: House) -> None:
    """Bring the views up to the ledger, with a progress bar when there is much to fold."""
    behind = house.store.position()
    last = house.ledger.position()
    with progressing("folding the ledger", last) as tick:
        tick(behind)
        house.refresh(tick)


def recorded(house: House, *, as_json: bool = False) -> None:
    """Bring the views up to what was just recorded, and tell which closed periods it restated or may change.

    Where JSON is to follow, that is told on standard error.
    """
    refresh(house)
    out = errors if as_json else console
    for name in house.close_what_came_about():
        out.print(f"commitment {name} closed by itself", highlight=False)
    print_restated(house, house.restate_due(), out)
