"""The lock of a ledger in PostgreSQL: one advisory lock of the database, freed with its connection."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import LiteralString, Self

import psycopg

from slamon.ledger.connecting import connect, reaching, shown
from slamon.ledger.place import HeldError

KEY = int.from_bytes(b"slamon 1")  # any number of 64 bits does, so long as it stays
LONGEST_NAME = 63  # bytes; the database cuts longer names of connections
SETTINGS: tuple[LiteralString, ...] = (
    # A host that vanished without a word is noticed within five seconds, and the lock is free.
    "SET tcp_keepalives_idle = 2",
    "SET tcp_keepalives_interval = 1",
    "SET tcp_keepalives_count = 3",
    "SET idle_session_timeout = 0",  # whoever holds it has nothing to say for days
)
HOLDER = """
SELECT a.application_name, a.pid = pg_backend_pid()
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database()
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database = a.datid
AND (l.classid::bigint << 32) | l.objid::bigint = %s
"""


class AdvisoryLock:
    """Held as long as its connection lives: a killed process and a lost connection free it."""

    def __init__(self, url: str, purpose: str) -> None:
        self._url = url
        self._purpose = purpose
        self._connection: psycopg.Connection | None = None

    def take(self) -> Self:
        """Take the lock at once.

        Raises:
            HeldError: another process holds it.
            LedgerUnreachableError: the database does not answer.

        """
        whose = f"{self._purpose} (process {os.getpid()} on {socket.gethostname()})"
        connection = connect(self._url, whose.encode()[:LONGEST_NAME].decode(errors="ignore"))
        try:
            with reaching(self._url):
                self._seize(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return self

    def _seize(self, connection: psycopg.Connection) -> None:
        taken = connection.execute("SELECT pg_try_advisory_lock(%s)", (KEY,)).fetchone()
        if taken != (True,):
            holder, _ = connection.execute(HOLDER, (KEY,)).fetchone() or ("another process", False)
            message = f"{shown(self._url)}, is in use by {holder}; stop that process first"
            raise HeldError(message, holder)
        for each in SETTINGS:
            connection.execute(each)

    def try_take(self) -> bool:
        """Take the lock if it is free.

        Raises:
            LedgerUnreachableError: the database does not answer.

        """
        try:
            self.take()
        except HeldError:
            return False
        return True

    def still_held(self) -> bool:
        """Was it taken, and does its connection still live? Asks the database."""
        if self._connection is None:
            return False
        try:
            holder = self._connection.execute(HOLDER, (KEY,)).fetchone()
        except psycopg.Error:
            self.release()
            return False
        return holder is not None and holder[1] is True

    def release(self) -> None:
        """Let the lock go."""
        if self._connection is not None:
            with suppress(psycopg.Error):  # with a lost connection the lock is lost already
                self._connection.execute("SELECT pg_advisory_unlock(%s)", (KEY,))
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        """Take the lock for a block."""
        return self.take()

    def __exit__(self, *_: object) -> None:
        """Let the lock go."""
        self.release()
