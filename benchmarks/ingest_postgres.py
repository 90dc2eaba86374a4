"""Durable ingest of observation batches through a ledger in PostgreSQL.

Measured: as beside SQLite, from the bytes of a batch to the fact as it is committed; one commit per batch on a
server of our own with fsync, on loopback. Baseline: the same stored bytes inserted by the driver alone into a
table of the same columns and indexes, under the same lock, in transactions of the same size and in one round
trip each. Both run in turn in a fresh database each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg

from benchmarks.batches import batches
from benchmarks.cluster import DURABLE, Cluster
from benchmarks.figure import Figure, alternating, seconds
from probes.batch import ObservationsRecorded
from slamon.history import NAMES
from slamon.ledger.postgres import LOCK, TABLES
from slamon.ledger.store import Ledger

STREAM = "observations:agent-bonn:5f0c9d2e:2026-01-01"
DURABLE_FOLDER = Path("/var/tmp")  # noqa: S108  # unlike the folder for temporary files, never in memory
INSERT = (
    "INSERT INTO stored_events (originator_id, originator_version, topic, state) "
    "VALUES (%s, %s, %s, %b) RETURNING notification_id"
)
ROWS = "SELECT originator_id, originator_version, topic, state FROM stored_events ORDER BY notification_id"
SIZE = "SELECT pg_total_relation_size('stored_events')"

Row = tuple[str, int, str, bytes]


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Observations per second and bytes per observation, for facts of 1,000 and of 60 rows.

    Raises:
        NotInstalledError: PostgreSQL is not installed.

    """
    rounds, observations = (1, 10_000) if short else (7, 300_000)
    with _server() as server:
        return [
            *_of_size(server, 1_000, observations, rounds),
            *_of_size(server, 60, observations // 5, rounds),
        ]


@contextmanager
def _server() -> Iterator[Cluster]:
    server = Cluster(DURABLE, DURABLE_FOLDER)
    try:
        yield server
    finally:
        server.remove()


def _of_size(server: Cluster, rows: int, observations: int, rounds: int) -> list[Figure]:
    payloads = [batch.to_bytes() for batch in batches(rows, observations // rows)]
    total, numbers = rows * len(payloads), count()
    urls: list[str] = []

    def ours() -> float:
        urls.append(server.create(f"ours_{rows}_{next(numbers)}"))
        return total / seconds_in_ledger(urls[-1], payloads)

    def raw() -> float:
        stored = _stored(urls[-1])
        urls.append(server.create(f"raw_{rows}_{next(numbers)}"))
        return total / seconds_raw(urls[-1], stored)

    rate, raw_rate = alternating(rounds, ours, raw)
    size, raw_size = (_size(url) / total for url in urls[-2:])
    told = f"of facts of {rows} rows in PostgreSQL"
    return [
        Figure(f"ingest {told}", rate, "observations/s", raw_rate),
        Figure(f"storage {told}", size, "bytes/observation", raw_size),
    ]


def seconds_in_ledger(url: str, payloads: Sequence[bytes]) -> float:
    """Append every batch to a new ledger."""
    with closing(Ledger(url, NAMES)) as ledger:

        def append() -> None:
            for version, payload in enumerate(payloads):
                batch = ObservationsRecorded.from_bytes(payload)
                ledger.append(STREAM, [batch], after=version, actor="agent:agent-bonn")

        return seconds(append)


def seconds_raw(url: str, rows: Sequence[Row]) -> float:
    """Insert the same bytes into the same table with the driver alone."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)

        def insert() -> None:
            for row in rows:
                with connection.pipeline():
                    connection.execute("BEGIN", prepare=True)
                    connection.execute(LOCK, prepare=True)
                    connection.execute("NOTIFY stored_events", prepare=True)
                    connection.execute(INSERT, row, prepare=True)
                    connection.execute("COMMIT", prepare=True)

        return seconds(insert)


def _stored(url: str) -> list[Row]:
    with psycopg.connect(url) as connection:
        return [
            (row[0], row[1], row[2], row[3])
            for row in connection.cursor(binary=True).execute(ROWS).fetchall()
        ]


def _size(url: str) -> int:
    with psycopg.connect(url) as connection:
        return int(connection.execute(SIZE).fetchall()[0][0])
