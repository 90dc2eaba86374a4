"""What `/readyz` says of an agent that is not heard of."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.instants import MINUTE, parse_instant
from slamon.cli.readiness import silence, unmeasured

HEARD = parse_instant("2026-03-02T10:00:00Z")
LOG = Path("agent.log")


@pytest.mark.parametrize(
    ("after", "fastest", "complaints"),
    [
        pytest.param(4 * MINUTE, MINUTE, 0, id="a batch may take its time"),
        pytest.param(6 * MINUTE, MINUTE, 1, id="then something is wrong"),
        pytest.param(6 * MINUTE, 10 * MINUTE, 0, id="a slow probe gives longer pauses"),
        pytest.param(60 * MINUTE, None, 0, id="without a probe there is nothing to hand in"),
    ],
)
def test_an_agent_that_hands_in_nothing_is_told_of(
    after: int, fastest: int | None, complaints: int
) -> None:
    found = silence(HEARD, HEARD + after, fastest, LOG)

    expected = "agent-local has handed in nothing since 2026-03-02T10:00:00Z; see agent.log"
    assert found == [expected] * complaints


def test_an_agent_that_is_run_apart_is_looked_for_where_it_runs() -> None:
    (said,) = silence(HEARD, HEARD + 6 * MINUTE, MINUTE, None)

    assert said.endswith("since 2026-03-02T10:00:00Z; is `slamon agent run` running?")


@pytest.mark.parametrize(
    ("intervals", "since", "after", "said"),
    [
        pytest.param([MINUTE], 0, 6 * MINUTE, "for 6 minutes", id="minutes without a result"),
        pytest.param([MINUTE], 0, 4 * MINUTE, None, id="a batch may take its time"),
        pytest.param([MINUTE], 178 * MINUTE, 180 * MINUTE, None, id="slamon was just started"),
        pytest.param([10 * MINUTE, MINUTE], 0, 180 * MINUTE, "for 3 hours", id="hours without"),
        pytest.param([], 0, 180 * MINUTE, None, id="nothing is due"),
    ],
)
def test_that_nobody_measures_is_told_of_probes_that_are_due(
    intervals: list[int], since: int, after: int, said: str | None
) -> None:
    found = unmeasured(intervals, HEARD, HEARD + since, HEARD + after)

    if said is None:
        assert found is None
    else:
        assert found is not None
        assert found.startswith("nobody measures: ")
        assert found.endswith(f"agent-local has handed in nothing {said}")
