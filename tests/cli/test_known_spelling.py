"""As known at: a past is asked for however a program spells the address; nobody gets today's figures instead."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.cli.house import Decisions, House, now
from slamon.web.access import Access
from slamon.web.app import build


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("as_known_at=@5", id="plain"),
        pytest.param("as_known_at=%405", id="an encoded sign"),
        pytest.param("as%5Fknown%5fat=@5", id="an encoded name"),
        pytest.param("limit=1&as_known_at=@9&as_known_at=@5", id="the last of two"),
    ],
)
def test_a_past_is_told_however_its_address_is_written(slamon: Any, query: str) -> None:
    with House(slamon.folder) as house:
        access = Access(None, now)
        app = build(house.reading, Decisions(house), access, clock=now, ready=list)
        web = TestClient(app)
        web.cookies.set("slamon_session", access.redeem(access.mint("rita")))

        answer = web.get(f"/api/v1/ledger?{query}")

        known = house.reading.moment("@5", now()).position
        access.close()
    assert answer.json()["position"] == known < 9
