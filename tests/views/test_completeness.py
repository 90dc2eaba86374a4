"""Completeness counts slots: those due of an agent in the last full hour and day, and those that have a result."""

from __future__ import annotations

from typing import Any

import pytest

from probes.outcome import Outcome
from slamon.views.completeness import SlotCount

HOUR = 3_600_000_000


def _counted(world: Any, kit: Any, hours: float) -> dict[str, tuple[int, int, int, int]]:
    world.fold()
    found = world.reading.completeness(kit.begin + int(hours * HOUR))
    return {
        each.agent: (each.hour.observed, each.hour.due, each.day.observed, each.day.due)
        for each in found
    }


def _row(kit: Any, missing: tuple[int, ...] = (), late: int = 0) -> Any:
    def row(due: int, index: int) -> Any:
        if (due - kit.begin) // HOUR in missing:
            return None
        return kit.row(due, index, Outcome.BAD if late else Outcome.GOOD, late=late)

    return row


@pytest.mark.parametrize(
    ("missing", "late", "observed"),
    [
        pytest.param((), 0, 18, id="all of them"),
        pytest.param((29, 33, 37), 0, 15, id="without those that were missed"),
        pytest.param((), 30_000_000, 18, id="also those that were begun late"),
    ],
)
def test_a_day_has_as_many_slots_as_the_agent_was_told(
    world: Any, kit: Any, missing: tuple[int, ...], late: int, observed: int
) -> None:
    world.probe("agent-bonn", 48, _row(kit, missing, late))

    # three probes every four hours; the agent outside handed in nothing
    found = _counted(world, kit, 48.5)
    assert found["agent-bonn"][2:] == (observed, 18)
    assert found["agent-outside"][2:] == (0, 18)


def test_the_hour_is_the_last_full_one_of_utc(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 12, _row(kit, (9,)))

    assert _counted(world, kit, 9.9)["agent-bonn"][:2] == (1, 1)  # 08:00, of control
    assert _counted(world, kit, 10.1)["agent-bonn"][:2] == (0, 1)  # 09:00, of mail
    assert _counted(world, kit, 12.0)["agent-bonn"][:2] == (0, 0)  # nothing is due at 11:00


def test_nothing_is_due_before_the_agent_was_told(world: Any, kit: Any) -> None:
    assert _counted(world, kit, 0.5)["agent-bonn"] == (0, 0, 0, 0)


def test_what_is_not_all_is_never_told_as_all(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 48, _row(kit, (29,)))
    world.fold()

    (bonn, _) = world.reading.agents(kit.begin + 48 * HOUR)

    assert (bonn.complete.day.percent, bonn.complete.hour.percent) == ("94.44", None)


@pytest.mark.parametrize(
    ("observed", "due", "few"),
    [
        pytest.param(540, 540, False, id="all of them are not few"),
        pytest.param(486, 540, False, id="nine tenths are just enough"),
        pytest.param(485, 540, True, id="one less is few"),
        pytest.param(0, 1, True, id="none at all is few"),
        pytest.param(0, 0, False, id="where nothing was due nothing is missing"),
    ],
)
def test_fewer_than_nine_tenths_ask_to_be_looked_at(observed: int, due: int, few: bool) -> None:  # noqa: FBT001
    count = SlotCount(
        from_="2026-11-23T18:00:00Z", to="2026-11-23T19:00:00Z", due=due, observed=observed
    )
    assert count.few is few
