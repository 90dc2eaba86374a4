"""The SQLite store of the ledger: stamps the recorded instant under the write lock, reads streams up to a position."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import eventsourcing.sqlite as library
from eventsourcing.persistence import StoredEvent

from slamon.ledger.codec import stamp

PAGE_SIZE = 16_384  # batches are a few KiB: larger pages save the overflow chains (measured)


def prepare(path: Path) -> None:
    """Create the file with our page size, which cannot be changed once tables exist."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


class LedgerRecorder(library.SQLiteApplicationRecorder):
    """Adds to the library's recorder: a clock that never runs backwards, and streams up to a position."""

    clock: Callable[[], int]

    def construct_create_table_statements(self) -> list[str]:
        """Beside the facts, one row that holds the last recorded instant."""
        return [
            *super().construct_create_table_statements(),
            "CREATE TABLE IF NOT EXISTS ledger_clock "
            "(id INTEGER PRIMARY KEY CHECK (id = 1), recorded_at INTEGER NOT NULL)",
            "INSERT OR IGNORE INTO ledger_clock VALUES (1, 0)",
        ]

    def _insert_events(
        self, c: library.SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        # The first statement writes: the lock is taken before anything is read, so two writers
        # on one file never stamp out of order and never meet SQLITE_BUSY_SNAPSHOT.
        c.execute(
            "UPDATE ledger_clock SET recorded_at = max(recorded_at, ?) RETURNING recorded_at",
            (self.clock(),),
        )
        at = int(c.fetchone()[0])
        stamped = [replace(event, state=stamp(event.state, at)) for event in stored_events]
        return super()._insert_events(c, stamped, **kwargs)

    def select_stream(
        self, stream: str, *, after: int, upto: int | None
    ) -> list[tuple[int, StoredEvent]]:
        """The rows of a stream with their positions, of versions > `after` and positions <= `upto`."""
        statement = (
            f"SELECT rowid, * FROM {self.events_table_name} "
            "WHERE originator_id = ? AND originator_version > ? AND rowid <= ? "
            "ORDER BY originator_version"
        )
        with self.datastore.transaction(commit=False) as c:
            c.execute(statement, (stream, after, upto if upto is not None else 2**62))
            return [
                (
                    row["rowid"],
                    StoredEvent(
                        row["originator_id"],
                        row["originator_version"],
                        row["topic"],
                        row["state"],
                    ),
                )
                for row in c.fetchall()
            ]

    def select_version(self, stream: str) -> int:
        """The version of the last fact of a stream; 0 if it has none."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT max(originator_version) FROM {self.events_table_name} "
                "WHERE originator_id = ?",
                (stream,),
            )
            return int(c.fetchone()[0] or 0)

    def select_counts(self) -> list[tuple[str, int, int]]:
        """For each permanent name: how many facts, how many bytes."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT topic, count(*), sum(length(state)) "
                f"FROM {self.events_table_name} GROUP BY topic ORDER BY topic"
            )
            return [(row[0], row[1], row[2]) for row in c.fetchall()]


class Factory(library.SQLiteFactory):
    """The library's factory with our recorder."""

    application_recorder_class = LedgerRecorder
