"""Connections to PostgreSQL, lent to the threads of a program."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import eventsourcing.postgres as library
import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

from slamon.ledger.connecting import connect, parameters, reaching

SESSION = (
    "SET lock_timeout = '30s';"  # a writer before us may take its time
    # Statements are few: planned once, an append takes half the time (measured). What is planned while
    # the table is empty must stay good when it is full.
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off"
)
IDLE_CONNECTIONS = 8  # kept for the next calls; more are made while more threads ask


class Datastore(library.PostgresDatastore):
    """Lends connections to the threads of a program; what was lost is made anew by the next call."""

    def __init__(self, url: str) -> None:
        known = {key: str(value) for key, value in parameters(url).items()}
        super().__init__(
            *(known.get(each, "") for each in ("dbname", "host", "port", "user", "password")),
            originator_id_type="text",
        )
        self._url = url
        self._idle: list[psycopg.Connection[DictRow]] = []

    @contextmanager
    def get_connection(self) -> Iterator[psycopg.Connection[DictRow]]:
        """A connection for a block.

        Raises:
            LedgerUnreachableError: it cannot be had, was lost, or the database cannot go on.

        """
        connection = self._take()
        try:
            with reaching(self._url):
                yield connection
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """Close what nobody uses."""
        for connection in self.__dict__.get("_idle", ()):
            connection.close()

    def _take(self) -> psycopg.Connection[DictRow]:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                new: Any = connect(self._url)
                new.row_factory = dict_row
                with reaching(self._url):
                    new.execute(SESSION)
                return new  # type: ignore[no-any-return] # its rows are dictionaries from here on
            if _quiet(connection):
                return connection
            connection.close()

    def _give_back(self, connection: psycopg.Connection[DictRow]) -> None:
        at_rest = connection.info.transaction_status == TransactionStatus.IDLE
        if at_rest and len(self._idle) < IDLE_CONNECTIONS:
            self._idle.append(connection)
        else:
            connection.close()


def _quiet(connection: psycopg.Connection[Any]) -> bool:
    """Has the server said nothing since? What it says unasked is that it ends the connection."""
    if connection.closed:
        return False
    heard = select.poll()
    with suppress(psycopg.Error):
        heard.register(connection.fileno(), select.POLLIN)
        return not heard.poll(0)
    return False
