"""The file of the read side: which one fits this program and this ledger, and connections to it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, select

from slamon.ledger.store import LedgerFounded
from slamon.views.tables import metadata, schema_hash, view_state
from slamon.views.writing import insert


class ViewStore:
    """Tables beside the ledger; another schema or another ledger gets another file."""

    def __init__(self, folder: Path, founded: LedgerFounded, *, name: str | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        stem = name or f"views.{schema_hash()}-{founded.ledger_id[:8]}-{founded.epoch}"
        self.path = folder / f"{stem}.db"
        self.engine = _engine(self.path)
        self._local = threading.local()
        with self.engine.execution_options(writes=True).begin() as connection:
            metadata.create_all(connection)
            first = insert(view_state).values(id=1, position=0, recorded_at=0)
            connection.execute(first.on_conflict_do_nothing())

    def position(self) -> int:
        """How far the ledger has been folded."""
        with self.reading() as connection:
            return read_position(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection kept by this thread; everything inside the block sees one state."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self.engine.connect()
            self._local.connection = connection
        try:
            yield connection
        finally:
            connection.rollback()

    def remove_older(self) -> None:
        """Delete the files of other schemas and epochs: all of them can be folded anew."""
        for file in self.path.parent.glob("views.*.db*"):
            if not file.name.startswith(self.path.name):
                file.unlink(missing_ok=True)

    def close(self) -> None:
        """Let the file go."""
        self.engine.dispose()


def read_position(connection: Connection) -> int:
    """How far the ledger had been folded in what this connection sees."""
    return int(connection.execute(select(view_state.c.position)).scalar_one())


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see below
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")  # rebuildable: a lost tail is folded again

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Left to itself the driver begins only before a write: each read would see another state.
        # Who reads before writing must be the writer from the start: a reader may not turn into one.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
