"""What `/readyz` says of an agent that is not heard of."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.instants import MINUTE, parse_instant
from slamon.cli.readiness import silence

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
