"""Durable ingest of observation batches through the ledger.

Measured: from the bytes of a batch as they arrive to the fact as it is committed (read the batch, append it
at its version; one commit per batch, journal in WAL, synchronous FULL). Baseline: the bytes that this left
in the file, envelope included, inserted by the standard library into a table of the same columns, key, page
size and durability, also one commit per batch. Both run in turn on a fresh file each.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.batches import batches
from benchmarks.figure import Figure, alternating, seconds
from probes.batch import ObservationsRecorded
from slamon.history import NAMES
from slamon.ledger.sqlite import PAGE_SIZE
from slamon.ledger.store import Ledger

STREAM = "observations:agent-bonn:5f0c9d2e:2026-01-01"
TABLE = (
    "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, "
    "state BLOB, PRIMARY KEY (originator_id, originator_version))"
)

Row = tuple[str, int, str, bytes]


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Observations per second and bytes per observation, for facts of 1,000 and of 60 rows."""
    rounds, observations = (2, 20_000) if short else (7, 300_000)
    return [
        *_of_size(1_000, observations, rounds),
        *_of_size(60, observations // 5, rounds),
    ]


def _of_size(rows: int, observations: int, rounds: int) -> list[Figure]:
    payloads = [batch.to_bytes() for batch in batches(rows, observations // rows)]
    total = rows * len(payloads)
    # Under the working folder: the folder for temporary files may be in memory, and so not durable.
    with TemporaryDirectory(dir=".", prefix=".benchmark-") as folder:
        ours, raw = Path(folder) / "ledger.db", Path(folder) / "raw.db"
        rate, raw_rate = alternating(
            rounds,
            lambda: total / seconds_in_ledger(ours, payloads),
            lambda: total / seconds_raw(raw, stored(ours)),
        )
        size, raw_size = (path.stat().st_size / total for path in (ours, raw))
    return [
        Figure(f"ingest of facts of {rows} rows", rate, "observations/s", raw_rate),
        Figure(f"storage of facts of {rows} rows", size, "bytes/observation", raw_size),
    ]


def seconds_in_ledger(path: Path, payloads: list[bytes]) -> float:
    """Append every batch to a new ledger."""
    path.unlink(missing_ok=True)
    ledger = Ledger(path, NAMES, lambda: time.time_ns() // 1000)

    def append() -> None:
        for version, payload in enumerate(payloads):
            batch = ObservationsRecorded.from_bytes(payload)
            ledger.append(STREAM, [batch], after=version, actor="agent:agent-bonn")

    took = seconds(append)
    ledger.close()
    return took


def stored(path: Path) -> list[Row]:
    """What a ledger wrote, in order."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM stored_events ORDER BY rowid").fetchall()


def seconds_raw(path: Path, rows: list[Row]) -> float:
    """Insert the same bytes into a new file with the standard library alone."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(TABLE)

        def insert() -> None:
            for row in rows:
                connection.execute("INSERT INTO stored_events VALUES (?, ?, ?, ?)", row)

        return seconds(insert)
