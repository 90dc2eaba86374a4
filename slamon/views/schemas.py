"""Generations of views as schemas of a PostgreSQL database; one row says which of them is asked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg import errors
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from slamon.ledger.connecting import connect, reaching
from slamon.ledger.place import HeldError
from slamon.views.contract import publish
from slamon.views.database import LAYING_OUT, engine_on, lay_out, remove, there
from slamon.views.generations import retire
from slamon.views.together import told_alike

LOG = logging.getLogger("slamon")

FIRST = 1
REBUILDING = int.from_bytes(b"rebuild!")  # the advisory lock of those who fold another generation
READ_TOO_LONG = "a query on the views of report1 goes on for too long: end it, and try again"
PATIENCE_MS = 1_000  # the fold waits no longer than this for the queries of dashboards
SHOWING_TRIES = 5

REGISTER = """
CREATE SCHEMA IF NOT EXISTS slamon_views;
CREATE TABLE IF NOT EXISTS slamon_views.generation (stem text PRIMARY KEY, asked integer NOT NULL);
"""
ASKED = "SELECT asked FROM slamon_views.generation WHERE stem = %(stem)s"
ASKED_HERE = """
SELECT g.asked, v.position FROM slamon_views.generation g, view_state v WHERE g.stem = %(stem)s
"""
OWN_OTHERS = """
SELECT nspname FROM pg_namespace WHERE nspname <> %(asked)s
AND (nspname = %(stem)s OR starts_with(nspname, %(stem)s || '_g'))
"""
FOREIGN = """
SELECT nspname FROM pg_namespace WHERE nspname ~ '^v_[0-9a-f]{12}_' AND nspname <> %(own)s
AND pg_has_role(nspowner, 'USAGE')
"""


class Opened(NamedTuple):
    """Connections to one generation: those that read, that try something out, that write."""

    number: int
    reader: Engine
    tester: Engine
    writer: Engine

    def retire(self) -> None:
        """Let all of them go as soon as they are not in use."""
        for engine in (self.reader, self.tester, self.writer):
            retire(engine)


class Schemas:
    """The schemas of one schema of one ledger in a database. `pinned` names one generation, whichever is asked."""

    def __init__(
        self, url: str, stem: str, pinned: int | None = None, *, made: bool = False
    ) -> None:
        self._url = url
        self._stem = stem
        self._pinned = pinned
        self._switching = threading.Lock()
        with closing(connect(url, "slamon views")) as connection, reaching(url):
            number = pinned or self._registered(connection)
            if not made:
                lay_out(connection, self._schema(number))
        self._opened = self._engines(number)

    def __reduce__(self) -> tuple[Callable[..., Schemas], tuple[str, str, int]]:
        """Another process is shown the generation that is asked now."""
        return partial(Schemas, made=True), (self._url, self._stem, self._opened.number)

    def snapshot(self) -> Connection:
        """A transaction that sees one state of the generation that is asked, and cannot write.

        Whoever removes a generation locks its `view_state` first, and does not wait for it. So whoever has read
        that table finds all others.
        """
        return self._connected(lambda opened: opened.reader, ASKED_HERE)[0]

    def trial(self) -> Connection:
        """The same, but temporary tables can be made in it."""
        return self._connected(lambda opened: opened.tester, ASKED_HERE)[0]

    def claim(self) -> Connection:
        """A transaction that may write the generation that is asked; waits for the one that does."""
        return self.claim_at()[0]

    def claim_at(self) -> tuple[Connection, int]:
        """The same, and the position up to which facts were folded into it: that of whoever was waited for."""
        # Of rows that are locked the newest version is seen, of others that from before the wait.
        locking = "" if self._pinned else " FOR UPDATE"
        return self._connected(lambda opened: opened.writer, ASKED_HERE + locking)

    @contextmanager
    def rebuilding(self) -> Iterator[Schemas]:
        """Another generation, empty; removed at the end unless it was put in the place of the one that is asked."""
        with (
            closing(connect(self._url, "slamon rebuild")) as connection,
            reaching(self._url),
            _alone(connection) as alone,
        ):
            if not alone:
                message = "views are being rebuilt by another process; wait until it is done"
                raise HeldError(message)
            self._remove_own(connection)
            draft = Schemas(self._url, self._stem, self._registered(connection) + 1)
            try:
                yield draft
            finally:
                draft.close()
                self._remove_own(connection)

    def put(self, draft: Schemas, claim: Connection) -> bool:
        """Let the draft be the one that is asked, by this program and by dashboards, once the claim is committed.

        False when a query of a dashboard goes on for too long: then nothing was changed.
        """
        claim.exec_driver_sql(
            "UPDATE slamon_views.generation SET asked = %(asked)s WHERE stem = %(stem)s",
            {"asked": draft._opened.number, "stem": self._stem},
        )
        return _published(claim, draft._schema(draft._opened.number))

    def take_over(self) -> None:
        """Let dashboards read these tables, and remove what nobody asks or reads any more."""
        if not self._shown():
            LOG.warning("dashboards go on reading older views: %s", READ_TOO_LONG)
        with (
            closing(connect(self._url, "slamon views")) as connection,
            reaching(self._url),
            _alone(connection) as alone,
        ):
            if alone:
                self._remove_own(connection)
                own = self._schema(self._registered(connection))
                for (schema,) in connection.execute(FOREIGN, {"own": own}).fetchall():
                    remove(connection, schema)

    def close(self) -> None:
        """Let all connections go."""
        self._opened.retire()

    def _shown(self) -> bool:
        for _ in range(SHOWING_TRIES):
            with self.claim() as claim:
                if _published(claim, self._schema(self._opened.number)):
                    claim.commit()
                    return True
        return False

    def _connected(
        self, kind: Callable[[Opened], Engine], question: LiteralString
    ) -> tuple[Connection, int]:
        again = True
        while True:
            opened = self._opened
            connection = kind(opened).connect()
            try:
                found, position = _begun(connection, question, self._stem)
                asked = self._pinned or found
            except DBAPIError as wrong:
                connection.close()
                if isinstance(wrong.orig, errors.UndefinedTable):  # another was put in its place
                    asked, position = self._asked(), 0
                    if asked == opened.number:
                        raise
                elif wrong.connection_invalidated and again:  # the server was started anew
                    again = False
                    continue
                else:
                    raise
            if asked == opened.number:
                return connection, position
            connection.close()
            self._switch(asked)

    def _asked(self) -> int:
        with closing(connect(self._url, "slamon views")) as connection, reaching(self._url):
            return self._pinned or self._registered(connection)

    def _switch(self, asked: int) -> None:
        with self._switching:
            if asked != self._opened.number:
                before, self._opened = self._opened, self._engines(asked)
                before.retire()

    def _schema(self, number: int) -> str:
        return self._stem if number == FIRST else f"{self._stem}_g{number}"

    def _engines(self, number: int) -> Opened:
        schema = self._schema(number)
        return Opened(
            number,
            engine_on(self._url, schema, "REPEATABLE READ", QueuePool, read_only=True),
            engine_on(self._url, schema, "REPEATABLE READ", NullPool, read_only=False),
            engine_on(self._url, schema, "READ COMMITTED", QueuePool, read_only=False),
        )

    def _registered(self, connection: psycopg.Connection) -> int:
        """The generation that is asked; the first, where nobody has asked yet."""
        if not there(connection, "slamon_views", "generation"):
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (LAYING_OUT,))
                connection.execute(REGISTER)
        row = (self._stem, FIRST)
        connection.execute(
            "INSERT INTO slamon_views.generation VALUES (%s, %s) ON CONFLICT DO NOTHING", row
        )
        (asked,) = connection.execute(ASKED, {"stem": self._stem}).fetchone() or (FIRST,)
        return int(asked)

    def _remove_own(self, connection: psycopg.Connection) -> None:
        asked = self._schema(self._registered(connection))
        names = {"stem": self._stem, "asked": asked}
        for (schema,) in connection.execute(OWN_OTHERS, names).fetchall():
            remove(connection, schema)


def _begun(connection: Connection, question: LiteralString, stem: str) -> tuple[int, int]:
    """The generation that is asked and the position of this one, as a transaction sees it that begins with this."""
    connection.begin()
    server: Any = connection.connection.driver_connection
    with told_alike(connection):
        ((asked, position),) = server.execute(question, {"stem": stem}).fetchall()
    return asked, position


@contextmanager
def _alone(connection: psycopg.Connection) -> Iterator[bool]:
    """Be the only one that makes and removes generations; false where somebody else is."""
    taken = connection.execute("SELECT pg_try_advisory_lock(%s)", (REBUILDING,)).fetchone() == (
        True,
    )
    try:
        yield taken
    finally:
        # Left to the end of the connection, it would stay until the server has noticed that.
        with suppress(psycopg.Error):
            if taken:
                connection.execute("SELECT pg_advisory_unlock(%s)", (REBUILDING,))


def _published(claim: Connection, schema: str) -> bool:
    try:
        publish(claim, schema, PATIENCE_MS)
    except DBAPIError as wrong:
        if not isinstance(wrong.orig, errors.LockNotAvailable):
            raise
        return False
    return True
