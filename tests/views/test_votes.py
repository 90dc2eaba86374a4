"""Which places decide where no agreement names them: those that have spoken within the last 31 days."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.instants import HOUR
from probes.outcome import Outcome
from slamon.views.days import Desk
from slamon.views.objectives import judged_objectives

DAY = 24 * HOUR
DAYS = 50


@pytest.fixture
def left(world: Any, kit: Any) -> Any:
    """A mail service seen well for fifty days from Bonn, for the first three from outside as well."""
    _probe(world, kit, "agent-bonn", DAYS)
    _probe(world, kit, "agent-outside", 3)
    world.fold()
    return world


def _probe(world: Any, kit: Any, agent: str, days: int) -> None:
    world.probe(agent, days * 24, lambda due, index: kit.row(due, index, Outcome.GOOD))


def _known(world: Any, kit: Any, views: Any) -> list[bool]:
    """Whether the mail service is up all day, day by day: else the day is in part unknown."""
    with views.reading() as connection:
        (judged,) = (
            each for each in judged_objectives(connection) if each.agreement == "baseline-svc-mail"
        )
        span = (kit.begin, kit.begin + DAYS * DAY)
        found = Desk(connection).figures(judged, span, span[1])
        return [each.figures.tally.unknown == 0 for each in found]


def test_a_place_that_fell_silent_leaves_the_state_open_for_31_days(left: Any, kit: Any) -> None:
    known = _known(left, kit, left.views)

    # The first result came an interval after the beginning; the last one from outside late on the third day.
    assert known == [False, *[True] * 2, *[False] * 31, *[True] * (DAYS - 34)]


def test_a_place_that_speaks_again_has_its_vote_back_in_days_that_were_kept(
    left: Any, kit: Any
) -> None:
    left.settle(kit.begin + (DAYS + 2) * DAY)
    before = _known(left, kit, left.views)
    left.interrupt("agent-outside", 40 * 24, new_spool=False)
    _probe(left, kit, "agent-outside", 2)
    left.fold()

    after = _known(left, kit, left.views)
    assert before[45:] == [True] * 5
    assert after[45:] == [False] * 5
    assert after == _known(left, kit, left.anew())
