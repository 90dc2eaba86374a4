"""Sealing, verifying and proving in each store: what is found in a file is found in a database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slamon.ledger.codec import Names
from slamon.ledger.proof import prove
from slamon.ledger.sealing import seal
from slamon.ledger.seals import LedgerSealed
from slamon.ledger.store import Ledger
from slamon.ledger.verifying import verify

Shell = Callable[..., list[Any]]

MOVE = "UPDATE stored_events SET {position} = ? WHERE {position} = ?"
WRITE = "UPDATE stored_events SET state = ? WHERE {position} = ?"
READ = "SELECT state FROM stored_events WHERE {position} = ?"
REMOVE = "DELETE FROM stored_events WHERE {position} = ?"


@pytest.fixture
def names(names: Names) -> Names:
    """The short notes, and seals."""
    return Names({**names.facts, "ledger-sealed/1": LedgerSealed})


@pytest.fixture
def sealed(ledger: Ledger, append: Callable[..., None]) -> Ledger:
    """Facts 1 to 6 under seal 1 (position 7), facts 7 and 8 under seal 2 (position 9)."""
    append("a", "one", "two", "three")
    append("b", "four", "five", "six")
    seal(ledger, actor="slamon")
    append("a", "eight")
    seal(ledger, actor="slamon")
    return ledger


def changed(shell: Shell) -> None:
    state = bytearray(shell(READ, 3)[0][0])
    state[-3] ^= 1
    shell(WRITE, bytes(state), 3)


def removed(shell: Shell) -> None:
    shell(REMOVE, 4)


def swapped(shell: Shell) -> None:
    for to, at in ((100, 2), (2, 5), (5, 100)):
        shell(MOVE, to, at)


def renumbered(shell: Shell) -> None:
    shell(REMOVE, 6)
    shell(MOVE, 6, 4)


def test_what_nobody_changed_holds(sealed: Ledger) -> None:
    found = verify(sealed)

    assert (found.first, found.facts, found.sealed, found.unsealed) == (None, 9, 8, 1)


@pytest.mark.parametrize(
    ("tamper", "position", "kind"),
    [
        pytest.param(changed, 3, "changed", id="one byte was changed"),
        pytest.param(removed, 4, "missing", id="one fact was removed"),
        pytest.param(swapped, 2, "swapped", id="two facts were swapped"),
        pytest.param(renumbered, 4, "moved", id="a row was renumbered"),
    ],
)
def test_the_first_position_that_does_not_fit_is_named(
    sealed: Ledger, shell: Shell, tamper: Callable[[Shell], None], position: int, kind: str
) -> None:
    tamper(shell)

    first = verify(sealed).first

    assert first is not None
    assert (first.position, first.kind) == (position, kind)


def test_positions_with_gaps_are_sealed_and_proved(
    ledger: Ledger, append: Callable[..., None], shell: Shell
) -> None:
    for stream in ("x", "a", "y", "b"):
        append(stream, f"of {stream}")
    shell(REMOVE, 1)
    shell(REMOVE, 3)
    (made,) = seal(ledger, actor="slamon")

    proof = prove(ledger, 4)

    assert made.positions == ((2, 1), (4, 1))
    assert (proof.index, proof.fact.payload) == (1, {"text": "of b"})
    assert verify(ledger).first is None
