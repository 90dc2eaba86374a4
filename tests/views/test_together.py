"""Statements that are sent in one go fail as any other."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from sqlalchemy import Executable, insert, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from slamon.ledger.store import LedgerFounded
from slamon.ledger.trouble import passing
from slamon.views.store import ViewStore
from slamon.views.tables import view_state
from slamon.views.together import together

FURTHER = update(view_state).values(position=7)


def _write(store: ViewStore, *statements: Executable) -> None:
    with store.writing() as connection, together(connection):
        for each in statements:
            connection.execute(each)


def test_of_what_is_sent_together_all_is_written(world: Any) -> None:
    _write(world.views, FURTHER, update(view_state).values(recorded_at=9))

    with world.views.reading() as connection:
        assert connection.execute(text("SELECT * FROM view_state")).all() == [(1, 7, 9)]


def test_of_what_is_sent_together_nothing_is_written_where_one_fails(world: Any) -> None:
    before = world.views.position()

    with pytest.raises(IntegrityError):
        _write(world.views, FURTHER, insert(view_state).values(id=1, position=0, recorded_at=0))

    assert world.views.position() == before


def _write_while_lost(store: ViewStore, url: str) -> None:
    with store.writing() as connection:
        own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", (own,))
        with together(connection):
            connection.execute(FURTHER)


def test_a_connection_that_is_lost_is_trouble_that_may_pass(postgres_url: str) -> None:
    store = ViewStore(postgres_url, LedgerFounded(ledger_id="0123456789abcdef", epoch=1))

    with pytest.raises(OperationalError) as wrong:
        _write_while_lost(store, postgres_url)

    assert "does not answer" in (passing(wrong.value) or "")
    assert store.position() == 0
    store.close()
