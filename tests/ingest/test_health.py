"""What an agent says of itself is kept while the process runs; the newest word counts."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from probes.health import AgentHealth, LatenessCounted
from slamon.history import NAMES
from slamon.ingest import router
from slamon.ingest.healths import Healths
from slamon.ledger.store import Ledger

KEY = "a-key-that-was-made-up"
TOLD = AgentHealth(
    lateness=LatenessCounted(upto=(1,) * 11, count=1, total=500),
    lag=1,
    longest_lag=2,
    undelivered=0,
    spool_bytes=4_096,
)


@pytest.fixture
def healths() -> Healths:
    return Healths()


@pytest.fixture
def agent(tmp_path: Path, healths: Healths) -> Iterator[TestClient]:
    """The agent of Bonn with its key."""
    ledger = Ledger(tmp_path / "ledger.db", NAMES, lambda: 1)
    app = FastAPI()
    keys = {"bonn": sha256(KEY.encode()).hexdigest()}
    app.include_router(router.build(ledger, keys.get, lambda: 1, healths=healths))
    with TestClient(app, headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield client
    ledger.close()


def _told(agent: TestClient, body: str, **more: str) -> int:
    headers = {"Content-Type": "application/json", **more}
    answer = agent.post("/api/v1/agents/bonn/health", content=body, headers=headers)
    return int(answer.status_code)


def test_the_newest_word_is_kept(agent: TestClient, healths: Healths) -> None:
    later = TOLD.model_copy(update={"undelivered": 7})
    assert _told(agent, TOLD.model_dump_json()) == 204
    assert _told(agent, later.model_dump_json()) == 204
    assert healths.known() == {"bonn": later}


def test_what_is_no_health_or_comes_from_a_stranger_is_not_kept(
    agent: TestClient, healths: Healths
) -> None:
    assert _told(agent, '{"lag": -1}') == 422
    assert _told(agent, TOLD.model_dump_json(), Authorization="Bearer another") == 401
    assert healths.known() == {}
