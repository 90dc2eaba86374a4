"""The queries of docs/ledger.md run on a real ledger and say what they promise."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

from slamon.ledger.codec import Names
from slamon.ledger.store import Ledger

SQL = re.compile(r"```sql\n(.*?)```", re.DOTALL)
RECORDED = 1_767_225_600_000_000


class Clock(Protocol):
    now: int


@pytest.fixture
def _history(ledger: Ledger, append: Callable[..., None], clock: Clock) -> None:
    clock.now = RECORDED
    ledger.found("an-id")
    append("a", "one", "größer")


LAST = [
    (3, "a", 2, "noted/1", "2026-01-01 00:00:00", "tester"),
    (2, "a", 1, "noted/1", "2026-01-01 00:00:00", "tester"),
    (1, "ledger", 1, "ledger-founded/1", "2026-01-01 00:00:00", "slamon"),
]
STORY = [(1, "ledger-founded/1", '{"ledger_id":"an-id","epoch":1}')]
ROOM = [("noted/1", 2, 135), ("ledger-founded/1", 1, 82)]


@pytest.mark.usefixtures("_history")
@pytest.mark.parametrize(
    ("number", "rows"),
    [
        pytest.param(0, LAST, id="the last facts"),
        pytest.param(1, STORY, id="one stream"),
        pytest.param(2, ROOM, id="what takes room"),
        pytest.param(3, [], id="streams with a gap"),
    ],
)
def test_a_query_of_the_document_answers(
    number: int, rows: list[Any], tree: Path, path: Path
) -> None:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as shell:
        assert shell.execute(queries(tree)[number]).fetchall() == rows


@pytest.mark.parametrize(
    ("number", "rows"),
    [
        pytest.param(4, LAST, id="the last facts"),
        pytest.param(5, STORY, id="one stream"),
        pytest.param(2, ROOM, id="what takes room"),
        pytest.param(3, [], id="streams with a gap"),
    ],
)
def test_a_query_of_the_document_answers_in_postgresql(
    number: int, rows: list[Any], tree: Path, postgres_url: str, names: Names, note: Any
) -> None:
    ledger = Ledger(postgres_url, names, lambda: RECORDED)
    ledger.found("an-id")
    ledger.append("a", [note("one"), note("größer")], after=0, actor="tester")

    ledger.close()
    with psycopg.connect(postgres_url) as shell:
        found = shell.execute(queries(tree)[number].encode()).fetchall()

    assert [tuple(str(v) if isinstance(v, datetime) else v for v in row) for row in found] == rows


def test_every_query_of_the_document_is_tried(tree: Path) -> None:
    assert len(queries(tree)) == 6


def queries(tree: Path) -> list[str]:
    return SQL.findall((tree / "docs/ledger.md").read_text())
