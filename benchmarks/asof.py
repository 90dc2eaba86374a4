"""Figures of the past: an objective-month a year back, and a whole month of all services, beside folding anew.

The baseline folds the ledger from nothing up to the same position, the only other way to know what was known; and
for the month of all services the same question about now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import history
from benchmarks.cluster import DURABLE, Cluster
from benchmarks.figure import Figure, seconds
from catalogue.periods import period_at
from probes.closing import DAY
from slamon.history import NAMES
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger
from slamon.views.fold import Folder
from slamon.views.latencies import Latencies
from slamon.views.past import Moment, at_instant
from slamon.views.reading import Reading
from slamon.views.store import ViewStore

ROUNDS = 5
SIZES = ((1, 400), (100, 400))  # services, days
SHORT = ((2, 40),)
YEAR = 365
MONTH = 30


def measure(short: bool = False) -> list[Figure]:  # noqa: FBT001, FBT002  # the one question to every benchmark
    """Figures of histories of one service and of many, each of more than a year, on both stores.

    Raises:
        NotInstalledError: the programs of PostgreSQL are missing.

    """
    return [
        figure
        for services, days in (SHORT if short else SIZES)
        for name, place, views in _places()
        for figure in _of_history(name, place, views, services, days)
    ]


def _places() -> Iterator[tuple[str, Place, Place]]:
    """Where to keep a ledger and its views: a file with its folder, then a database."""
    with TemporaryDirectory(prefix=".benchmark-", dir=Path.cwd()) as folder:
        yield "SQLite", Path(folder) / "ledger.db", Path(folder)
    cluster = Cluster(DURABLE)
    try:
        url = cluster.create("asof")
        yield "PostgreSQL", url, url
    finally:
        cluster.remove()


def _of_history(
    name: str, place: Place, views: Place, services: int, days: int
) -> Iterator[Figure]:
    written = history.write(place, services, days)
    begin, end = written.fleet.begin, written.fleet.end
    instant = max(end - YEAR * DAY, begin + (MONTH + 5) * DAY) + DAY // 2
    with _opened(place, views) as (ledger, reading):
        then = at_instant(ledger, instant, end + DAY)
        names = _agreements(reading)
        label = period_at("month", instant - MONTH * DAY, "UTC").label
        anew = seconds(lambda: _fold_anew(ledger, views, then))
        held = f"{services} services, {days} days of history, {name}"
        yield Figure(
            f"one agreement's month as known {(end - instant) // DAY} days ago, {held}",
            _median(lambda: _past(reading, then, names[:1], label)),
            "s",
            anew,
        )
        yield Figure(
            f"a whole month of {services} services as known then, {held}, beside now",
            _median(lambda: _past(reading, then, names, label)),
            "s",
            _median(lambda: [reading.judge(name, label, end) for name in names]),
        )


def _median(work: Callable[[], object]) -> float:
    return median(seconds(work) for _ in range(ROUNDS))


def _past(reading: Reading, then: Moment, names: Sequence[str], label: str) -> None:
    with reading.as_known(then) as past:
        for name in names:
            past.judge(name, label, then.instant)


def _agreements(reading: Reading) -> list[str]:
    return [line.id for line in reading.records("agreement", None, 10_000)]


def _fold_anew(ledger: Ledger, views: Place, then: Moment) -> None:
    with closing(ViewStore(views, ledger.found(""), name="anew")) as store:
        Folder(ledger, store).catch_up(upto=then.position)


@contextmanager
def _opened(place: Place, views: Place) -> Iterator[tuple[Ledger, Reading]]:
    with closing(Ledger(place, NAMES, lambda: 0)) as ledger:
        founded = ledger.found("")
        with closing(ViewStore(views, founded)) as store:
            Folder(ledger, store).catch_up()
            Latencies(ledger, store).catch_up()
            yield ledger, Reading(store, ledger, founded)
