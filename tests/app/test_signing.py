"""Signatures under files of tickets: both sides once, by two people, and only under what was taken in."""

from __future__ import annotations

from typing import Literal

import pytest

from catalogue.probing import Import
from slamon.app.imports import File, Ticket, record_tickets
from slamon.app.refused import Refused, Unknown
from slamon.app.signing import files, sign_file
from slamon.ledger.store import Ledger
from slamon.sla.tickets import FileSigned

DIGEST = "ab" * 32
RECORD = Import.model_validate(
    {
        "id": "imp-tickets",
        "service": "svc-desk",
        "kind": "csv",
        "columns": {"ticket": "id", "opened": "at"},
        "signed_by": "unv",
        "counter_signed_by": "it-consultant",
        "prov": {"_": "I"},
    }
)
Side = Literal["signed", "counter_signed"]


@pytest.fixture
def imported(ledger: Ledger) -> Ledger:
    """A ledger with one file of one ticket."""
    ticket = Ticket("T-1", 1, None, None, "P1", 0)
    record_tickets(ledger, "imp-tickets", File("june.csv", DIGEST), [ticket], actor="anna")
    return ledger


def _sign(ledger: Ledger, side: Side, actor: str, digest: str = DIGEST) -> int | None:
    return sign_file(ledger, RECORD, digest, side, actor=actor)[1]


def test_both_sides_sign_a_file(imported: Ledger) -> None:
    _sign(imported, "signed", "uwe")
    _sign(imported, "counter_signed", "rita", DIGEST[:12].upper())

    (taken,) = files(imported, "imp-tickets")
    assert (taken.rows, taken.actor) == (1, "anna")
    assert taken.signatures == {"signed": "uwe", "counter_signed": "rita"}
    facts = [entry.fact for entry in imported.stream("signatures:imp-tickets")]
    assert facts[1] == FileSigned(
        file="june.csv", sha256=DIGEST, side="counter_signed", party="it-consultant"
    )


def test_a_side_signs_once(imported: Ledger) -> None:
    assert _sign(imported, "signed", "uwe") is not None
    assert _sign(imported, "signed", "ute") is None


def test_nobody_signs_for_both_sides(imported: Ledger) -> None:
    _sign(imported, "signed", "uwe")

    with pytest.raises(Refused, match="two signatures are those of two people"):
        _sign(imported, "counter_signed", "uwe")


@pytest.mark.parametrize(
    "digest",
    [
        pytest.param("cd" * 32, id="of another file"),
        pytest.param("ab" * 3, id="too short to name a file"),
    ],
)
def test_only_a_file_that_was_taken_in_is_signed(imported: Ledger, digest: str) -> None:
    with pytest.raises(Unknown, match=r"taken in were abababababab \(june.csv\)"):
        _sign(imported, "signed", "uwe", digest)


def test_a_record_that_names_no_signer_asks_for_no_signature(imported: Ledger) -> None:
    bare = RECORD.model_copy(update={"counter_signed_by": None})

    with pytest.raises(Refused, match='its record must say "counter_signed_by"'):
        sign_file(imported, bare, DIGEST, "counter_signed", actor="rita")
