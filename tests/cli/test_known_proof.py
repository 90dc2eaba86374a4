"""As known at: a page of the past offers the proof that could be had then, under the seals that there were."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient


@pytest.fixture
def sealed(slamon: Any) -> int:
    """The position of the first of two seals; what lies between them was not sealed then."""
    for decided in ((), ("close", "--agreement", "sla-digital-editions", "--period", "2026-02")):
        assert not decided or slamon(*decided).exit_code == 0
        assert slamon("ledger", "seal").exit_code == 0
    (first, _) = slamon.json("ledger", "show", "--stream", "ledger:seals")
    return int(first["position"])


@pytest.fixture
def web(slamon: Any, sealed: int, signed_in: Any) -> Iterator[TestClient]:
    """Somebody who reads after both."""
    with signed_in(slamon) as client:
        yield client


def _link(page: str, path: str) -> str:
    """Where a page leads, to an address that ends so but for what is asked of it."""
    (found,) = re.findall(rf'href="([^"?]*{path}(?:\?[^"]*)?)"', page)
    return unescape(str(found))


@pytest.mark.parametrize(
    ("then", "seals"),
    [
        pytest.param(True, [1], id="on a page of the past those made by then"),
        pytest.param(False, [1, 2], id="on a page of now all of them"),
    ],
)
def test_a_proof_and_the_list_of_seals_go_up_to_what_the_page_knows(
    web: TestClient, sealed: int, *, then: bool, seals: list[int]
) -> None:
    asked = {"as_known_at": f"@{sealed}"} if then else {}

    fact = web.get("/ledger/2", params=asked).text
    ledger = web.get("/ledger", params=asked).text
    proof = web.get(_link(fact, "/proof")).json()
    listed = web.get(_link(ledger, "/seals")).json()

    assert [seal["number"] for seal in proof["seals"]] == seals
    assert [seal["number"] for seal in listed["items"]] == seals
    assert ("The seals in it are those that were made by then." in fact) is then


def test_a_fact_that_was_not_sealed_then_says_that_its_proof_may_be_had_today(
    web: TestClient, sealed: int
) -> None:
    then = web.get(f"/ledger/{sealed}", params={"as_known_at": f"@{sealed}"}).text
    now = web.get(f"/ledger/{sealed}").text

    assert "It was not under a seal then." in then
    assert "Its proof will be here" not in then
    assert "/proof" not in then
    assert f"/api/v1/ledger/facts/{sealed}/proof" in now
