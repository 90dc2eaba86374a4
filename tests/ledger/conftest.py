"""A small ledger in each store, facts as short notes, and real programs beside the test."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest
from pydantic import BaseModel, ConfigDict

from slamon.ledger.codec import Fact, Names
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger, LedgerFounded

WRITER = Path(__file__).parent / "writer.py"
SQLITE, POSTGRESQL = "on SQLite", "on PostgreSQL"

Opener = Callable[..., Ledger]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on both stores, but for those that are about the file."""
    if "place" in metafunc.fixturenames and "path" not in metafunc.fixturenames:
        metafunc.parametrize("place", [SQLITE, POSTGRESQL], indirect=True)


class Noted(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str


class Clock:
    """A clock that shows what the test sets, in µs."""

    now = 1_000_000

    def __call__(self) -> int:
        return self.now


class Program:
    """A running writer; it waits for `go` before it touches the ledger."""

    def __init__(self, process: subprocess.Popen[str], speaks: IO[str], hears: IO[str]) -> None:
        self.process = process
        self._speaks = speaks
        self._hears = hears
        self._ready = False

    def ready(self) -> None:
        if not self._ready:
            assert self.line() == "ready"
            self._ready = True

    def go(self) -> None:
        self.ready()
        print("go", file=self._hears, flush=True)

    def line(self) -> str:
        return self._speaks.readline().strip()

    def rest(self) -> list[str]:
        lines = self._speaks.read().splitlines()
        self.process.wait(timeout=30)
        return lines

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=30)


@pytest.fixture
def note() -> Callable[[str], Noted]:
    """Make a fact with a text."""
    return lambda text: Noted(text=text)


@pytest.fixture
def names() -> Names:
    return Names({"noted/1": Noted, "ledger-founded/1": LedgerFounded})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of the ledger, for what is about files."""
    return tmp_path / "ledger.db"


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the ledger of the test is: a file, or an empty database."""
    if getattr(request, "param", SQLITE) == SQLITE:
        return tmp_path / "ledger.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def shell(place: Place) -> Callable[..., list[Any]]:
    """Ask or change the tables as a shell would; `?` stands for a value, `{position}` for that column."""

    def in_file(statement: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(place)) as connection, connection:
            return connection.execute(statement.format(position="rowid"), values).fetchall()

    def in_database(statement: str, *values: object) -> list[Any]:
        asked = statement.format(position="notification_id").replace("?", "%s").encode()
        with psycopg.connect(str(place)) as connection:
            answer = connection.execute(asked, values)
            return answer.fetchall() if answer.description else []

    return in_file if isinstance(place, Path) else in_database


@pytest.fixture
def opened(place: Place, names: Names, clock: Clock) -> Iterator[Opener]:
    """Open a ledger of the test, by default the usual one; closed after the test."""
    ledgers: list[Ledger] = []

    def opener(at: Place = place, known: Names = names) -> Ledger:
        ledgers.append(Ledger(at, known, clock))
        return ledgers[-1]

    yield opener
    for ledger in ledgers:
        ledger.close()


@pytest.fixture
def ledger(opened: Opener) -> Ledger:
    return opened()


@pytest.fixture
def append(ledger: Ledger) -> Callable[..., None]:
    """Append notes to the end of a stream of the ledger."""

    def at_the_end(stream: str, *texts: str) -> None:
        facts: list[Fact] = [Noted(text=text) for text in texts]
        ledger.append(stream, facts, after=ledger.version(stream), actor="tester")

    return at_the_end


@pytest.fixture
def started(tree: Path) -> Iterator[Callable[..., Program]]:
    """Start the writer program with arguments; it is killed after the test if it still runs."""
    programs: list[Program] = []

    def start(*arguments: object) -> Program:
        process = subprocess.Popen(
            [sys.executable, str(WRITER), *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(tree)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin
        assert process.stdout
        programs.append(Program(process, process.stdout, process.stdin))
        return programs[-1]

    yield start
    for program in programs:
        program.process.kill()
        program.process.communicate()
