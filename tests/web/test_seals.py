"""Where a seal is shown, and what the API gives to whoever keeps one."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

HASH = "cd" * 32


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("/ledger", "seal 1", id="the page of the ledger names the last seal"),
        pytest.param("/ledger", HASH, id="and its hash"),
        pytest.param(
            "/ledger/900",
            'href="/api/v1/ledger/facts/900/proof"',
            id="the page of a fact leads to its proof",
        ),
        pytest.param(
            "/ledger/900", ">Proof of this fact</a>. It shows whoever", id="and says what it is for"
        ),
        pytest.param(
            "/ledger/899",
            "Its proof will be here once it is under a seal.",
            id="the page of a fact that is not sealed yet says when there will be one",
        ),
        pytest.param(
            "/ledger",
            'href="/api/v1/ledger/seals"',
            id="the page of the ledger leads to the list of seals",
        ),
    ],
)
def test_pages_show_the_seal(visitor: TestClient, path: str, said: str) -> None:
    assert said in visitor.get(path).text


def test_a_fact_that_is_not_sealed_yet_offers_no_proof(visitor: TestClient) -> None:
    assert "/proof" not in visitor.get("/ledger/899").text


def test_the_status_of_the_ledger_names_its_last_seal(visitor: TestClient) -> None:
    seal = visitor.get("/api/v1/ledger").json()["seal"]

    assert (seal["number"], seal["last"], seal["hash"]) == (1, 40, HASH)


def test_a_proof_that_cannot_be_given_is_refused_with_its_reason(visitor: TestClient) -> None:
    answer = visitor.get("/api/v1/ledger/facts/9/proof")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no fact at position 9."


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/api/v1/ledger/facts/0/proof", id="no position"),
        pytest.param(f"/api/v1/ledger/facts/{10**30}/proof", id="a position beyond all"),
        pytest.param("/api/v1/ledger/seals?after=WyJ4Il0", id="a key of another list"),
    ],
)
def test_what_names_nothing_is_refused(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).status_code == 422
