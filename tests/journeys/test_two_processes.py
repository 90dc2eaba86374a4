"""Web and agent apart on one folder, at twenty times the demonstration's load, while people and programs use it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalogue.instants import format_instant
from probes.batch import ObservationsRecorded
from slamon.history import NAMES
from slamon.ledger.store import Ledger

PROBES = 40  # each due every ten seconds: 240 results a minute; the demonstration has 12
PAGES = ("/", "/services", "/services/svc-web", "/agreements/sla-web", "/probes", "/ledger")
ANSWERS = ("/compliance", "/services", "/probes", "/outages", "/ledger", "/agreements/sla-web")
COMMANDS = (
    ("judge", "--agreement", "sla-web", "--period", f"{datetime.now(UTC):%Y-%m}", "--json"),
    ("ledger", "stats"),
    ("incident", "list"),
    ("ledger", "seal"),
    ("probe", "list"),
)


class User(threading.Thread):
    """Does one thing after the other until told to stop; what went wrong is kept."""

    def __init__(self, step: Callable[[int], str | None], pause: float) -> None:
        super().__init__()
        self._step, self._pause = step, pause
        self._stopping = threading.Event()
        self.done = 0
        self.complaints: list[str] = []

    def run(self) -> None:
        while not self._stopping.wait(self._pause):
            if complaint := self._step(self.done):
                self.complaints.append(complaint)
            self.done += 1

    def stop(self) -> None:
        self._stopping.set()
        self.join()


def asks(url: str, paths: tuple[str, ...]) -> Callable[[int], str | None]:
    """Ask for one path after the other; complain of everything but a good answer."""

    def step(number: int) -> str | None:
        path = paths[number % len(paths)]
        answer = httpx.get(url + path, timeout=30)
        return None if answer.status_code == 200 else f"{path}: {answer.status_code} {answer.text}"

    return step


def commands(slamon: Callable[..., Any], data: Path) -> Callable[[int], str | None]:
    """Run one command after the other, every other one a command that records something."""
    reading = cycle(COMMANDS)

    def step(number: int) -> str | None:
        begin = time.time_ns() // 1_000 - 3_600_000_000
        declared = ("incident", "declare", "svc-web", "--state", "up", "--id", f"i{number}")
        span = ("--from", format_instant(begin), "--to", format_instant(begin + 1_000_000))
        why = ("--reason", "exercise", "--evidence", "none", "--as", "operations")
        command = next(reading) if number % 2 else (*declared, *span, *why)
        done = slamon(data, *command)
        well = done.returncode in {0, 1} if command[0] == "judge" else done.returncode == 0
        return None if well and not done.stderr else f"{command}: {done.stdout} {done.stderr}"

    return step


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(60, id="for a minute", marks=pytest.mark.timeout(240)),
        pytest.param(600, id="for ten minutes", marks=pytest.mark.soak),
    ],
)
def test_nobody_is_told_of_a_locked_database_and_nothing_is_lost(
    seconds: int,
    watched: Callable[[int], Path],
    started: Callable[..., Any],
    command: Callable[..., Any],
    slamon: Callable[..., Any],
    until: Callable[..., Any],
) -> None:
    data = watched(PROBES)
    web = started("up --no-agent", data)
    agent = command(data, "agent", "run", SLAMON_AGENT_ALLOW="127.0.0.0/8")
    until(lambda: batches(data))

    users = [
        User(asks(web.url, PAGES), 0.2),
        User(asks(f"{web.url}/api/v1", ANSWERS), 0.2),
        User(asks(web.url, ("/metrics",)), 1),
        User(commands(slamon, data), 0),
    ]
    for user in users:
        user.start()
    time.sleep(seconds)
    until(lambda: all(user.done >= 2 for user in users))
    for user in users:
        user.stop()
    stopped_at = time.time_ns() // 1_000
    agent.terminate()
    assert agent.wait(40) == 0
    assert web.stopped() == 0

    assert [complaint for user in users for complaint in user.complaints] == []
    assert "locked" not in said(data)
    assert_nothing_is_missing(data, stopped_at, seconds)


def said(data: Path) -> str:
    """What web and agent have said."""
    outputs = sorted(data.glob("output-*.txt"))
    assert len(outputs) == 2
    return "".join(each.read_text() for each in outputs)


def assert_nothing_is_missing(data: Path, stopped_at: int, seconds: int) -> None:
    """All time until the agent was asked to stop is in the ledger, once, with a row for every slot that was met."""
    recorded = batches(data)
    assert all(earlier.end == later.begin for earlier, later in pairwise(recorded))
    assert recorded[-1].end >= stopped_at - 1_000_000
    rows, missing = (
        sum(found) for found in zip(*((b.rows, len(b.missing)) for b in recorded), strict=True)
    )
    assert rows + missing >= PROBES * (seconds // 10)
    assert (
        missing <= rows / 50
    )  # a machine that is busy with other things may be too late for a slot
    with closing(sqlite3.connect(data / "spool.db")) as spool:
        assert spool.execute("SELECT count(*) FROM result").fetchone() == (0,)


def batches(data: Path) -> list[ObservationsRecorded]:
    """The batches of the ledger, in order."""
    with closing(Ledger(data / "ledger.db", NAMES)) as ledger:
        facts = [entry.fact for entry in ledger.since(0, limit=1_000_000)]
    return [fact for fact in facts if isinstance(fact, ObservationsRecorded)]
