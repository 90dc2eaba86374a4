"""Notices commits on a ledger in PostgreSQL, of this process and of any other."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import LiteralString

import psycopg

from slamon.ledger.connecting import connect, reaching
from slamon.ledger.place import LedgerUnreachableError

POSITION: LiteralString = "SELECT max(notification_id) FROM public.stored_events"
HEARTBEAT_SECONDS = 1.0  # the position is asked for at least so often, should a notice be lost
SLICE_SECONDS = 0.1  # a wait is told to stop within this time


class Listening:
    """Listens on a connection of its own, and connects anew when that is lost."""

    def __init__(self, url: str) -> None:
        """Begin to listen.

        Raises:
            LedgerUnreachableError: the database does not answer.

        """
        self._url = url
        self._seen: int | None = None
        self._connection: psycopg.Connection | None = self._listening()
        self._moved()

    def wait(self, seconds: float, *, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait until something was committed since the last call; false when the time is over."""
        deadline = time.monotonic() + seconds
        while not stop():
            if self._moved():
                return True
            if time.monotonic() >= deadline:
                return False
            self._listen(min(deadline, time.monotonic() + HEARTBEAT_SECONDS), stop)
        return False

    def close(self) -> None:
        """Listen no longer."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _listening(self) -> psycopg.Connection:
        connection = connect(self._url)
        try:
            with reaching(self._url):
                connection.execute("LISTEN stored_events")
        except LedgerUnreachableError:
            connection.close()
            raise
        return connection

    def _moved(self) -> bool:
        """Does the ledger stand elsewhere than when it was last looked at?"""
        with suppress(psycopg.Error, LedgerUnreachableError):
            self._connection = self._connection or self._listening()
            found = self._connection.execute(POSITION).fetchone()
            before, self._seen = self._seen, (found and found[0]) or 0
            return before != self._seen
        self.close()
        return False

    def _listen(self, until: float, stop: Callable[[], bool]) -> None:
        """Return at a notice, at an instant of the monotonic clock, or when told to stop."""
        while not stop() and (left := until - time.monotonic()) > 0:
            if self._connection is None:
                time.sleep(min(left, SLICE_SECONDS))
            elif self._heard(self._connection, min(left, SLICE_SECONDS)):
                return

    def _heard(self, connection: psycopg.Connection, seconds: float) -> bool:
        with suppress(psycopg.Error):
            return any(True for _ in connection.notifies(timeout=seconds, stop_after=1))
        self.close()
        return True
