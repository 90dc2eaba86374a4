"""What a result costs on disk, in the ledger and in Prometheus.

Measured: a generated history of a thousand probes (see `history`: facts cut by edges, at 1,000 rows, after 60 s and
at midnight; a latency in µs and a lateness in ms of every result, evidence of failures and changes) in a new ledger:
what its file, or its table with indexes, grows by after the first day, in which the probes appear. Baseline: the
same results as `probe_success` and `probe_duration_seconds` in Prometheus' own blocks of a week; once at the starts
of the attempts, which the ledger keeps too, and once moved to their slots, which Prometheus stores best.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.cluster import THROWN_AWAY, Cluster
from benchmarks.figure import Figure
from benchmarks.history import write
from benchmarks.prometheus import create_blocks
from benchmarks.samples import write_samples
from slamon.history import NAMES
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger

UNIT = "bytes/observation"


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Bytes per observation in SQLite and in PostgreSQL, each against Prometheus twice.

    Raises:
        NotInstalledError: a program of Prometheus or of PostgreSQL is missing.

    """
    probes, days = (20, 2) if short else (1_000, 3)
    # Under the working folder: the folder for temporary files may be in memory.
    with TemporaryDirectory(dir=".", prefix=".benchmark-") as name:
        folder = Path(name)
        file = _growth(iter([folder / "first.db", folder / "ledger.db"]), probes, days)
        database = _in_postgresql(probes, days)
        theirs = {
            "Prometheus": _in_prometheus(folder, aligned=False),
            "Prometheus with aligned samples": _in_prometheus(folder, aligned=True),
        }
    return [
        Figure(
            f"{size.rows} rows a fact in {store}, {other} as baseline", size.each, UNIT, baseline
        )
        for store, size in (("SQLite", file), ("PostgreSQL", database))
        for other, baseline in theirs.items()
    ]


class Growth(NamedTuple):
    """Rows a fact on average, and bytes per observation."""

    rows: int
    each: float


def _growth(places: Iterator[Place], probes: int, days: int) -> Growth:
    """What a store grows by after the first day."""
    (first, begun), (whole, ended) = (
        (write(place, probes, many), _size(place))
        for place, many in zip(places, (1, days), strict=True)
    )
    observations = whole.observations - first.observations
    rows = observations / (whole.facts - first.facts)
    return Growth(round(rows), (ended - begun) / observations)


def _size(place: Place) -> int:
    with closing(Ledger(place, NAMES)) as ledger:
        return ledger.size()


def _in_postgresql(probes: int, days: int) -> Growth:
    cluster = Cluster(THROWN_AWAY)
    try:
        return _growth(map(cluster.create, ("first", "ledger")), probes, days)
    finally:
        cluster.remove()


def _in_prometheus(folder: Path, *, aligned: bool) -> float:
    """How many bytes per observation Prometheus needs for what a ledger holds."""
    text, data = folder / "samples.txt", folder / f"prometheus-{aligned}"
    with text.open("w") as samples, closing(Ledger(folder / "ledger.db", NAMES)) as ledger:
        count = write_samples(samples, ledger, aligned=aligned)
    create_blocks(text, data)
    text.unlink()
    return sum(each.stat().st_size for each in data.rglob("*") if each.is_file()) / count
