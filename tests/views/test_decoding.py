"""Batches decoded for people say what the views have folded of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from probes.batch import ObservationsRecorded
from slamon.views.daybook import unpack
from slamon.views.tables import probe_day

Counts = Counter[tuple[str, str, str]]
"""Results by check, location and outcome."""


@pytest.fixture
def probed(kit: Any, world: Any) -> Any:
    """A week of two agents: failures, missing slots, late results, and a batch that was set aside."""
    for name in kit.agents:
        for number in range(24):
            world.probe(name, 7, kit.chance(number), aside=number == 9)
    world.fold()
    return world


def _folded(world: Any) -> Counts:
    found: Counts = Counter()
    with world.views.reading() as connection:
        for row in connection.execute(select(probe_day)):
            for run in unpack(row.runs):
                found[row.check, row.location, run.outcome.name.lower()] += run.count
    return found


def test_the_results_of_all_batches_are_those_that_were_folded(probed: Any) -> None:
    told: Counts = Counter()
    entries = probed.ledger.since(0, limit=100_000)
    batches = [each for each in entries if isinstance(each.fact, ObservationsRecorded)]
    for entry in batches:
        batch = probed.reading.fact(entry.position).batch
        assert batch.unnamed is None
        for probe in batch.probes:
            for outcome, count in probe.outcomes.items():
                told[probe.probe, batch.location, outcome] += count

    assert len(batches) > 20
    assert +told == _folded(probed)


def test_a_fact_recorded_later_was_not_there(probed: Any) -> None:
    last = probed.ledger.position()
    before = probed.reading.moment(f"@{last - 1}", 2**62)

    with probed.reading.as_known(before) as then:
        assert then.fact(last) is None
        assert then.fact(last - 1) is not None
