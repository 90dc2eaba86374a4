"""SQLite keeps any value in any column: verify names where somebody put one, prove refuses it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, nullcontext, suppress
from pathlib import Path

import pytest

from slamon.history import NAMES
from slamon.ledger.proof import NotProvableError, prove
from slamon.ledger.sealing import seal
from slamon.ledger.store import Ledger
from slamon.ledger.verifying import verify
from slamon.sla.review import BreachUpheld

NESTED = b'{"at":' + b"[" * 100_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three facts under seal 1 (position 4), one behind it, and seal 2 (position 6) over these two."""
    path = tmp_path / "ledger.db"
    with closing(Ledger(path, NAMES, lambda: 1_000_000)) as ledger:
        facts = [BreachUpheld(reason=f"reason {n}") for n in range(4)]
        ledger.append("breach:a", facts[:3], after=0, actor="ann")
        seal(ledger, actor="slamon")
        ledger.append("breach:a", facts[3:], after=3, actor="ann")
        seal(ledger, actor="slamon")
    return path


ODD = pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param("state", None, id="no bytes at all"),
        pytest.param("state", 1.5, id="a number for bytes"),
        pytest.param("state", "a text", id="a text for bytes"),
        pytest.param("state", NESTED, id="an envelope nested without end"),
        pytest.param("topic", None, id="no name"),
        pytest.param("topic", b"\xff", id="bytes for a name"),
        pytest.param("originator_id", None, id="no stream"),
        pytest.param("originator_version", "first", id="a word for a version"),
        pytest.param("originator_version", None, id="no version"),
    ],
)


@pytest.mark.parametrize("position", [2, 4, 5, 6])
@ODD
def test_a_value_of_another_kind_is_found_at_its_position(
    file: Path, position: int, column: str, value: object
) -> None:
    _put(file, position, column, value)

    with closing(Ledger(file, NAMES, lambda: 1_000_000)) as ledger:
        found = verify(ledger)

    assert position in {fault.position for fault in found.faults}


@pytest.mark.parametrize("position", [2, 4, 5, 6])
@ODD
def test_what_rests_on_a_value_of_another_kind_is_not_proved(
    file: Path, position: int, column: str, value: object
) -> None:
    _put(file, position, column, value)

    with closing(Ledger(file, NAMES, lambda: 1_000_000)) as ledger:
        with pytest.raises(NotProvableError):
            prove(ledger, position)
        for other in {1, 3, 4, 5} - {position}:
            with suppress(NotProvableError):
                prove(ledger, other)


def _put(file: Path, position: int, column: str, value: object) -> None:
    with closing(sqlite3.connect(file)) as rows, rows:
        change = f"UPDATE stored_events SET {column} = ? WHERE rowid = ?"  # noqa: S608  # names from the table above
        rows.execute(change, (value, position))


@ODD
def test_a_value_of_another_kind_that_was_there_when_it_was_sealed_is_proved_or_refused(
    file: Path, column: str, value: object
) -> None:
    with closing(Ledger(file, NAMES, lambda: 1_000_000)) as ledger:
        ledger.append("breach:b", [BreachUpheld(reason="once more")], after=0, actor="ann")
        _put(file, 7, column, value)
        seal(ledger, actor="slamon")

        with pytest.raises(NotProvableError) if column == "state" else nullcontext():
            prove(ledger, 7)
