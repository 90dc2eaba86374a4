"""kill -9 of agent, centre and import: what reached a spool or the ledger is there once, and the views agree."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned, ProbingInterrupted
from slamon.cli.house import House
from slamon.history import NAMES
from slamon.ledger.store import Ledger
from slamon.sla.imports import ObservationsImported

PROBES = 30
ROWS = 60_000
SOURCE = ("--source", "imp-web", "--as", "operations")
Slot = tuple[int, int]  # due, index of the probe


@pytest.fixture
def house(watched: Callable[[int], Path]) -> Path:
    """A data folder whose agent has something to ask every second."""
    return watched(PROBES)


def facts(data: Path) -> list[Any]:
    """All facts of the ledger."""
    with closing(Ledger(data / "ledger.db", NAMES, lambda: 0)) as ledger:
        return [entry.fact for entry in ledger.since(0, limit=100_000)]


def batches(data: Path) -> list[ObservationsRecorded]:
    return [fact for fact in facts(data) if isinstance(fact, ObservationsRecorded)]


def assignment(data: Path) -> AgentAssigned:
    """The one assignment of the agent."""
    (found,) = (fact for fact in facts(data) if isinstance(fact, AgentAssigned))
    return found


def slots(data: Path, found: list[ObservationsRecorded]) -> list[Slot]:
    """The slots of which batches hold a row."""
    asked, rows = assignment(data), list[Slot]()
    for batch in found:
        plan = asked.plan(batch.begin, batch.end)
        missing = {(slot.due, slot.probe) for slot in batch.missing}
        rows += [slot for slot in plan if slot not in missing]
        assert batch.rows == len(plan) - len(missing)
    return rows


def spooled(data: Path, tmp_path: Path) -> list[Slot]:
    """The rows that a dead agent left in its spool, in batches or not."""
    copy = tmp_path / f"spool-{time.monotonic_ns()}"
    copy.mkdir()
    for file in data.glob("spool.db*"):
        shutil.copy(file, copy)
    with closing(sqlite3.connect(copy / "spool.db")) as db:
        rows = [cast("Slot", tuple(row)) for row in db.execute("select due, probe from result")]
        closed = [bytes(data) for (data,) in db.execute("select bytes from batch")]
    return rows + slots(data, [ObservationsRecorded.from_bytes(each) for each in closed])


def everything_said(data: Path, instant: int) -> list[Any]:
    """What pages, API and metrics would be answered at an instant (µs)."""
    with House(data) as house:
        house.refresh()
        said = house.reading
        answers = [
            said.overview(instant),
            *said.services(instant),
            *said.probes(instant),
            *said.observations(None, None, None, 1_000_000),
        ]
    return [answer.model_dump() for answer in answers]


def assert_views_equal_rebuilt_ones(data: Path, inside: Callable[..., Any]) -> None:
    copy = data.with_name("rebuilt")
    shutil.copytree(data, copy)
    instant = time.time_ns() // 1_000

    assert inside(copy, "ledger", "rebuild").returncode == 0

    assert everything_said(copy, instant) == everything_said(data, instant)
    shutil.rmtree(copy)


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(1, id="once each"),
        pytest.param(20, id="twenty times each", marks=pytest.mark.soak),
    ],
)
def test_no_row_is_lost_or_doubled_when_agent_and_centre_are_killed(
    rounds: int,
    house: Path,
    started: Callable[..., Any],
    inside: Callable[..., Any],
    until: Callable[..., Any],
    tmp_path: Path,
) -> None:
    def until_rows_arrive() -> None:
        wanted = len(slots(house, batches(house))) + 6
        until(lambda: len(slots(house, batches(house))) >= wanted)

    chance, safe = Random(rounds), list[Slot]()
    for _ in range(rounds):
        centre = started("up", house, SLAMON_AGENT_ALLOW="127.0.0.0/8")
        agent = centre.agent()
        until_rows_arrive()

        # While the centre does not answer, rows pile up; what it had half taken in comes again.
        centre.process.send_signal(signal.SIGSTOP)
        time.sleep(chance.uniform(2, 3))
        os.kill(agent, signal.SIGKILL)
        safe += spooled(house, tmp_path)
        centre.process.send_signal(signal.SIGCONT)
        until(lambda centre=centre, agent=agent: agent != centre.agent())
        until_rows_arrive()

        centre.killed()
    last = started("up", house, SLAMON_AGENT_ALLOW="127.0.0.0/8")
    until_rows_arrive()
    assert last.stopped() == 0

    recorded, asked = batches(house), assignment(house)
    accounted = [slot for batch in recorded for slot in asked.plan(batch.begin, batch.end)]
    assert accounted == asked.plan(recorded[0].begin, recorded[-1].end)
    rows = slots(house, recorded)
    assert safe
    assert set(safe) <= set(rows)
    assert any(isinstance(fact, ProbingInterrupted) for fact in facts(house))
    assert_views_equal_rebuilt_ones(house, inside)


def write_rows(file: Path) -> None:
    """Write a file of one row a minute, every hundredth down."""
    with file.open("w") as rows:
        rows.write("at,status\n")
        for n in range(ROWS):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_767_225_600 + 60 * n))
            rows.write(f"{at},{'down' if n % 100 == 0 else 'up'}\n")


def imported(data: Path) -> list[tuple[int, int]]:
    """When, and with which outcome, of all results imported."""
    return [
        row
        for fact in facts(data)
        if isinstance(fact, ObservationsImported)
        for row in zip(fact.at, fact.outcome, strict=True)
    ]


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(2, id="twice"),
        pytest.param(30, id="thirty times", marks=pytest.mark.soak),
    ],
)
def test_an_import_that_is_killed_leaves_nothing_and_is_whole_when_repeated(
    times: int,
    house: Path,
    tmp_path: Path,
    inside: Callable[..., Any],
    importing: Callable[[], Any],
) -> None:
    chance = Random(times)
    for n in range(times):
        process = importing()
        journal = house / "ledger.db-wal"
        while n % 2 and process.poll() is None and not written(journal):
            time.sleep(0.001)
        time.sleep(0 if n % 2 else chance.uniform(0.7, 3))
        process.kill()
        process.wait()
        assert len(imported(house)) in {0, ROWS}

    repeated = inside(house, "import", "observations", tmp_path / "rows.csv", *SOURCE)
    assert repeated.returncode == 0
    assert len(imported(house)) == len(set(imported(house))) == ROWS

    again = inside(house, "import", "observations", tmp_path / "rows.csv", *SOURCE)
    assert again.stdout.startswith(f"0 results recorded, {ROWS} were known already")
    assert_views_equal_rebuilt_ones(house, inside)


def written(journal: Path) -> bool:
    return journal.exists() and journal.stat().st_size > 100_000


@pytest.fixture
def importing(
    house: Path, tmp_path: Path, command: Callable[..., Any]
) -> Callable[[], subprocess.Popen[bytes]]:
    """Begin to import a large file."""
    write_rows(tmp_path / "rows.csv")
    return lambda: command(house, "import", "observations", tmp_path / "rows.csv", *SOURCE)
