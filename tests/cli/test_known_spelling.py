"""As known at: a past is asked for however a program spells the address; nobody gets today's figures instead."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.cli.house import House

FOUNDED = 1  # what is recorded next is recorded at once


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("as_known_at=@{then}", id="plain"),
        pytest.param("as_known_at=%40{then}", id="an encoded sign"),
        pytest.param("as%5Fknown%5fat=@{then}", id="an encoded name"),
        pytest.param("limit=1&as_known_at=@{later}&as_known_at=@{then}", id="the last of two"),
    ],
)
def test_a_past_is_told_however_its_address_is_written(
    slamon: Any, signed_in: Any, query: str
) -> None:
    with House(slamon.folder) as house:
        then, later = FOUNDED, house.ledger.position()
    with signed_in(slamon) as web:
        answer = web.get(f"/api/v1/ledger?{query.format(then=then, later=later)}")

    assert answer.json()["position"] == then < later
