"""The small world of `worlds` on both stores, opened as often as a test asks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from sqlalchemy import Connection, select

from probes.assembly import Row
from slamon.cli.house import House
from slamon.history import NAMES
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.views.store import ViewStore
from slamon.views.tables import metadata
from tests.views.worlds.accounts import settled
from tests.views.worlds.promises import AGENTS, PROBES
from tests.views.worlds.world import BEGIN, INTERVAL, Agent, Chance, World, row

LONG_HISTORIES = {"sqlite": 1_200, "postgresql": 150}
"""How many `make soak` tells to each property on each store.

What is proven is about our code, the same on both; a database takes four times as long for each.
"""


def dump(
    connection: Connection,
    *,
    but: tuple[str, ...] = (),
    without: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but some, in the order of their texts, `without` some columns."""
    return {
        table.name: sorted(
            (
                tuple(row)
                for row in connection.execute(
                    select(*(c for c in table.c if c.name not in without.get(table.name, ())))
                )
            ),
            key=repr,
        )
        for table in metadata.sorted_tables
        if table.name not in but
    }


@dataclass(frozen=True)
class Kit:
    """What tests take from here."""

    opened: Callable[[], AbstractContextManager[World]]
    soaked: settings
    """How long to search among long histories."""
    dump: Callable[..., dict[str, list[tuple[Any, ...]]]] = dump
    row: Callable[..., Row] = row
    chance: type[Chance] = Chance
    begin: int = BEGIN
    interval: int = INTERVAL
    agents: tuple[str, ...] = tuple(AGENTS)
    probes: tuple[str, ...] = PROBES


class Places:
    """Where views stand, each in files or in a schema of their own; schemas are emptied and used again."""

    _numbers = count()  # of all places: pytest may make the kit of a database a second time

    def __init__(self, database: str | None) -> None:
        self._database = database
        self._used: list[str] = []
        self._free: list[str] = []

    def views(self, folder: Path, founded: LedgerFounded) -> ViewStore:
        """Empty views, not yet used by any test."""
        name = f"views-{next(self._numbers)}"
        if self._database is None:
            return ViewStore(folder, founded, name=name)
        if self._free:
            with psycopg.connect(self._database, autocommit=True) as connection:
                _rename(connection, self._free.pop(), name)
        self._used.append(name)
        return ViewStore(self._database, founded, name=name)

    def empty(self) -> None:
        """Empty the schemas of the world that is closed; its files go with their folder."""
        if self._database is None:
            return
        with psycopg.connect(self._database) as connection:
            made = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^views-'")
            for (name,) in made.fetchall():
                if name in self._used:
                    _rename(connection, name, f"free-{name}")
                    connection.execute(_emptied(f"free-{name}"))
                    self._free.append(f"free-{name}")
                else:  # folded anew in a test
                    connection.execute(
                        sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name))
                    )
        self._used.clear()


def _rename(connection: psycopg.Connection, old: str, new: str) -> None:
    names = (sql.Identifier(each) for each in (old, new))
    connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(*names))


def _emptied(schema: str) -> sql.Composed:
    tables = [each.name for each in metadata.sorted_tables if each.name != "view_state"]
    clear = [sql.SQL("DELETE FROM {};").format(sql.Identifier(schema, each)) for each in tables]
    again = sql.SQL("UPDATE {} SET position = 0, recorded_at = 0")
    return sql.Composed([*clear, again.format(sql.Identifier(schema, "view_state"))])


@contextmanager
def _opened(places: Places) -> Iterator[World]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        ticks = iter(range(BEGIN, 2**62, 1_000))
        ledger = Ledger(folder / "ledger.db", NAMES, lambda: next(ticks))
        founded = ledger.found("0123456789abcdef")
        new_views = partial(places.views, folder, founded)
        agents = {each: Agent(each) for each in AGENTS}
        world = World(folder, ledger, founded, new_views, new_views(), agents)
        try:
            yield world
        finally:
            world.close()
            places.empty()


@pytest.fixture(scope="session")
def views_database(cluster: Any) -> Iterator[str]:
    """A database whose own order of texts is that of a language, and not that of bytes."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE views TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'"
        )
    yield cluster.url("views")
    cluster.drop("views")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kit(request: pytest.FixtureRequest) -> Kit:
    """The world and its tools on both stores; opened anew as often as a test asks."""
    database = request.getfixturevalue("views_database") if request.param == "postgresql" else None
    soaked = settings(max_examples=LONG_HISTORIES[request.param])
    return Kit(partial(_opened, Places(database)), soaked)


@pytest.fixture
def world(kit: Kit) -> Iterator[World]:
    """A world in which the promises stand and both agents know what to ask; all of it is folded."""
    with kit.opened() as opened:
        opened.state_promises()
        for name in AGENTS:
            opened.assign(name)
        opened.fold()
        yield opened


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the starter set of 2008, to be copied."""
    folder = tmp_path_factory.mktemp("accounts") / "data"
    settled(folder).close()
    return folder


@pytest.fixture
def open_house() -> Iterator[Callable[[Path], House]]:
    """Open a data folder for the test."""
    with ExitStack() as opened:
        yield lambda folder: opened.enter_context(House(folder))


@pytest.fixture
def house(applied: Path, tmp_path: Path, open_house: Callable[[Path], House]) -> House:
    """The starter set of 2008 in a house of its own."""
    shutil.copytree(applied, tmp_path / "data")
    return open_house(tmp_path / "data")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Random histories take long in a database: `make test` tells them there in one test, the others are soaked."""
    for item in items:
        place = getattr(item, "callspec", None)
        if (
            place
            and place.params.get("kit") == "postgresql"
            and getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
            and item.path.name != "test_rebuilt.py"
        ):
            item.add_marker("soak")
