"""kill -9 of who writes and who folds, under load, in both stores: nothing is lost, doubled or left unsound."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks.fates import Fleet
from benchmarks.history import batches, found, stream
from probes.batch import ObservationsRecorded
from slamon.cli.house import House, place_in
from slamon.history import NAMES
from slamon.ledger.sealing import seal
from slamon.ledger.store import Ledger
from slamon.ledger.verifying import verify

PROGRAM = Path(__file__).with_name("crashing.py")


FLEET = Fleet(probes=60, days=30)


class Killed:
    """A program that is started and killed over and over; what it said in all its lives is kept."""

    def __init__(self, tree: Path, said: Path, arguments: list[object]) -> None:
        self._command = [sys.executable, str(PROGRAM), *map(str, arguments)]
        self._environment = {**os.environ, "PYTHONPATH": str(tree)}
        self._process: subprocess.Popen[bytes] | None = None
        self._file = said / str(arguments[0])
        self.deaths = 0

    def start_if_dead(self, until: Callable[..., Any]) -> None:
        """Start it, and wait for its first word."""
        if self._process is not None:
            return
        before = self._file.stat().st_size if self._file.exists() else 0
        with self._file.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=output, stderr=output
            )
        until(lambda: self._file.stat().st_size > before)

    def kill(self) -> None:
        """Kill it without a warning; it must have been at work until then."""
        if self._process is not None:
            assert self._process.poll() is None, self.said()[-20:]
            self._process.kill()
            self._process.wait()
            self._process = None
            self.deaths += 1

    def said(self) -> list[str]:
        """All that it has said."""
        return self._file.read_text().splitlines()


@pytest.fixture(params=["", "postgresql"], ids=["in a file", "in PostgreSQL"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("postgres_url")) if request.param else ""


@pytest.fixture
def data(tmp_path: Path, database: str) -> Path:
    """A data folder with the promises of a fleet and what its agent is told to ask."""
    folder = tmp_path / "data"
    with House(folder, database) as house:
        found(house.ledger, FLEET)
    return folder


@pytest.fixture
def killed(
    data: Path, database: str, tree: Path, tmp_path: Path
) -> Iterator[Callable[..., Killed]]:
    """Make a program to be killed; it is killed for good after the test."""
    programs: list[Killed] = []

    def make(part: str, *arguments: object) -> Killed:
        program = Killed(tree, tmp_path, [part, data, database, *arguments])
        programs.append(program)
        return program

    yield make
    for each in programs:
        each.kill()


@pytest.mark.parametrize(
    "deaths",
    [
        pytest.param(5, id="five times"),
        pytest.param(50, id="fifty times", marks=pytest.mark.soak),
    ],
)
def test_nothing_is_lost_or_doubled_when_writer_and_folder_are_killed(
    deaths: int,
    data: Path,
    database: str,
    killed: Callable[..., Killed],
    until: Callable[..., Any],
    inside: Callable[..., Any],
) -> None:
    chance = Random(deaths)
    writer, folder = killed("write", FLEET.probes, FLEET.days), killed("fold")
    while writer.deaths + folder.deaths < deaths:
        for each in (writer, folder):
            each.start_if_dead(until)
        time.sleep(chance.uniform(0, 0.5))
        for each in chance.choice([[writer], [folder], [writer, folder]]):
            each.kill()
    for each in (writer, folder):
        each.kill()

    recorded = recorded_batches(data, database)
    assert_is_there_once(recorded, acknowledged=writer.said())
    with House(data, database) as house:
        house.refresh()
        live = everything_said(house)
        assert results_counted(house) == sum(batch.rows for batch in recorded.values())
    assert inside(data, "ledger", "rebuild", SLAMON_DATABASE=database).returncode == 0
    with House(data, database) as house:
        assert everything_said(house) == live
        seal(house.ledger, actor="operations")
        assert verify(house.ledger).first is None


def recorded_batches(data: Path, database: str) -> dict[tuple[int, int], ObservationsRecorded]:
    """The batches of the ledger by day and sequence, each as it was generated."""
    found: dict[tuple[int, int], ObservationsRecorded] = {}
    with closing(Ledger(place_in(data, database), NAMES)) as ledger:
        for day in range(FLEET.days):
            entries = list(ledger.stream(stream(FLEET, day)))
            made = islice(batches(FLEET, day), len(entries))
            for sequence, (entry, batch) in enumerate(zip(entries, made, strict=True), 1):
                assert (entry.version, entry.fact) == (sequence, batch)
                found[day, sequence] = batch
    return found


def assert_is_there_once(
    recorded: dict[tuple[int, int], ObservationsRecorded], acknowledged: list[str]
) -> None:
    """All that was acknowledged is recorded, and of the rest only what could not be said any more."""
    said = {(int(day), int(sequence)) for day, sequence in map(str.split, acknowledged)}
    assert said
    assert said <= set(recorded)
    assert len(recorded) - len(said) <= 1


def results_counted(house: House) -> int:
    """How many results the views know of."""
    checks = [line.probe for line in house.reading.probes(FLEET.end)]
    return sum(
        sum(each.outcomes.values()) for check in checks for each in house.reading.results(check)
    )


def everything_said(house: House) -> list[Any]:
    """What pages, API and metrics would be answered at the end of the history."""
    said = house.reading
    answers = [
        said.overview(FLEET.end),
        *said.services(FLEET.end),
        *said.probes(FLEET.end),
        *said.observations(None, None, None, 1_000_000),
    ]
    return [answer.model_dump() for answer in answers]
