from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from slamon.ledger.place import Place
from slamon.ledger.sqlite import LedgerRecorder
from slamon.ledger.store import Ledger, LedgerFounded

Opener = Callable[..., Ledger]


def test_an_empty_ledger_gets_an_id_and_its_first_epoch(ledger: Ledger) -> None:
    assert ledger.found("an-id") == LedgerFounded(ledger_id="an-id", epoch=1)
    assert [e.stream for e in ledger.since(0, limit=9)] == ["ledger"]


def test_the_id_of_a_ledger_stays(opened: Opener) -> None:
    opened().found("an-id")

    assert opened().found("another") == LedgerFounded(ledger_id="an-id", epoch=1)
    assert opened().position() == 1


def test_programs_that_found_one_ledger_at_once_agree_on_its_id(
    opened: Opener, place: Place, started: Callable[..., Any]
) -> None:
    programs = [started("found", place, f"id-{n}") for n in range(3)]

    for program in programs:
        program.ready()
    for program in programs:
        program.go()
    said = [program.rest() for program in programs]

    assert said == [[opened().found("late").ledger_id]] * 3
    if isinstance(place, Path):
        left = {file.name for file in place.parent.iterdir()}
        assert left <= {"ledger.db", "ledger.db-shm", "ledger.db-wal"}


def test_the_file_is_durable_and_has_room_for_a_batch_on_a_page(path: Path, ledger: Ledger) -> None:
    found = {}
    recorder = cast("LedgerRecorder", ledger._recorder)
    with recorder.datastore.transaction(commit=False) as cursor:
        for name in ("journal_mode", "synchronous", "page_size"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]

    assert found == {"journal_mode": "wal", "synchronous": 2, "page_size": 16_384}


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param("a house", id="a space"),
        pytest.param("#7", id="a number sign"),
        pytest.param("100%41", id="a percent sign"),
        pytest.param("what?mode=memory", id="a question"),
        pytest.param("größe", id="an umlaut"),
    ],
)
def test_the_file_stands_where_it_was_asked_for(
    folder: str, opened: Opener, path: Path, tmp_path: Path, note: Any
) -> None:
    path = tmp_path / folder / "ledger.db"

    opened(path).append("a", [note("one")], after=0, actor="ann")

    assert [entry.name for entry in tmp_path.iterdir()] == [folder]
    with closing(sqlite3.connect(path)) as shell:
        assert shell.execute("SELECT count(*) FROM stored_events").fetchone() == (1,)
