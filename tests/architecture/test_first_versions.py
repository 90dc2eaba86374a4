"""A ledger of the first version of every fact, carried through to the program of today.

Each line of `first_versions.jsonl` is a row as a store holds it: position, stream, version, permanent name, and
the stored bytes in base64. Lines are never edited; a fact with a new name gets a line behind the last one.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from catalogue.instants import parse_instant
from slamon.cli.house import Decisions, House, now
from slamon.history import FACTS, NAMES, UPCASTERS
from slamon.ledger.codec import Row
from slamon.ledger.store import Ledger
from slamon.ledger.verifying import verify
from slamon.web.access import Access
from slamon.web.app import build

FILE = Path(__file__).parent / "first_versions.jsonl"
AGREEMENT = "sla-digital-editions"
SEALED_AT = 63
NOW = parse_instant("2026-06-01T12:00:00Z", "UTC")


def recorded() -> list[Row]:
    lines = [json.loads(line) for line in FILE.read_text().splitlines()]
    return [Row(**{**each, "state": base64.b64decode(each["state"])}) for each in lines]


def into_a_file(path: Path) -> None:
    Ledger(path, NAMES).close()
    with closing(sqlite3.connect(path)) as rows, rows:
        rows.executemany(
            "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) VALUES (?, ?, ?, ?, ?)",
            recorded(),
        )


def into_a_database(url: str) -> None:
    Ledger(url, NAMES).close()
    with psycopg.connect(url) as database:
        database.cursor().executemany(
            "INSERT INTO stored_events (notification_id, originator_id, originator_version, topic, state)"
            " VALUES (%s, %s, %s, %s, %s)",
            recorded(),
        )


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The ledger of old, opened and folded by the program of today."""
    folder = tmp_path_factory.mktemp("old")
    if request.param == "SQLite":
        into_a_file(folder / "ledger.db")
        with House(folder) as opened:
            opened.refresh()
            yield opened
        return
    cluster = request.getfixturevalue("cluster")
    url = cluster.create("first_versions")
    into_a_database(url)
    with House(folder, url) as opened:
        opened.refresh()
        yield opened
    cluster.drop("first_versions")


def test_every_fact_is_there_in_its_first_version() -> None:
    wanted = {name for name in {*FACTS, *UPCASTERS} if name.endswith("/1")}

    assert {row.name for row in recorded()} == wanted


def test_all_of_it_is_folded(house: House) -> None:
    assert house.reading.position() == recorded()[-1].position


def test_the_epoch_that_was_begun_last_is_known(house: House) -> None:
    assert house.founded.epoch == 20261122220141


def test_the_seal_that_was_made_then_holds_today(house: House) -> None:
    found = verify(house.ledger)

    assert (found.faults, found.seals) == ([], 1)
    assert found.sealed == sum(row.position < SEALED_AT for row in recorded())


@pytest.mark.parametrize(
    ("month", "percent", "state"),
    [
        pytest.param("2026-02", "100.00", "met", id="a month that was closed and restated"),
        pytest.param("2026-03", "97.91", "breached", id="a month whose breach was waived"),
        pytest.param("2026-05", None, "not_measured", id="a month of which nothing is known"),
    ],
)
def test_it_is_judged(house: House, month: str, percent: str, state: str) -> None:
    judged = house.reading.judge(AGREEMENT, month, NOW)

    assert judged is not None
    (figure,) = judged.objectives
    assert (figure.measured.percent if figure.measured else None, figure.state) == (percent, state)


def test_its_breaches_have_their_reviews(house: House) -> None:
    found = {line.period: line.status for line in house.reading.breaches(None)}

    assert found == {"2026-02": "withdrawn", "2026-03": "waived", "2026-04": "upheld"}


PAGES = [
    "/",
    "/agreements",
    f"/agreements/{AGREEMENT}",
    f"/agreements/{AGREEMENT}/periods/2026-02",
    "/services",
    "/services/svc-parzival",
    "/breaches",
    f"/breaches/{AGREEMENT}.o9.2026-02",
    "/exclusions",
    "/probes",
    "/ledger",
    *(f"/ledger/{row.position}" for row in recorded()),
]


def test_every_page_answers(house: House) -> None:
    access = Access(None, now)
    app = build(house.reading, Decisions(house), access, clock=lambda: NOW, ready=list)
    visitor: Any = TestClient(app)

    answers = {page: visitor.get(page).status_code for page in PAGES}

    access.close()
    assert {page: code for page, code in answers.items() if code != 200} == {}
