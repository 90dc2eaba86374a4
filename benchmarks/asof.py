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
from benchmarks.figure import Figure, seconds
from catalogue.periods import period_at
from probes.closing import DAY
from slamon.history import NAMES
from slamon.ledger.store import Ledger
from slamon.views.fold import Folder
from slamon.views.past import Moment, at_instant
from slamon.views.reading import Reading
from slamon.views.store import ViewStore

ROUNDS = 5
SIZES = ((1, 400), (100, 400))  # services, days
SHORT = ((1, 40), (4, 40))
YEAR = 365
MONTH = 30


def measure(short: bool = False) -> list[Figure]:  # noqa: FBT001, FBT002  # the one question to every benchmark
    """Figures of histories of one service and of many, each of more than a year."""
    with TemporaryDirectory(prefix=".benchmark-", dir=Path.cwd()) as folder:
        return [
            figure
            for services, days in (SHORT if short else SIZES)
            for figure in _of_history(Path(folder) / f"{services}", services, days)
        ]


def _of_history(folder: Path, services: int, days: int) -> Iterator[Figure]:
    folder.mkdir()
    written = history.write(folder / "ledger.db", services, days)
    begin, end = written.fleet.begin, written.fleet.end
    instant = max(end - YEAR * DAY, begin + (MONTH + 5) * DAY) + DAY // 2
    with _opened(folder) as (ledger, reading):
        then = at_instant(ledger, instant, end + DAY)
        names = _agreements(reading)
        label = period_at("month", instant - MONTH * DAY, "UTC").label
        anew = seconds(lambda: _fold_anew(ledger, folder, then))
        held = f"{services} services, {days} days of history"
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


def _fold_anew(ledger: Ledger, folder: Path, then: Moment) -> None:
    with closing(ViewStore(folder, ledger.found(""), name="anew")) as store:
        Folder(ledger, store).catch_up(upto=then.position)


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Ledger, Reading]]:
    with closing(Ledger(folder / "ledger.db", NAMES, lambda: 0)) as ledger:
        founded = ledger.found("")
        with closing(ViewStore(folder, founded)) as store:
            Folder(ledger, store).catch_up()
            yield ledger, Reading(store, ledger, founded)
