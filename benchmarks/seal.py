"""Sealing and verifying a ledger of observation batches, and how much of it is hashing.

Measured: bytes a second from the stored facts to seals that are recorded, and from the stored facts and their
seals to the word that nothing was changed. Baseline: the same states, read by the standard library in the same
order and put through one SHA-256. Memory: the peak of what verifying allocates, beside one seal's worth of leaves.
"""

from __future__ import annotations

import sqlite3
import time
import tracemalloc
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.batches import batches
from benchmarks.figure import Figure, alternating, seconds
from slamon.history import NAMES
from slamon.ledger.sealing import seal
from slamon.ledger.seals import LIMIT, STREAM
from slamon.ledger.store import Ledger
from slamon.ledger.verifying import verify

ROWS = 1_000
AT_ONCE = 500  # facts appended in one transaction
HASH = 32


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Megabytes a second of sealing and of verifying, and the memory of verifying."""
    rounds, facts = (2, 1_000) if short else (5, 40_000)
    with TemporaryDirectory(dir=".", prefix=".benchmark-") as folder:
        path = Path(folder) / "ledger.db"
        with closing(Ledger(path, NAMES, lambda: time.time_ns() // 1000)) as ledger:
            _fill(ledger, facts)
            size = _size(path) / 1e6
            sealing, hashing = alternating(
                rounds, lambda: size / _sealed(ledger, path), lambda: size / _hashed(path)
            )
            verifying, again = alternating(
                rounds, lambda: size / seconds(lambda: verify(ledger)), lambda: size / _hashed(path)
            )
            peak = _peak(ledger)
    return [
        Figure(f"sealing {facts} facts of {ROWS} rows", sealing, "MB/s", hashing),
        Figure(f"verifying {facts} facts of {ROWS} rows", verifying, "MB/s", again),
        Figure("memory of verifying", peak / 1e6, "MB", min(LIMIT, facts) * HASH / 1e6),
    ]


def _fill(ledger: Ledger, facts: int) -> None:
    made = list(batches(ROWS, min(facts, AT_ONCE)))
    for begin in range(0, facts, len(made)):
        stream = f"observations:agent-bonn:5f0c9d2e:{begin}"
        ledger.append(stream, made[: facts - begin], after=0, actor="agent:agent-bonn")


def _size(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        asked = "SELECT sum(length(state)) FROM stored_events"
        return int(connection.execute(asked).fetchone()[0])


def _sealed(ledger: Ledger, path: Path) -> float:
    """Seal a ledger whose seals are gone."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM stored_events WHERE originator_id = ?", (STREAM,))
    return seconds(lambda: seal(ledger, actor="slamon"))


def _hashed(path: Path) -> float:
    def whole() -> None:
        digest = sha256()
        with closing(sqlite3.connect(path)) as connection:
            for (state,) in connection.execute("SELECT state FROM stored_events ORDER BY rowid"):
                digest.update(state)

    return seconds(whole)


def _peak(ledger: Ledger) -> int:
    tracemalloc.start()
    try:
        verify(ledger)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
