"""The queries of docs/ledger.md run on a real ledger and say what they promise."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import pytest

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


@pytest.mark.usefixtures("_history")
@pytest.mark.parametrize(
    ("place", "rows"),
    [
        pytest.param(
            0,
            [
                (3, "a", 2, "noted/1", "2026-01-01 00:00:00", "tester"),
                (2, "a", 1, "noted/1", "2026-01-01 00:00:00", "tester"),
                (1, "ledger", 1, "ledger-founded/1", "2026-01-01 00:00:00", "slamon"),
            ],
            id="the last facts",
        ),
        pytest.param(
            1, [(1, "ledger-founded/1", '{"ledger_id":"an-id","epoch":1}')], id="one stream"
        ),
        pytest.param(2, [("noted/1", 2, 135), ("ledger-founded/1", 1, 82)], id="what takes room"),
        pytest.param(3, [], id="streams with a gap"),
    ],
)
def test_a_query_of_the_document_answers(
    place: int, rows: list[Any], tree: Path, path: Path
) -> None:
    query = SQL.findall((tree / "docs/ledger.md").read_text())[place]

    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as shell:
        assert shell.execute(query).fetchall() == rows


def test_every_query_of_the_document_is_tried(tree: Path) -> None:
    assert len(SQL.findall((tree / "docs/ledger.md").read_text())) == 4
