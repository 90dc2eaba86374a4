"""A connection to PostgreSQL that is lost at an unlucky moment: told as such, and nothing stands still for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from slamon.history import NAMES
from slamon.ledger import listening
from slamon.ledger.connecting import connect
from slamon.ledger.listening import Listening
from slamon.ledger.place import LedgerUnreachableError
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.ledger.trouble import passing
from slamon.views.store import ViewStore

FOUNDED = LedgerFounded(ledger_id="0123456789abcdef", epoch=1)


@pytest.fixture
def end(postgres_url: str) -> Iterator[Callable[[str], None]]:
    """End every connection of a name, as an administrator would."""
    with psycopg.connect(postgres_url, autocommit=True, application_name="operations") as shell:
        yield lambda name: shell.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = %s",
            (name,),
        ).close()


def test_a_watch_whose_connection_is_ended_before_it_listens_is_trouble_that_may_pass(
    postgres_url: str, end: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    Ledger(postgres_url, NAMES).close()

    def unlucky(url: str) -> Any:
        connection = connect(url)
        end("slamon")
        return connection

    monkeypatch.setattr(listening, "connect", unlucky)

    with pytest.raises(LedgerUnreachableError) as told:
        Listening(postgres_url)
    assert passing(told.value)


def test_a_rebuild_whose_connection_is_ended_says_so_and_can_be_repeated(
    postgres_url: str, end: Callable[[str], None]
) -> None:
    store = ViewStore(postgres_url, FOUNDED)

    with pytest.raises(LedgerUnreachableError, match="cannot be used"):
        store.rebuild(lambda _: end("slamon rebuild"), lambda _: None)

    assert store.position() == 0
    store.rebuild(lambda _: None, lambda _: None)
    store.close()
