"""`probe_day` holds what rows say one by one: each slot once, wherever batches are cut and whoever comes first."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalogue.instants import HOUR, MINUTE
from probes.outcome import Outcome
from slamon.views.daybook import unpack
from slamon.views.tables import interruption, probe_day, probe_last

FOUND = (Phase.explicit, Phase.reuse, Phase.generate)

Seen = dict[tuple[str, str], dict[int, Outcome]]

spells = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 60), st.integers(0, 2**32), st.booleans()),
    min_size=1,
    max_size=12,
)


def _stored(world: Any) -> Seen:
    found: Seen = {}
    with world.views.reading() as connection:
        for stored in connection.execute(select(probe_day).order_by(probe_day.c.day)):
            runs = unpack(stored.runs)
            assert all(a.last < b.first for a, b in pairwise(runs))
            seen = dict(result for run in runs for result in run.results())
            found.setdefault((stored.check, stored.location), {}).update(seen)
    return found


def _by_hand(world: Any, kit: Any) -> Seen:
    """Row by row: a result stands at its due instant, a late one at its start."""
    places = {"agent-bonn": "loc-bonn", "agent-outside": "loc-outside"}
    found: Seen = {}
    for agent in world.agents.values():
        for row in agent.rows:
            at = row.started if row.started - row.due > 5_000_000 else row.due
            found.setdefault((kit.probes[row.probe], places[agent.name]), {})[at] = row.outcome
    return found


@settings(max_examples=25, phases=FOUND)
@given(spells=spells, seed=st.integers(0, 2**32), limit=st.integers(1, 9))
def test_runs_equal_the_rows_one_by_one(
    kit: Any, spells: list[tuple[int, int, int, bool]], seed: int, limit: int
) -> None:
    with kit.opened() as world:
        world.state_promises()
        for agent in kit.agents:
            world.assign(agent)
        for agent, hours, chance, restart in spells:
            world.probe(kit.agents[agent], hours, kit.chance(chance ^ seed))
            if restart:
                world.interrupt(kit.agents[agent], hours, new_spool=chance % 2 == 0)
        while world.views.position() < world.ledger.position():
            world.fold(limit)

        assert _stored(world) == _by_hand(world, kit)


def test_equal_results_in_a_row_are_one_run_a_day(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 30, lambda due, index: kit.row(due, index, Outcome.GOOD))
    world.fold()

    with world.views.reading() as connection:
        rows = connection.execute(
            select(probe_day).where(probe_day.c.check == "prb-mail").order_by(probe_day.c.day)
        ).all()
    runs = [[(run.count, run.outcome) for run in unpack(row.runs)] for row in rows]
    assert runs == [[(6, Outcome.GOOD)], [(2, Outcome.GOOD)]]


def test_a_late_row_stands_at_its_start(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 4, lambda due, index: kit.row(due, index, Outcome.BAD, late=MINUTE))
    world.fold()

    assert _stored(world)["prb-mail", "loc-bonn"] == {kit.begin + HOUR + MINUTE: Outcome.BAD}


def test_a_missing_slot_has_no_result(world: Any, kit: Any) -> None:
    second = kit.begin + 5 * HOUR

    def rows(due: int, index: int) -> Any:
        return None if due == second else kit.row(due, index, Outcome.GOOD)

    world.probe("agent-bonn", 12, rows)
    world.fold()

    assert list(_stored(world)["prb-mail", "loc-bonn"]) == [
        kit.begin + HOUR,
        kit.begin + 9 * HOUR,
    ]


def test_a_result_given_again_corrects_the_first(world: Any, kit: Any) -> None:
    at = kit.begin + HOUR
    world.take_in([(at, Outcome.BAD), (at + HOUR, Outcome.GOOD)])
    world.take_in([(at, Outcome.DEGRADED)])
    world.fold()

    assert _stored(world)["imp-paper/svc-paper", "loc-bonn"] == {
        at: Outcome.DEGRADED,
        at + HOUR: Outcome.GOOD,
    }


def test_the_newest_result_is_the_latest_one_not_the_last_recorded(world: Any, kit: Any) -> None:
    world.take_in([(kit.begin + 9 * HOUR, Outcome.BAD)])
    world.fold()
    world.take_in([(kit.begin + HOUR, Outcome.GOOD)])
    world.fold()

    with world.views.reading() as connection:
        newest = connection.execute(
            select(probe_last).where(probe_last.c.check == "imp-paper/svc-paper")
        ).one()
    assert (newest.at, newest.outcome) == (kit.begin + 9 * HOUR, Outcome.BAD)
    assert (newest.good, newest.bad) == (1, 1)


def test_an_interruption_stands_with_its_reason(world: Any, kit: Any) -> None:
    world.interrupt("agent-bonn", 3, new_spool=True)
    world.fold()

    with world.views.reading() as connection:
        found = connection.execute(select(interruption)).one()
    assert found == ("agent-bonn", kit.begin, kit.begin + 3 * HOUR, "restarted")


@pytest.mark.parametrize(
    ("first", "second", "basis"),
    [
        pytest.param(False, False, "measured", id="what probes saw is measured"),
        pytest.param(True, True, "simulated", id="what was generated is simulated"),
        pytest.param(True, False, "mixed", id="a day with both is mixed"),
    ],
)
def test_a_day_says_what_it_rests_on(
    kit: Any, world: Any, *, first: bool, second: bool, basis: str
) -> None:
    for simulated in (first, second):
        world.assign("agent-bonn", simulated=simulated)
        world.probe("agent-bonn", 8, lambda due, index: kit.row(due, index, Outcome.GOOD))
    world.fold()

    with world.views.reading() as connection:
        assert set(connection.execute(select(probe_day.c.basis)).scalars()) == {basis}
