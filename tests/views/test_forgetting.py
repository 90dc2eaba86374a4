"""A result that comes late, or corrects another, changes exactly what a judgement from zero says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalogue.instants import HOUR
from probes.outcome import Outcome
from slamon.views import keeping
from slamon.views.days import Day, Desk
from slamon.views.objectives import judged_objectives
from slamon.views.tables import objective_day

DAY = 24 * HOUR
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)

results = st.lists(
    st.tuples(st.integers(0, 20 * 24).map(lambda n: n * HOUR), st.sampled_from(Outcome)),
    min_size=1,
    max_size=40,
)
late = st.tuples(st.integers(0, 20 * 24).map(lambda n: n * HOUR), st.sampled_from(Outcome))


def _kept(world: Any, agreement: str) -> dict[str, Day]:
    with world.views.reading() as connection:
        judged = next(j for j in judged_objectives(connection) if j.agreement == agreement)
        found = keeping.kept(connection, judged.key, "", "9999")
    return {label: Day(label, *figures) for label, figures in found.items()}


def _fresh(world: Any, kit: Any, agreement: str) -> dict[str, Day]:
    with world.anew().reading() as connection:
        judged = next(j for j in judged_objectives(connection) if j.agreement == agreement)
        span = (kit.begin - DAY, kit.begin + 40 * DAY)
        return {day.label: day for day in Desk(connection).figures(judged, span, span[1])}


@settings(max_examples=15, phases=FOUND)
@given(first=results, later=st.lists(late, min_size=1, max_size=3))
def test_days_kept_after_late_results_are_those_computed_anew(
    kit: Any, first: list[tuple[int, Outcome]], later: list[tuple[int, Outcome]]
) -> None:
    now = kit.begin + 30 * DAY
    with kit.opened() as world:
        world.state_promises()
        world.take_in([(kit.begin + at, outcome) for at, outcome in sorted(first)])
        world.fold()
        world.settle(now)
        world.take_in([(kit.begin + at, outcome) for at, outcome in later])
        world.fold()

        fresh = _fresh(world, kit, "sla-paper")
        assert _kept(world, "sla-paper").items() <= fresh.items()
        world.settle(now)
        assert _kept(world, "sla-paper").items() <= fresh.items()


def _probed(world: Any, kit: Any, bad: frozenset[int]) -> None:
    """Ten days of good results, but for the slots numbered."""

    def rows(due: int, index: int) -> Any:
        number = (due - kit.begin) // kit.interval
        outcome = Outcome.BAD if number in bad and index == 1 else Outcome.GOOD
        return kit.row(due, index, outcome)

    world.probe("agent-bonn", 240, rows)
    world.fold()
    world.settle(kit.begin + 10 * DAY)


@pytest.mark.parametrize(
    ("hour", "gone"),
    [
        pytest.param(5 * 24, ["2026-03-25", "2026-03-26"], id="one in the middle of a day"),
        pytest.param(0, ["2026-03-20", "2026-03-21"], id="the first of all"),
    ],
)
def test_a_late_result_makes_only_the_days_it_can_reach_be_forgotten(
    world: Any, kit: Any, hour: int, gone: list[str]
) -> None:
    every_six_hours = range(0, 240, 6)
    world.take_in([(kit.begin + n * HOUR, Outcome.GOOD) for n in every_six_hours])
    world.fold()
    world.settle(kit.begin + 20 * DAY)
    before = _kept(world, "sla-paper")

    world.take_in([(kit.begin + hour * HOUR + HOUR, Outcome.BAD)])
    world.fold()

    forgotten = sorted(before.keys() - _kept(world, "sla-paper").keys())
    assert forgotten == [label for label in forgotten if label in gone]
    assert gone[0] in forgotten


def test_new_terms_make_every_day_be_judged_anew(world: Any, kit: Any) -> None:
    _probed(world, kit, frozenset())
    world.assign("agent-outside")
    world.fold()

    with world.views.reading() as connection:
        assert connection.execute(select(objective_day.c.day)).all() == []


def test_an_outage_confirmed_on_the_next_day_is_dated_back_into_a_day_that_was_kept(
    world: Any, kit: Any
) -> None:
    def bad(due: int, index: int) -> Any:
        return kit.row(due, index, Outcome.BAD if index == 1 else Outcome.GOOD)

    def good(due: int, index: int) -> Any:
        return kit.row(due, index, Outcome.GOOD)

    world.probe("agent-bonn", 16, good)
    world.probe("agent-bonn", 8, bad)  # 16:00 to 24:00 UTC: two bad results, one too few
    world.fold()
    world.settle(kit.begin + DAY)
    kept = _kept(world, "sla-strict")["2026-03-20"]
    assert kept.figures.outages == ()

    world.probe("agent-bonn", 4, bad)
    world.fold()
    world.settle(kit.begin + 2 * DAY)

    again = _kept(world, "sla-strict")["2026-03-20"]
    outage = again.figures.outages[0]
    assert (outage.begin - kit.begin) // HOUR == 17
    assert again == _fresh(world, kit, "sla-strict")["2026-03-20"]


def test_days_are_judged_anew_when_another_agent_hands_in_the_control_probe_of_their_place(
    world: Any, kit: Any
) -> None:
    def rows(due: int, index: int) -> Any:
        hour = (due - kit.begin) // HOUR
        return kit.row(due, index, Outcome.BAD if hour in (17, 21, 25) else Outcome.GOOD)

    def good(due: int, index: int) -> Any:
        return kit.row(due, index, Outcome.GOOD)

    world.assign("agent-bonn", ("prb-mail", "prb-web"))
    world.assign("agent-outside", ("prb-control",), location="loc-bonn")
    world.probe("agent-bonn", 48, rows)
    world.fold()
    world.settle(kit.begin + 10 * DAY)
    kept = _kept(world, "sla-strict")["2026-03-20"]
    assert (kept.figures.tally.up, kept.figures.tally.down) == (0, 0)  # nobody vouches for them

    world.probe("agent-outside", 48, good)
    world.fold()
    world.settle(kit.begin + 10 * DAY)

    again = _kept(world, "sla-strict")["2026-03-20"]
    assert again.figures.tally.down > 0
    assert again == _fresh(world, kit, "sla-strict")["2026-03-20"]


def test_a_day_kept_says_anew_what_it_rests_on_when_its_utc_day_becomes_mixed(
    world: Any, kit: Any
) -> None:
    def rows(due: int, index: int) -> Any:
        hour = (due - kit.begin) // HOUR
        # The second result settles the state, so that the first could not change by later ones.
        return kit.row(due, index, Outcome.INCONCLUSIVE if hour == 5 else Outcome.GOOD)

    world.assign("agent-outside", simulated=True, location="loc-bonn")
    world.probe("agent-outside", 8, rows)
    world.fold()
    world.settle(kit.begin + 10 * DAY)
    night = "2026-03-19"  # in New York, until 04:00 UTC of the 20th
    assert _kept(world, "sla-two-places")[night].basis == "simulated"

    world.interrupt("agent-bonn", 8, new_spool=True)
    world.probe("agent-bonn", 8, rows)
    world.fold()
    world.settle(kit.begin + 10 * DAY)

    assert _kept(world, "sla-two-places")[night].basis == "mixed"
    assert _fresh(world, kit, "sla-two-places")[night].basis == "mixed"
