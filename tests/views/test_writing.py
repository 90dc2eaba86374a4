"""Rows that are written in bulk stand as those that are written one by one."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from sqlalchemy import Insert, delete, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from slamon.ledger.store import LedgerFounded
from slamon.ledger.trouble import passing
from slamon.views.keeping import _KEEP as NEW_DAYS
from slamon.views.latencies import _WRITE as NEW_OR_MORE_LATENCIES
from slamon.views.spooldays import _KEEP as NEW_SPOOL_DAYS
from slamon.views.stating import _WRITE as NEW_OR_OTHER_TERMS
from slamon.views.store import ViewStore
from slamon.views.writing import IN_BULK, write_many

Row = dict[str, Any]
MANY = IN_BULK + 50


def _day(number: int) -> Row:
    key = {
        "agreement": "hosting",
        "objective": "websites",
        "version": 0,
        "part": 0,
        "day": f"{number:05}",
    }
    share = {"unit": None, "known": number, "agreed": number, "good": None, "total": number or None}
    return {**key, "figures": "{}", "basis": "measured", **share}


def _latency(number: int) -> Row:
    key = {"check": f"Grün–{number}", "location": "bonn", "day": number}
    return {**key, "counts": bytes(range(number % 200)), "position": 2**40 + number}


def _spool_day(number: int) -> Row:
    key = {"agent": "bonn-1", "spool": "0a", "day": number, "position": number}
    return {**key, "until": 5, "assignment": 2, "outcomes": json.dumps([None, number])}


def _terms(number: int) -> Row:
    state = {"name": "Größe \\ \t \n 'x'", "versions": [number]}
    key = {"kind": "service", "id": f"s{number}"}
    return {**key, "catalogue": "unep", "state": json.dumps(state), "position": number}


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        pytest.param(NEW_DAYS, _day, id="days, with shares that are none"),
        pytest.param(NEW_OR_MORE_LATENCIES, _latency, id="latencies, with bytes and large numbers"),
        pytest.param(NEW_SPOOL_DAYS, _spool_day, id="days of spools, with lists"),
        pytest.param(NEW_OR_OTHER_TERMS, _terms, id="terms, with names of any kind"),
    ],
)
def test_rows_in_bulk_stand_as_rows_one_by_one(world: Any, statement: Insert, row: Any) -> None:
    table, rows = statement.table, [row(number) for number in range(MANY)]
    with world.views.writing() as connection:
        connection.execute(delete(table))
        for each in rows:
            write_many(connection, statement, [each])
        one_by_one = connection.execute(select(table)).all()
        connection.execute(delete(table))

        write_many(connection, statement, rows)

        in_bulk = connection.execute(select(table)).all()
    assert len(in_bulk) == MANY
    assert sorted(in_bulk, key=repr) == sorted(one_by_one, key=repr)


def test_rows_in_bulk_take_the_place_of_others_again_and_again(world: Any) -> None:
    table = NEW_OR_MORE_LATENCIES.table
    with world.views.writing() as connection:
        for position in (1, 2, 3):
            rows = [_latency(number) | {"position": position} for number in range(MANY)]

            write_many(connection, NEW_OR_MORE_LATENCIES, rows)

        stored = connection.execute(select(table.c.position)).scalars().all()
    assert stored == [3] * MANY


def test_of_rows_in_bulk_none_is_written_where_one_is_refused(world: Any) -> None:
    table = NEW_SPOOL_DAYS.table
    rows = [_spool_day(number) for number in [*range(MANY), 0]]

    with pytest.raises(IntegrityError), world.views.writing() as connection:
        write_many(connection, NEW_SPOOL_DAYS, rows)

    with world.views.reading() as connection:
        assert connection.execute(select(table).where(table.c.spool == "0a")).all() == []


def _write_while_lost(store: ViewStore, url: str) -> None:
    with store.writing() as connection:
        own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", (own,))
        write_many(connection, NEW_SPOOL_DAYS, [_spool_day(number) for number in range(MANY)])


def test_a_connection_that_is_lost_in_bulk_is_trouble_that_may_pass(postgres_url: str) -> None:
    store = ViewStore(postgres_url, LedgerFounded(ledger_id="0123456789abcdef", epoch=1))

    with pytest.raises(OperationalError) as wrong:
        _write_while_lost(store, postgres_url)

    assert "does not answer" in (passing(wrong.value) or "")
    assert store.position() == 0
    store.close()
