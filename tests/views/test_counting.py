"""Counts of latencies bear the position of the newest batch that measured, wherever counting stops and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from catalogue.instants import MINUTE
from probes.assembly import Row, assemble
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from slamon.views.counting import Counting

FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
STREAM = "observations:agent-bonn:spool1:2026-03-20"
INTERVALS = (5, 10, 10, 30)  # minutes: several slots of the first in one round of all

batches = st.lists(
    st.tuples(st.integers(1, 90), st.frozensets(st.integers(0, 3))), min_size=1, max_size=8
)


def _probe(number: int, minutes: int) -> AssignedProbe:
    spec = TcpSpec(host="target.example", port=25, timeout=MINUTE)
    segments = (Segment(interval=minutes * MINUTE),)
    return AssignedProbe(probe=f"prb-{number}", spec=spec, phase=0, segments=segments)


ASSIGNED = AgentAssigned(
    version=1,
    location="loc-bonn",
    probes=tuple(_probe(number, minutes) for number, minutes in enumerate(INTERVALS)),
)


def _hand_in(world: Any, begin: int, drawn: list[tuple[int, frozenset[int]]]) -> dict[str, int]:
    """Append batches of so many minutes, in which some probes measured; the newest position of each."""
    newest = {}
    for minutes, measured in drawn:
        end = begin + minutes * MINUTE
        if plan := ASSIGNED.plan(begin, end):
            rows = [_row(due, index, measured) for due, index in plan]
            world.append(STREAM, assemble(ASSIGNED, begin, end, rows, {})[0])
            for _, index in plan:
                if index in measured:
                    newest[ASSIGNED.probes[index].probe] = world.ledger.position()
        begin = end
    return newest


def _row(due: int, index: int, measured: frozenset[int]) -> Row:
    if index in measured:
        return Row(index, due, due, Outcome.GOOD, 20_000)
    return Row(index, due, due, Outcome.BAD, None)


def _counted(world: Any, cuts: list[int]) -> Iterator[tuple[str, int]]:
    for begin, end in pairwise(cuts):
        counting = Counting(lambda _agent, _version: ASSIGNED)
        for row in world.ledger.rows(begin, limit=1_000, upto=end):
            counting.take(row)
        for check, _, _, _, position in counting.counted():
            yield check, position


@settings(max_examples=30, phases=FOUND)
@given(drawn=batches, cuts=st.lists(st.integers(0, 8), max_size=3))
def test_positions_do_not_depend_on_where_counting_stops(
    kit: Any, drawn: list[tuple[int, frozenset[int]]], cuts: list[int]
) -> None:
    with kit.opened() as world:
        begun = world.ledger.position()
        newest = _hand_in(world, kit.begin, drawn)
        end = world.ledger.position()
        places = sorted({begun, *(min(end, begun + cut) for cut in cuts), end})

        assert dict(_counted(world, places)) == newest


@pytest.mark.parametrize(
    "minutes",
    [
        pytest.param((5, 10), id="of probes whose rounds repeat through the day"),
        pytest.param((7, 11), id="of probes whose rounds do not"),
    ],
)
def test_positions_do_not_depend_on_which_spool_is_counted_first(
    world: Any, kit: Any, minutes: tuple[int, int]
) -> None:
    probes = tuple(_probe(number, each) for number, each in enumerate(minutes))
    assigned = AgentAssigned(version=1, location="loc-bonn", probes=probes)
    begin, end = kit.begin, kit.begin + 60 * MINUTE
    rows = [_row(due, index, frozenset({0, 1})) for due, index in assigned.plan(begin, end)]
    begun = world.ledger.position()
    for spool in ("spool1", "spool2"):
        batch = assemble(assigned, begin, end, rows, {})[0]
        world.append(f"observations:agent-bonn:{spool}:2026-03-20", batch)
    counting = Counting(lambda _agent, _version: assigned)

    for row in reversed(world.ledger.rows(begun, limit=10)):
        counting.take(row)

    assert [position for *_, position in counting.counted()] == [world.ledger.position()] * 2
