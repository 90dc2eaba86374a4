"""As known at: a past is asked for however a program spells the address; nobody gets today's figures instead."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.cli.house import House, now


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("as_known_at=@5", id="plain"),
        pytest.param("as_known_at=%405", id="an encoded sign"),
        pytest.param("as%5Fknown%5fat=@5", id="an encoded name"),
        pytest.param("limit=1&as_known_at=@9&as_known_at=@5", id="the last of two"),
    ],
)
def test_a_past_is_told_however_its_address_is_written(
    slamon: Any, signed_in: Any, query: str
) -> None:
    with signed_in(slamon) as web:
        answer = web.get(f"/api/v1/ledger?{query}")
    with House(slamon.folder) as house:
        known = house.reading.moment("@5", now()).position

    assert answer.json()["position"] == known < 9
