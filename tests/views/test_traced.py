"""Every result is traced to the fact that holds it, whatever else stands in its stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from probes.batch import ObservationsRecorded
from slamon.views.daybook import unpack
from slamon.views.tables import probe_day
from slamon.views.traced import Tracer

DAY = 24


def _all(world: Any, kit: Any, hours: list[tuple[int, bool]]) -> None:
    for number, (length, aside) in enumerate(hours):
        world.probe("agent-bonn", length, kit.chance(number), aside=aside)
    world.fold()


def _traced(world: Any, *, upto: int | None = None) -> Mapping[Any, int]:
    with world.views.reading() as connection:
        rows = connection.execute(select(probe_day)).all()
        results = [
            (row.check, row.location, at)
            for row in rows
            for run in unpack(row.runs)
            for at, _ in run.results()
        ]
        tracer = Tracer.of(connection, world.ledger)
        return Tracer(connection, world.ledger, upto or tracer.upto).positions(results)


def _recorded(world: Any) -> dict[Any, int]:
    """Where each result stands, read from the batches one by one."""
    found = {}
    assigned = world.agents["agent-bonn"].assigned
    for entry in world.ledger.since(0, limit=10_000):
        if isinstance(entry.fact, ObservationsRecorded):
            missing = {(due, index) for index, due in entry.fact.missing}
            edges = {(edge.probe, edge.at) for edge in entry.fact.edges}
            for due, index in assigned.plan(entry.fact.begin, entry.fact.end):
                late = due + 30_000_000
                at = late if (index, late) in edges else due
                if (due, index) not in missing:
                    found[assigned.probes[index].probe, "loc-bonn", at] = entry.position
    return found


@pytest.mark.parametrize(
    "hours",
    [
        pytest.param([(5, False), (4, True), (6, False), (9, False)], id="between two batches"),
        pytest.param([(4, True), (4, True), (4, True), (12, False)], id="before the first"),
        pytest.param([(6, False), (6, False), (4, True), (4, True)], id="after the last"),
        pytest.param([(5, False), (DAY, True), (DAY, False)], id="over midnight"),
        pytest.param(
            [(4, n % 3 != 0) for n in range(30)], id="two of three for days, batch by batch"
        ),
    ],
)
def test_results_are_found_behind_batches_that_were_set_aside(
    world: Any, kit: Any, hours: list[tuple[int, bool]]
) -> None:
    _all(world, kit, hours)
    assert _traced(world) == _recorded(world)


def test_what_was_not_known_yet_is_not_found(world: Any, kit: Any) -> None:
    _all(world, kit, [(4, False), (4, True), (4, False), (4, False)])
    position = world.ledger.position() - 1
    known = {result: at for result, at in _recorded(world).items() if at <= position}
    assert _traced(world, upto=position) == known
