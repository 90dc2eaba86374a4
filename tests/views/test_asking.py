"""What is asked in the driver's own words is answered as by the library."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.exc import OperationalError

from probes.assembly import Row
from probes.outcome import Outcome
from slamon.ledger.store import LedgerFounded
from slamon.ledger.trouble import passing
from slamon.views.asking import ask
from slamon.views.store import ViewStore
from slamon.views.tables import covered, probe_day, record, view_state

TERMS = select(record).order_by(record.c.kind, record.c.id)
FEW = TERMS.where(record.c.kind == bindparam("kind"), record.c.position > 0).limit(2)
POSITION = select(view_state.c.position)


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        pytest.param(TERMS, {}, id="nested terms between other columns"),
        pytest.param(FEW, {"kind": "service"}, id="with numbers that stand in the statement"),
        pytest.param(select(covered), {}, id="lists"),
        pytest.param(select(probe_day), {}, id="bytes"),
        pytest.param(select(record).where(record.c.id == "nobody"), {}, id="nothing"),
    ],
)
def test_rows_are_those_of_the_library(
    world: Any, statement: Select[Any], given: dict[str, Any]
) -> None:
    world.probe("agent-bonn", 4, lambda due, index: Row(index, due, due, Outcome.BAD, None))
    world.fold()
    with world.views.reading() as connection:
        expected = [tuple(row) for row in connection.execute(statement, given)]

        assert ask(connection, statement, **given) == expected


def test_what_is_asked_first_is_one_state_with_what_follows(world: Any) -> None:
    with world.views.reading() as connection:
        before = ask(connection, POSITION)
        with world.views.writing() as other:
            other.execute(text("UPDATE view_state SET position = position + 1"))

        assert ask(connection, POSITION) == before


def test_a_lost_connection_is_trouble_that_may_pass(postgres_url: str) -> None:
    store = ViewStore(postgres_url, LedgerFounded(ledger_id="0123456789abcdef", epoch=1))
    with store.reading() as connection:
        own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", (own,))

        with pytest.raises(OperationalError) as wrong:
            ask(connection, POSITION)

    assert "does not answer" in (passing(wrong.value) or "")
    store.close()
