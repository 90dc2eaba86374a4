"""All views of a fleet folded anew from its ledger: availability and tallies first, then how long attempts took.

Measured, in a process of its own: from an empty view store to every result in `probe_day` and every day that is over
judged and kept (availability), and on to every latency in its bucket (with latency); and what memory that took at its
highest, in all processes together. The history is that of 1,000 probes asked once a minute, in batches cut by time,
edges and 1,000 rows; a service-year is 525,600 results. Baseline, in turn on the same ledger: its rows read as they
are stored by the bare driver, for latency their buckets inflated too; for memory an interpreter that has imported the
program.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from benchmarks.cluster import DURABLE, Cluster
from benchmarks.figure import Figure, seconds
from benchmarks.history import write
from probes.batch import ObservationsRecorded
from slamon.ledger.place import Place

PROBES = 1_000
YEAR = 365
BYTES_A_RESULT = 12  # of ledger, journal and views together, in either store, with room to spare
AT_ONCE = 500
BETWEEN_LOOKS = 0.25  # s; a look holds up the process it looks at

SQLITE = "SELECT state FROM stored_events ORDER BY rowid"
POSTGRES = "SELECT state FROM stored_events ORDER BY notification_id"


def measure(short: bool, years: int | None = None) -> list[Figure]:  # noqa: FBT001  # as every benchmark
    """Seconds and MiB, for so many service-years (default: 10 and 100), on both stores.

    Raises:
        NotInstalledError: the programs of PostgreSQL are missing.

    """
    sizes = [2] if short else [10, 100] if years is None else [years]
    return [figure for size in sizes for figure in _of_size(size)]


def _of_size(years: int) -> Iterator[Figure]:
    days = max(1, round(years * YEAR / PROBES))
    for name, place, views in _places(days * PROBES * 1_440):
        history = write(place, PROBES, days, workers=2)
        _come_to_rest(place)
        title = f"{years} service-years, {name}"
        sys.stderr.write(f"{title}: {history.facts} facts of {history.observations} results\n")
        found = _refolded(place, views)
        read = seconds(partial(_read, place))
        inflated = seconds(partial(_inflated, place))
        yield Figure(f"rebuild, availability, {title}", found["availability"], "s", read)
        yield Figure(f"rebuild, with latency, {title}", found["latency"], "s", inflated)
        yield Figure(f"rebuild, memory, {title}", found["memory"], "MiB", found["imported"])


@contextmanager
def _room(results: int) -> Iterator[Path]:
    needed = results * BYTES_A_RESULT
    free = shutil.disk_usage(".").free
    if free < needed:
        message = f"this needs {needed / 2**30:.1f} GiB, {free / 2**30:.1f} GiB are free"
        raise SystemExit(message)
    with TemporaryDirectory(dir=".", prefix=".benchmark-") as folder:
        yield Path(folder)


def _places(results: int) -> Iterator[tuple[str, Place, Place]]:
    with _room(results) as folder:
        yield "SQLite", folder / "ledger.db", folder
    cluster = Cluster(DURABLE)
    try:
        url = cluster.create("rebuild")
        yield "PostgreSQL", url, url
    finally:
        cluster.remove()


def _come_to_rest(place: Place) -> None:
    """Let the disk and the server finish what so many facts at once have left them to do."""
    if isinstance(place, str):
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE) stored_events")
            connection.execute("CHECKPOINT")
    os.sync()


def _refolded(place: Place, views: Place) -> dict[str, float]:
    with subprocess.Popen(  # noqa: S603  # our own program, on our own folder
        [sys.executable, "-m", "benchmarks.refold", str(place), str(views)], stdout=subprocess.PIPE
    ) as process:
        most = 0.0
        while process.poll() is None:
            most = max(most, memory(process.pid))
            time.sleep(BETWEEN_LOOKS)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
        found: dict[str, float] = json.loads(process.stdout.read() if process.stdout else b"")
    return found | {"memory": most}


def memory(process: int) -> float:
    """What a process and those it has started have now, in MiB; what several share is counted once."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0  # it has just ended
    own = sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return own / 1024 + sum(memory(int(each)) for each in children)


def _states(place: Place) -> Iterator[bytes]:
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as connection:
            yield from (state for (state,) in connection.execute(SQLITE))
        return
    with psycopg.connect(str(place)) as connection:
        cursor = psycopg.ServerCursor(connection, "baseline")
        cursor.itersize = AT_ONCE
        yield from (bytes(state) for (state,) in cursor.execute(POSTGRES, binary=True))


def _read(place: Place) -> None:
    for _ in _states(place):
        pass


def _inflated(place: Place) -> None:
    for state in _states(place):
        head, _, payload = state.partition(b"\n")
        if not payload.startswith(b"{") and head:
            _ = ObservationsRecorded.from_bytes(payload).buckets
