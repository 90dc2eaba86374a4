"""A late observation into a month that is over, and a day of an agent out of its raw facts, on both stores.

Measured: a month of a fleet, folded, its days judged and kept. (1) The result of a slot that was lost comes a month
late, in a batch of another spool: the time until the views have it in `probe_day`, have forgotten the figures of its
day, and have committed. Baseline: the bytes of that row written again by one bare statement, with its commit; what is
beyond it is the price of late. (2) The agreement's month asked for after that. Baseline: the same before. (3) A day of
the agent folded from its facts, while the month was folded. Baseline: its rows read as they are stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import select, update

from benchmarks.cluster import DURABLE, Cluster
from benchmarks.fates import Fleet
from benchmarks.figure import Figure, seconds
from benchmarks.history import AGENT, LEDGER_ID, History, batches, stream, write
from benchmarks.promises import LOCATION, agreement_id, probe_id
from probes.batch import NO_LATENCY, Edge, Missing, ObservationsRecorded
from probes.closing import DAY
from probes.outcome import Outcome
from slamon.history import NAMES
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger
from slamon.views.fold import Folder
from slamon.views.reading import Reading
from slamon.views.store import ViewStore
from slamon.views.tables import probe_day

LABEL = "2025-01"  # the month in which generated histories begin
FIRST_DAY = 20_089  # its first, in days since the epoch


@dataclass(frozen=True)
class Views:
    """A ledger and what was folded from it."""

    ledger: Ledger
    store: ViewStore
    folder: Folder
    history: History

    @property
    def asked_at(self) -> int:
        """A month after the end of the history (µs)."""
        return self.history.fleet.end + 31 * DAY

    def month(self) -> float:
        """The milliseconds of an answer that was not given before."""
        reading = Reading(self.store, self.ledger, self.ledger.found(LEDGER_ID))
        return 1e3 * seconds(lambda: reading.judge(agreement_id(0), LABEL, self.asked_at))


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Milliseconds of the three questions, for SQLite and for PostgreSQL.

    Raises:
        NotInstalledError: the programs of PostgreSQL are missing.

    """
    probes, days, rounds = (3, 2, 2) if short else (100, 31, 40)
    figures: list[Figure] = []
    for name, place, folder in _places():
        history = write(place, probes, days)
        with closing(Ledger(place, NAMES)) as ledger:
            store = ViewStore(folder, ledger.found(LEDGER_ID))
            views = Views(ledger, store, Folder(ledger, store), history)
            with closing(store):
                figures += [_agent_days(name, views), *_late(name, views, rounds)]
    return figures


def _places() -> Iterator[tuple[str, Place, Place]]:
    """Where to keep a ledger and its views: a file with its folder, then a database."""
    # Under the working folder: the folder for temporary files may be in memory.
    with TemporaryDirectory(dir=".", prefix=".benchmark-") as name:
        yield "SQLite", Path(name) / "ledger.db", Path(name)
    cluster = Cluster(DURABLE)
    try:
        url = cluster.create("late")
        yield "PostgreSQL", url, url
    finally:
        cluster.remove()


def _agent_days(name: str, views: Views) -> Figure:
    """Fold the history day by day."""
    fleet = views.history.fleet
    facts = [views.ledger.version(stream(fleet, day)) for day in range(fleet.days)]
    ends = list(accumulate(facts, initial=views.history.position - views.history.facts))
    views.folder.catch_up(upto=ends[0])
    ours = [1e3 * seconds(partial(views.folder.catch_up, upto=end)) for end in ends[1:]]
    rows = [
        1e3 * seconds(partial(views.ledger.rows, at, limit=many))
        for at, many in zip(ends, facts, strict=False)
    ]
    what = f"a day of {fleet.probes} probes from {median(facts):.0f} facts"
    return Figure(
        f"{what} folded in {name}, its rows read as baseline", median(ours), "ms", median(rows)
    )


def _late(name: str, views: Views, rounds: int) -> Iterator[Figure]:
    views.folder.settle(views.asked_at)
    views.month()
    folded, written, before, after = [], [], [], []
    for number, (day, late) in enumerate(islice(_lost(views.history.fleet), rounds)):
        before.append(views.month())
        views.ledger.append(_stream(day, number), [late], after=0, actor=f"agent:{AGENT}")
        folded.append(1e3 * seconds(views.folder.catch_up))
        after.append(views.month())
        written.append(1e3 * seconds(partial(_rewrite, views.store, day, late)))
        views.folder.settle(views.asked_at)
    what = "a late observation folded"
    yield Figure(
        f"{what} in {name}, its row written as baseline", median(folded), "ms", median(written)
    )
    what = f"an agreement's month after a late observation in {name}, before it as baseline"
    yield Figure(what, median(after), "ms", median(before))


def _stream(day: int, number: int) -> str:
    """A stream of a spool of its own."""
    return f"observations:{AGENT}:{number:08x}:2025-01-{day + 1:02}"


def _lost(fleet: Fleet) -> Iterator[tuple[int, ObservationsRecorded]]:
    """The days of lost slots, and their results after all."""
    for day in range(fleet.days):
        for batch in batches(fleet, day):
            yield from ((day, _result(slot)) for slot in batch.missing)


def _result(slot: Missing) -> ObservationsRecorded:
    """The one result of a slot."""
    return ObservationsRecorded.of(
        1,
        slot.due,
        slot.due + 1,
        edges=[Edge(slot.probe, slot.due, Outcome.BAD)],
        missing=[],
        latency=[NO_LATENCY],
        lateness=[0],
        evidence={},
    )


def _rewrite(store: ViewStore, day: int, late: ObservationsRecorded) -> None:
    """Write the bytes of a day's row again."""
    row = (
        probe_day.c.check == probe_id(late.edges[0].probe),
        probe_day.c.location == LOCATION,
        probe_day.c.day == FIRST_DAY + day,
    )
    with store.writing() as connection:
        runs = connection.execute(select(probe_day.c.runs).where(*row)).scalar_one()
        connection.execute(update(probe_day).where(*row).values(runs=runs))
