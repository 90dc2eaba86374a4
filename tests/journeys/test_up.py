"""`slamon up`: one process holds a folder, commands work beside it, and only its agent is let in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest


@pytest.fixture
def up(started: Callable[..., Any], tmp_path: Path) -> Any:
    """Slamon on an empty folder."""
    return started("up", tmp_path / "data", SLAMON_ACTOR="")


def test_one_process_holds_a_folder(
    up: Any, slamon: Callable[..., Any], tmp_path: Path, tree: Path
) -> None:
    second = slamon(up.data, "up")

    assert second.returncode == 1
    assert f"is in use by slamon up (process {up.process.pid})" in second.stderr

    # A command beside it records, and waits until the views know.
    documents = tree / "catalogue" / "starter" / "digital-editions"
    applied = slamon(up.data, "catalogue", "apply", documents, "--yes", "--as", "operations")
    assert applied.returncode == 0
    stats = json.loads(slamon(up.data, "ledger", "stats", "--json").stdout)
    assert stats["view_position"] == stats["position"] > 1
    assert len(up.api("/services", limit="100")["items"]) == 33

    listed = slamon(up.data, "breaches", "list", "--json")
    assert (listed.returncode, json.loads(listed.stdout)) == (0, [])

    assert httpx.get(f"{up.url}/readyz").status_code == 200
    assert up.stopped() == 0
    assert "stopping" in up.said()


def test_a_taken_port_is_refused_with_a_way_out(
    demo: Any, slamon: Callable[..., Any], tmp_path: Path
) -> None:
    port = demo.url.rpartition(":")[2]

    refused = slamon(tmp_path, "up", SLAMON_PORT=port)

    assert refused.returncode == 1
    assert f"127.0.0.1:{port} cannot be used" in refused.stderr
    assert "set SLAMON_PORT" in refused.stderr


def test_an_agent_with_another_key_is_not_let_in(demo: Any) -> None:
    agent = f"{demo.url}/api/v1/agents/agent-local"

    for key in ({}, {"Authorization": "Bearer guessed"}):
        assert httpx.get(f"{agent}/assignment", headers=key).status_code == 401
        sent = httpx.post(f"{agent}/batches/spool/2026-01-01/1", headers=key, content=b"rows")
        assert sent.status_code == 401


def test_nobody_decides_unnamed(demo: Any, slamon: Callable[..., Any], last_month: str) -> None:
    unnamed = slamon(
        demo.data / "demo", "close", "--agreement", "sla-unv-2026", "--period", last_month
    )

    assert unnamed.returncode == 2
    assert unnamed.stderr.strip() == "who decides? give --as ID or set SLAMON_ACTOR"


def test_a_month_closed_twice_is_closed_once(
    demo: Any, slamon: Callable[..., Any], last_month: str
) -> None:
    month = ("--agreement", "sla-unv-2026", "--period", last_month)

    again = slamon(demo.data / "demo", "close", *month, "--as", "it-consultant")

    assert again.returncode == 0
    assert "was closed before; nothing was recorded" in again.stdout
