"""Pauses are taken in whoever else speaks of the same agent at that moment."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from probes.pausing import ProbePaused
from slamon.app import pauses
from slamon.history import NAMES
from slamon.ingest import router
from slamon.ledger.store import ConflictError, Ledger

KEY = "a-key-that-was-made-up"
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
NOON = 1_770_000_000_000_000
PROBES = [f"prb-{number}" for number in range(24)]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db", NAMES, lambda: NOON)
    yield opened
    opened.close()


@pytest.fixture
def agent(ledger: Ledger) -> Iterator[TestClient]:
    """The agent of Bonn with its key."""
    with TestClient(_app(ledger), headers=HEADERS, raise_server_exceptions=False) as client:
        yield client


def _app(ledger: Ledger) -> FastAPI:
    app = FastAPI()
    keys = {"bonn": sha256(KEY.encode()).hexdigest()}
    app.include_router(router.build(ledger, keys.get, lambda: NOON))
    return app


def _paused(probe: str) -> ProbePaused:
    return ProbePaused(probe=probe, from_=NOON, until=None, reason="401")


def test_pauses_that_are_told_at_once_are_all_recorded(agent: TestClient, ledger: Ledger) -> None:
    def tell(probe: str) -> int:
        body = _paused(probe).model_dump_json()
        return int(agent.post("/api/v1/agents/bonn/pauses", content=body).status_code)

    with ThreadPoolExecutor(8) as several:
        answers = list(several.map(tell, PROBES))

    assert set(answers) == {204}
    assert set(pauses.open_pauses(ledger, "bonn")) == set(PROBES)


class Crowded(Ledger):
    """A ledger at which others are always quicker."""

    def append(self, stream: str, *_: Any, **_more: Any) -> int | None:
        raise ConflictError(stream)


def test_who_was_beaten_to_it_each_time_is_asked_to_say_it_again(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db", NAMES, lambda: NOON)) as ledger:
        ledger.found("0123456789abcdef")
    with closing(Crowded(tmp_path / "ledger.db", NAMES, lambda: NOON)) as crowded:
        answer = TestClient(_app(crowded)).post(
            "/api/v1/agents/bonn/pauses",
            content=_paused("prb-web").model_dump_json(),
            headers=HEADERS,
        )

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
