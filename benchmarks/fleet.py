"""A fleet under agreements in a real view store: promises folded from a ledger, finished days as kept, newest results.

Service hours, outages and silences are the same on every run. Kept days are generated, not computed from results:
a thousand services have half a billion results in a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, insert

from benchmarks.month import HOUR, MINUTE
from benchmarks.promises import LOCATION, PER_AGREEMENT, ZONE, agreement_id, probe_id, promises
from catalogue.instants import at_clock
from catalogue.intervals import total
from catalogue.periods import Period, local_days
from probes.outcome import Outcome
from slamon.history import NAMES
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.sla.runs import Run
from slamon.sla.tally import DayFigures, DownRun, Tally
from slamon.views import keeping
from slamon.views.daybook import pack, split_by_day
from slamon.views.days import Day
from slamon.views.fold import Folder
from slamon.views.objectives import Judged, judged_objectives
from slamon.views.reading import Reading
from slamon.views.store import ViewStore
from slamon.views.tables import probe_day, probe_last

NOW = at_clock(date(2026, 6, 24), 12 * 60, ZONE)  # a Wednesday at noon
RECENT_DAYS = 35
VARIANTS = 16  # of a day: with and without outages
DAY = 24 * HOUR
ROWS = 5_000


@dataclass(frozen=True)
class Fleet:
    """A view store and the ledger it was folded from."""

    store: ViewStore
    ledger: Ledger
    founded: LedgerFounded
    agreements: tuple[str, ...]

    def reading(self) -> Reading:
        """A read side that has answered nothing yet."""
        return Reading(self.store, self.ledger, self.founded)


@contextmanager
def fleet(services: int, first_day: date) -> Iterator[Fleet]:
    """Fill a new view store under the working folder; it is gone afterwards."""
    with TemporaryDirectory(dir=".", prefix=".benchmark-") as name:
        ledger = Ledger(Path(name) / "ledger.db", NAMES, lambda: NOW)
        founded = ledger.found("0123456789abcdef")
        ledger.append_all(list(promises(services)), actor="benchmark")
        store = ViewStore(Path(name), founded)
        Folder(ledger, store).catch_up()
        with store.writing() as connection:
            _fill(connection, services, first_day)
        agreements = tuple(agreement_id(n) for n in range(services // PER_AGREEMENT))
        try:
            yield Fleet(store, ledger, founded, agreements)
        finally:
            store.close()
            ledger.close()


def _fill(connection: Connection, services: int, first_day: date) -> None:
    for number in range(services):
        _recent(connection, probe_id(number), Random(number))  # noqa: S311  # the same on every run
    begin = at_clock(first_day, 0, ZONE)
    judged = judged_objectives(connection)
    days = [each for each in local_days((begin, NOW), ZONE) if each.end <= NOW]
    variants = [_variant(judged[0], days, Random(n)) for n in range(VARIANTS)]  # noqa: S311  # the same
    for number, each in enumerate(judged):
        keeping.write(connection, keeping.rows_of(each, variants[number % VARIANTS]))


def _variant(judged: Judged, days: list[Period], chance: Random) -> list[Day]:
    return [Day(day.label, _figures(judged, day, chance), "measured") for day in days]


def _figures(judged: Judged, day: Period, chance: Random) -> DayFigures:
    """A day of service hours; every eighth has an outage in the morning, every twentieth a silence."""
    agreed = judged.terms.agreed(*day.span)
    outside = day.end - day.begin - total(agreed)
    if not agreed:
        return DayFigures(*day.span, Tally({"outside": outside}))
    down = chance.randrange(1, 40) * MINUTE if chance.random() < 1 / 8 else 0
    unknown = 2 * MINUTE if chance.random() < 1 / 20 else 0
    spent = {"up": total(agreed) - down - unknown, "down": down, "unknown": unknown}
    entries = {state: time for state, time in spent.items() if time} | {"outside": outside}
    at = agreed[0][0] + 2 * HOUR
    outages = (DownRun(at, at + down, down),) if down else ()
    return DayFigures(*day.span, Tally(entries), outages, True, True)  # noqa: FBT003  # its flags


def _recent(connection: Connection, check: str, chance: Random) -> None:
    """One result a minute of the last weeks; a few single failures, an outage now and then."""
    stored: dict[int, list[Run]] = {}
    for run in _runs(chance):
        for day, part in split_by_day(run):
            stored.setdefault(day, []).append(part)
    where = {"check": check, "location": LOCATION}
    rows = [
        {**where, "day": day, "runs": pack(runs), "basis": "measured", "since": 1, "position": 1}
        for day, runs in stored.items()
    ]
    connection.execute(insert(probe_day), rows)
    count = RECENT_DAYS * 24 * 60
    last = {"at": NOW - MINUTE, "outcome": int(Outcome.GOOD), "position": 1}
    counts = {"good": count, "degraded": 0, "bad": 0, "inconclusive": 0}
    connection.execute(insert(probe_last), [{**where, **last, **counts}])


def _runs(chance: Random) -> Iterator[Run]:
    at = NOW - RECENT_DAYS * DAY
    while at < NOW:
        good = min(chance.randrange(60, 3 * 24 * 60), (NOW - at) // MINUTE)
        yield Run(at, at + (good - 1) * MINUTE, good, Outcome.GOOD)
        at += good * MINUTE
        bad = min(chance.choice([1, 1, 1, 12]), (NOW - at) // MINUTE)
        if bad:
            yield Run(at, at + (bad - 1) * MINUTE, bad, Outcome.BAD)
        at += bad * MINUTE
