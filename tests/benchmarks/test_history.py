"""A generated history is what an agent and a ledger would have left, and the same on every run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.fates import Fleet
from benchmarks.history import AGENT, batches, found, recorded_at, stream, write
from probes.assembly import Row
from probes.batch import ObservationsRecorded
from probes.closing import OpenBatch
from probes.outcome import Outcome
from probes.spec import AgentAssigned
from slamon.history import NAMES
from slamon.ledger.store import Ledger
from slamon.views.fold import Folder
from slamon.views.reading import Reading
from slamon.views.store import ViewStore

FLEET = Fleet(probes=7, days=2, seed=11)


def rows(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        kept = connection.execute("SELECT rowid, * FROM stored_events").fetchall()
        return [*kept, *connection.execute("SELECT * FROM ledger_clock")]


def days(fleet: Fleet) -> list[list[ObservationsRecorded]]:
    return [list(batches(fleet, day)) for day in range(fleet.days)]


def appended(file: Path, fleet: Fleet) -> None:
    """Append the same batches through the ledger, each when it was known."""
    instant = fleet.begin - 86_400_000_000
    with closing(Ledger(file, NAMES, lambda: instant)) as ledger:
        found(ledger, fleet)
        for day, told in enumerate(days(fleet)):
            for version, batch in enumerate(told):
                instant = recorded_at(batch)
                ledger.append(stream(fleet, day), [batch], after=version, actor=f"agent:{AGENT}")


@pytest.mark.parametrize("workers", [pytest.param(0, id="alone"), pytest.param(2, id="by two")])
def test_the_same_bytes_are_left_as_by_appending(workers: int, tmp_path: Path) -> None:
    appended(tmp_path / "appended.db", FLEET)

    history = write(tmp_path / "ledger.db", 7, 2, seed=11, workers=workers)

    assert rows(tmp_path / "ledger.db") == rows(tmp_path / "appended.db")
    assert history.fleet == FLEET
    assert history.facts == sum(len(told) for told in days(FLEET))
    assert history.observations == sum(batch.rows for told in days(FLEET) for batch in told)


def as_an_agent(
    assigned: AgentAssigned, told: list[ObservationsRecorded]
) -> Iterator[tuple[int, int]]:
    """The spans in which an agent closes the same rows, when it looks after every slot."""
    opened, last = OpenBatch(told[0].begin, {}), [Outcome.GOOD] * len(assigned.probes)
    missing = {(slot.due, slot.probe) for batch in told for slot in batch.missing}
    edges = {(edge.at, edge.probe): edge.outcome for batch in told for edge in batch.edges}
    for due, probe in assigned.plan(told[0].begin, told[-1].end + 60_000_000):
        while (end := opened.end(due)) is not None:
            yield opened.begin, end
            opened.closed(end)
        if (due, probe) not in missing:
            last[probe] = edges.get((due, probe), last[probe])
            opened.note(Row(probe, due, due, last[probe], None))


def test_batches_end_where_an_agent_ends_them(tmp_path: Path) -> None:
    fleet = Fleet(probes=40, days=2)
    with closing(Ledger(tmp_path / "ledger.db", NAMES, lambda: 0)) as ledger:
        found(ledger, fleet)
        (entry,) = ledger.stream(f"assignment:{AGENT}")
    told = [batch for day in days(fleet) for batch in day]
    assert isinstance(entry.fact, AgentAssigned)

    spans = [span for span in as_an_agent(entry.fact, told) if span[1] <= fleet.end]

    assert [(batch.begin, batch.end) for batch in told] == spans


def test_a_history_has_no_gaps_few_losses_and_realistic_failures() -> None:
    fleet = Fleet(probes=200, days=2)
    told = [batch for day in days(fleet) for batch in day]

    assert told[0].begin == fleet.begin
    assert told[-1].end == fleet.end
    assert all(earlier.end == later.begin for earlier, later in pairwise(told))
    slots = 200 * 2 * 1440
    missing = sum(len(batch.missing) for batch in told)
    assert sum(batch.rows for batch in told) == slots - missing
    assert 0.00005 < missing / slots < 0.0002
    changes = sum(edge.outcome is Outcome.BAD for batch in told for edge in batch.edges)
    assert 0.0003 < changes / slots < 0.0006


def test_a_fact_ends_at_the_rows_that_were_asked_for() -> None:
    short = Fleet(probes=40, days=1, rows=25)

    sizes = [batch.rows for batch in batches(short, 0)][40:]

    assert max(sizes) == 25
    assert sizes.count(25) > len(sizes) / 2


def test_views_judge_it(tmp_path: Path) -> None:
    history = write(tmp_path / "ledger.db", 2, 10)
    with closing(Ledger(tmp_path / "ledger.db", NAMES, lambda: 0)) as ledger:
        founded = ledger.found("unused")
        store = ViewStore(tmp_path, founded)
        Folder(ledger, store).catch_up()
        judged = Reading(store, ledger, founded).judge("sla-000", "2025-01", history.fleet.end)
        store.close()

    assert judged
    known = [objective.coverage.known_us / 3_600_000_000 for objective in judged.objectives]
    eight_office_days, ten_days = 8 * 10, 10 * 24  # from Wednesday 1 January to Friday the 10th
    assert eight_office_days - 0.5 < known[0] <= eight_office_days
    assert ten_days - 0.5 < known[1] <= ten_days
    assert any(objective.outages for objective in judged.objectives)
