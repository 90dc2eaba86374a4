"""The SQLite store of the ledger: stamps the recorded instant under the write lock, reads streams up to a position."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import eventsourcing.sqlite as library
from eventsourcing.persistence import IntegrityError, StoredEvent

from slamon.ledger.bell import Bell
from slamon.ledger.codec import Change, Row, stamp
from slamon.ledger.place import RESTORE, EmptyLedgerError

PAGE_SIZE = 16_384  # batches are a few KiB: larger pages save the overflow chains (measured)
LOCK_SECONDS = 30
POLL_SECONDS = 0.02  # another process is noticed within this time
TABLES = """
CREATE TABLE stored_events (
    originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE TABLE ledger_clock (id INTEGER PRIMARY KEY CHECK (id = 1), recorded_at INTEGER NOT NULL);
INSERT INTO ledger_clock VALUES (1, 0);
"""


class File:
    """The file of a ledger."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_there(self) -> bool:
        """Is there a ledger?

        Raises:
            EmptyLedgerError: there is its file, of no bytes; whoever opened it would begin another one in it.

        """
        there = self._path.is_file()
        if there and not self._path.stat().st_size:
            message = f"{self._path} is empty: {RESTORE}"
            raise EmptyLedgerError(message)
        return there

    def prepare(self) -> None:
        """Create the file with its tables, page size and journal; of several programs at once, the first wins.

        It is made whole under another name and then linked: nobody ever opens half a ledger, and opening
        one needs no lock.
        """
        path = self._path
        if self.is_there():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".new-") as folder:
            draft = Path(folder) / path.name
            with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
                connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(TABLES)
            with suppress(FileExistsError):  # another program was first
                path.hardlink_to(draft)

    def settings(self) -> dict[str, str]:
        """What the library must know to open it."""
        return {
            "PERSISTENCE_MODULE": __name__,
            "SQLITE_DBNAME": f"file:{quote(str(self._path))}",  # it is read as a URI
            "SQLITE_LOCK_TIMEOUT": str(LOCK_SECONDS),
            "ORIGINATOR_ID_TYPE": "text",
        }

    def watch(self, bell: Bell) -> Changes:
        """A watch on it; the bell rings at each append of this process."""
        return Changes(self._path, bell)

    def shown(self) -> str:
        """Where it is."""
        return str(self._path)

    def size(self) -> int:
        """Bytes on disk, without what is only in the journal yet."""
        return self._path.stat().st_size


class LedgerRecorder(library.SQLiteApplicationRecorder):
    """Adds to the library's recorder a clock that never runs backwards, streams without gaps, and their past."""

    clock: Callable[[], int] | None = None

    def construct_create_table_statements(self) -> list[str]:
        """None: the tables are made together with the file."""
        return []

    def _insert_events(
        self, c: library.SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        # The first statement writes: the lock is taken before anything is read, so two writers
        # on one file never stamp out of order and never meet SQLITE_BUSY_SNAPSHOT.
        c.execute(
            "UPDATE ledger_clock SET recorded_at = max(recorded_at, ?) RETURNING recorded_at",
            ((self.clock or _machine_clock)(),),
        )
        at = int(c.fetchone()[0])
        self._refuse_other_versions(c, stored_events)
        stamped = [replace(event, state=stamp(event.state, at)) for event in stored_events]
        return super()._insert_events(c, stamped, **kwargs)

    def _refuse_other_versions(
        self, c: library.SQLiteCursor, stored_events: Sequence[StoredEvent]
    ) -> None:
        # The primary key alone would refuse a version that is taken, and let one be left out.
        versions: dict[str, int] = {}
        for event in stored_events:
            stream, after = str(event.originator_id), event.originator_version - 1
            version = versions[stream] if stream in versions else _version(c, stream)
            if version != after:
                raise IntegrityError(f"{stream} stands at version {version}, not {after}")
            versions[stream] = event.originator_version

    def select_stream(
        self, stream: str, *, after: int, upto: int | None, limit: int | None = None
    ) -> list[Row]:
        """The rows of a stream of versions > `after` and positions <= `upto`, at most `limit`."""
        statement = (
            "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events "
            "WHERE originator_id = ? AND originator_version > ? AND rowid <= ? "
            "ORDER BY originator_version LIMIT ?"
        )
        with self.datastore.transaction(commit=False) as c:
            last = upto if upto is not None else 2**62
            c.execute(statement, (stream, after, last, -1 if limit is None else limit))
            return list(map(Row._make, c.fetchall()))

    def select_rows(self, *, after: int, upto: int | None, limit: int) -> list[Row]:
        """The rows of all streams of positions > `after` and <= `upto`, as they are stored."""
        statement = (
            "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events "
            "WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?"
        )
        with self.datastore.transaction(commit=False) as c:
            c.execute(statement, (after, upto if upto is not None else 2**62, limit))
            return list(map(Row._make, c.fetchall()))

    def select_version(self, stream: str) -> int:
        """The version of the last fact of a stream; 0 if it has none."""
        with self.datastore.transaction(commit=False) as c:
            return _version(c, stream)

    def select_counts(self) -> list[tuple[str, int, int]]:
        """For each permanent name: how many facts, how many bytes."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT topic, count(*), sum(length(state)) FROM stored_events "
                "GROUP BY topic ORDER BY topic"
            )
            return [(row[0], row[1], row[2]) for row in c.fetchall()]

    def replace_states(self, changes: Sequence[Change]) -> int:
        """Store other bytes of some facts in one transaction, where those stand that are expected; how many did."""
        replaced = 0
        with self.datastore.transaction(commit=True) as c:
            for row, state in changes:
                # An UPDATE that makes a row smaller leaves its page as empty as it is: only what is deleted
                # joins pages and gives them back (measured).
                c.execute(_TAKE_OUT, (row.position, row.state))
                if c.sqlite_cursor.rowcount:
                    c.execute(_PUT_IN, row._replace(state=state))
                    replaced += 1
        return replaced


_TAKE_OUT = "DELETE FROM stored_events WHERE rowid = ? AND state = ?"
_PUT_IN = (
    "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) "
    "VALUES (?, ?, ?, ?, ?)"
)


def _version(c: library.SQLiteCursor, stream: str) -> int:
    c.execute(
        "SELECT max(originator_version) FROM stored_events WHERE originator_id = ?", (stream,)
    )
    return int(c.fetchone()[0] or 0)


def _machine_clock() -> int:
    return time.time_ns() // 1_000


class Changes:
    """Notices commits on a ledger file: those of this process at once, those of others within `POLL_SECONDS`."""

    def __init__(self, path: Path, bell: Bell) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, timeout=LOCK_SECONDS)
        self._bell = bell
        self._heard = bell.wait(-1, 0)
        self._seen = self._version()

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def wait(self, seconds: float, *, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait until something was committed since the last call; false when the time is over."""
        deadline = time.monotonic() + seconds
        while not stop():
            self._heard = self._bell.wait(self._heard, 0)
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._bell.wait(self._heard, min(left, POLL_SECONDS))
        return False

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()


class Factory(library.SQLiteFactory):
    """The library's factory with our recorder."""

    application_recorder_class = LedgerRecorder
