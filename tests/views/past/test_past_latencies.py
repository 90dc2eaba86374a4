"""How long attempts took, as known at: what was told later takes nothing away from what was known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from catalogue.instants import HOUR
from probes.assembly import Row
from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from slamon.ledger.codec import payload_of
from slamon.views.latencies import Latencies
from slamon.views.past import as_known, at_position
from slamon.views.reading import Reading
from slamon.views.tables import latency_day


def _quick(due: int, index: int) -> Row:
    return Row(index, due, due, Outcome.GOOD, 20_000)


def _quick_at_one(due: int, index: int) -> Row:
    """Only the second probe gets an answer."""
    return _quick(due, index) if index == 1 else Row(index, due, due, Outcome.BAD, None)


def _slow(due: int, index: int) -> Row:
    return Row(index, due, due, Outcome.GOOD, 900_000)


def _count(world: Any) -> None:
    world.fold()
    Latencies(world.ledger, world.views).catch_up()


@contextmanager
def _known(world: Any, position: int) -> Iterator[Any]:
    then = at_position(world.ledger, position)
    with as_known(world.views, world.ledger, then) as tables:
        yield Reading(tables, world.ledger, world.founded, position)


def _told(reading: Any, now: int) -> tuple[Any, ...]:
    """What the pages of probes and of services say."""
    mail = reading.service("svc-mail", now)
    lines = [(line.probe, line.location, line.p95_us) for line in reading.probes(now)]
    return lines, mail.latency, mail.latency_overall


def _later_that_day(world: Any) -> None:
    world.probe("agent-bonn", 4, _slow)


def _late(world: Any) -> None:
    world.probe_again("agent-bonn", 8, _slow)


def _on_days_to_come(world: Any) -> None:
    world.probe("agent-bonn", 72, _slow)


def _elsewhere(world: Any) -> None:
    world.probe("agent-outside", 10, _slow)


@pytest.mark.parametrize(
    "tell",
    [
        pytest.param(_later_that_day, id="batches of the same day"),
        pytest.param(_late, id="late batches of another spool"),
        pytest.param(_on_days_to_come, id="batches over midnight"),
        pytest.param(_elsewhere, id="batches of another place"),
    ],
)
def test_percentiles_stay_as_they_were_known(world: Any, kit: Any, tell: Any) -> None:
    world.probe("agent-bonn", 10, _quick)
    _count(world)
    now, position = kit.begin + 12 * HOUR, world.ledger.position()
    before = _told(world.reading, now)
    tell(world)
    _count(world)

    with _known(world, position) as reading:
        assert _told(reading, now) == before
    lines, _, overall = before
    assert {p95 for _, place, p95 in lines if place == "loc-bonn"} != {None}
    assert overall.count == 3


def test_what_was_known_is_counted_though_nobody_had_counted_it_then(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 8, _quick)
    _count(world)
    world.probe("agent-bonn", 4, _slow)
    world.fold()
    now, position = kit.begin + 12 * HOUR, world.ledger.position()
    counted_then = world.reading.service("svc-mail", now).latency_overall.count
    world.probe("agent-bonn", 4, _slow)
    _count(world)

    with _known(world, position) as reading:
        assert counted_then == 2
        assert reading.service("svc-mail", now).latency_overall.count == 3


def test_counts_bear_the_position_of_the_newest_batch_that_measured(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 4, _quick)
    first = world.ledger.position()
    world.probe("agent-bonn", 4, _quick_at_one)
    _count(world)

    with world.views.reading() as connection:
        found = {row.check: row.position for row in connection.execute(select(latency_day))}
    assert found == dict.fromkeys(kit.probes, first) | {kit.probes[1]: first + 1}


def test_a_damaged_batch_takes_the_latencies_of_its_day_but_no_judgement(
    world: Any, kit: Any, caplog: pytest.LogCaptureFixture
) -> None:
    world.probe("agent-bonn", 8, _quick)
    position = world.ledger.position()
    world.probe("agent-bonn", 4, _quick)
    _count(world)
    _damage(world, position)

    with _known(world, position) as reading:
        services = reading.services(kit.begin + 8 * HOUR)
    assert services == world.reading.services(kit.begin + 8 * HOUR)
    assert "latencies of 2026-03-20 are not counted: the batch at position" in caplog.text


def _damage(world: Any, position: int) -> None:
    """Overwrite the buckets of a batch."""
    (row,) = world.ledger.rows(position - 1, limit=1)
    batch = ObservationsRecorded.from_bytes(payload_of(row))
    told, columns, evidence = batch.lengths
    begin = len(row.state) - told - columns - evidence
    broken = row.state[:begin] + bytes(told) + row.state[begin + told :]
    with closing(sqlite3.connect(world.folder / "ledger.db")) as store, store:
        store.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (broken, position))
