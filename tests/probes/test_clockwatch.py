"""The clock watch tells what happened between two looks at the clocks, and is silent about what is usual."""

from __future__ import annotations

import pytest

from probes.clockwatch import ClockWatch, Disturbance, Elapsed

S = 1_000_000
NOON = 1_770_000_000 * S


def watched(wall: int, passed: int, awake: int) -> list[Disturbance]:
    """Look at noon, and again when the clocks have gone on by so many µs."""
    walls, passing = (
        iter([NOON, NOON + wall]),
        iter([Elapsed(5, 5), Elapsed(5 + passed, 5 + awake)]),
    )
    told: list[Disturbance] = []
    watch = ClockWatch(lambda: next(walls), told.append, lambda: next(passing))
    watch.now()
    assert watch.now() == NOON + wall
    assert watch.found is (told[0] if told else None)
    return told


@pytest.mark.parametrize(
    ("wall", "passed", "awake", "said"),
    [
        pytest.param(S, S, S, [], id="a second is lateness, and each row tells its own"),
        pytest.param(900_000, 100_000, 100_000, [], id="a clock is trimmed by less than a second"),
        pytest.param(
            *(12 * S, 12 * S, 12 * S, ["the agent stood still for 12 s"]), id="nothing ran for 12 s"
        ),
        pytest.param(
            *(3600 * S + 100_000, 100_000, 100_000, ["its clock was set forward by 3600 s"]),
            id="the clock went ahead of the time that passed",
        ),
        pytest.param(
            *(100_000 - 20 * S, 100_000, 100_000, ["its clock was set back by 20 s"]),
            id="the clock went back",
        ),
        pytest.param(
            *(600 * S, 600 * S, 200_000, ["the machine slept for 599.8 s"]),
            id="time passed in which the machine slept",
        ),
        pytest.param(
            *(2 * S, 5 * S, 5 * S),
            ["the agent stood still for 5 s and its clock was set back by 3 s"],
            id="the clock was set while nothing ran",
        ),
    ],
)
def test_what_is_not_usual_is_told(wall: int, passed: int, awake: int, said: list[str]) -> None:
    assert [each.text for each in watched(wall, passed, awake)] == said


def test_a_disturbance_lies_between_what_the_wall_clock_said_before_and_after() -> None:
    (found,) = watched(-20 * S, 0, 0)
    assert (found.begin, found.end, found.stepped) == (NOON, NOON - 20 * S, -20 * S)


def test_at_the_end_of_a_run_nothing_is_told_any_more() -> None:
    walls = iter([NOON, NOON + 3600 * S])
    told: list[Disturbance] = []
    watch = ClockWatch(lambda: next(walls), told.append)
    watch.now()
    watch.end()
    watch.now()
    assert told == []
