"""Operations: a second process stands by and takes over; web and agent run apart; nobody is told of a locked file."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

HAND_OVER_SECONDS = 5.0  # after the death of the holder
CLEAN_SECONDS = 1.0  # after its clean end


def folding(running: Any) -> bool:
    """Whether a process says that it folds."""
    return "\nslamon_folding_up 1.0\n" in httpx.get(f"{running.url}/metrics", timeout=20).text


def told(running: Any) -> dict[str, Any]:
    """What it says of its readiness."""
    answer: dict[str, Any] = httpx.get(f"{running.url}/readyz", timeout=20).json()
    return answer


@pytest.fixture
def pair(started: Callable[..., Any], until: Callable[..., Any], tmp_path: Path) -> tuple[Any, Any]:
    """A process that folds and one that stands by, on one folder."""
    first = started("up", tmp_path / "data")
    until(lambda: folding(first))
    second = started("up --standby", tmp_path / "data")
    assert not folding(second)
    return first, second


def test_the_one_that_stands_by_takes_over_when_the_other_is_killed(
    pair: tuple[Any, Any], inside: Callable[..., Any], until: Callable[..., Any], tree: Path
) -> None:
    first, second = pair
    assert second.url != first.url
    documents = tree / "catalogue" / "starter" / "digital-editions"

    first.killed()
    began = time.monotonic()
    until(lambda: folding(second), HAND_OVER_SECONDS)
    assert time.monotonic() - began < HAND_OVER_SECONDS
    assert f"standing by: slamon up (process {first.process.pid}) folds" in second.said()
    until(lambda: f"folding now: process {second.process.pid} " in second.said())
    assert "folding now" not in first.said()

    applied = inside(second.data, "catalogue", "apply", documents, "--yes", "--as", "operations")
    assert applied.returncode == 0, applied.stderr
    assert len(second.api("/services", limit="100")["items"]) == 33
    assert second.agent()
    link = inside(second.data, "sign-in", "--as", "ada").stdout
    assert link.startswith(second.url)
    assert second.stopped() == 0


def test_a_second_one_is_refused_or_stands_by_and_takes_over_at_once_after_a_clean_end(
    pair: tuple[Any, Any], slamon: Callable[..., Any], until: Callable[..., Any]
) -> None:
    first, second = pair

    refused = slamon(first.data, "up")
    assert refused.returncode == 1
    assert f"is in use by slamon up (process {first.process.pid})" in refused.stderr

    assert first.stopped() == 0
    until(lambda: folding(second), CLEAN_SECONDS)
    assert told(second)["status"] == "ready"


def test_an_agent_runs_apart_and_follows_the_web_to_another_port(
    started: Callable[..., Any],
    command: Callable[..., Any],
    slamon: Callable[..., Any],
    until: Callable[..., Any],
    copied: Path,
) -> None:
    data = copied / "demo"
    web = started("up --no-agent", data, SLAMON_AGENT_ALLOW="127.0.0.0/8")
    before = handed_in(data)
    agent = command(data, "agent", "run")
    until(lambda: handed_in(data) > before, 45)
    assert (data / "agent.key").stat().st_mode & 0o777 == 0o600

    web.killed()
    again = started("up --no-agent", data)
    assert again.url != web.url
    before = handed_in(data)
    until(lambda: handed_in(data) > before, 45)

    agent.terminate()
    assert agent.wait(30) == 0
    assert again.stopped() == 0
    assert "locked" not in web.said() + again.said()


def handed_in(data: Path) -> int:
    """How many batches the agent of this machine has handed in."""
    asked = (
        "SELECT count(*) FROM stored_events WHERE originator_id LIKE 'observations:agent-local:%'"
    )
    with closing(sqlite3.connect(data / "ledger.db")) as ledger:
        return int(ledger.execute(asked).fetchone()[0])


def test_views_that_stand_still_are_said_to_and_are_served(
    started: Callable[..., Any],
    inside: Callable[..., Any],
    until: Callable[..., Any],
    tmp_path: Path,
    tree: Path,
) -> None:
    up = started("up", tmp_path / "data")
    documents = tree / "catalogue" / "starter" / "digital-editions"
    apply = ("catalogue", "apply", documents, "--yes", "--as", "operations")
    assert inside(up.data, *apply).returncode == 0
    stood = up.api("/ledger")["view_position"]
    assert "The reason" not in up.page("/ledger")
    with closing(sqlite3.connect(up.data / "ledger.db")) as ledger, ledger:
        ledger.execute(
            "INSERT INTO stored_events SELECT 'ledger:other', 1, 'from-the-future/1', state"
            " FROM stored_events WHERE originator_id = 'ledger' AND originator_version = 1"
        )

    (reason,) = until(lambda: [r for r in told(up)["reasons"] if "stand still" in r])
    assert re.match(
        rf"the views stand still at position {stood}: cannot fold from-the-future/1", reason
    )
    assert httpx.get(f"{up.url}/readyz").status_code == 503
    assert len(up.api("/services", limit="100")["items"]) == 33
    said = unescape(up.page("/ledger"))
    assert f"What was recorded later is not in it yet. The reason: {reason}." in said
    assert not folding(up)
    assert up.stopped() == 0
