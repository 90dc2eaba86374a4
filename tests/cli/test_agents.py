"""`slamon agent list` says beneath the table what somebody must look at."""

from __future__ import annotations

import pytest

from slamon.cli.agents import besides
from slamon.views.agents import AgentLine
from slamon.views.completeness import Completeness, SlotCount


def said(observed: int, silent_since: str | None = None) -> str:
    """What is said of an agent that observed so many of the 540 slots of an hour."""
    hour = SlotCount(
        from_="2026-11-23T18:00:00Z", to="2026-11-23T19:00:00Z", due=540, observed=observed
    )
    line = AgentLine(
        agent="agent-bonn",
        location="loc-bonn",
        simulated=False,
        assignment=1,
        spools=1,
        reported_until="2026-11-23T19:10:00Z",
        silent_since=silent_since,
        complete=Completeness(agent="agent-bonn", location="loc-bonn", hour=hour, day=hour),
        alarms=(),
    )
    told: dict[str, object] = {"turned_away_at": None, "contact": None, "left_out": []}
    return "\n".join(besides(line.model_dump(mode="json") | told))


@pytest.mark.parametrize(
    ("observed", "silent_since", "expected"),
    [
        pytest.param(540, None, "", id="nothing of one that observed all"),
        pytest.param(
            71,
            None,
            "agent-bonn observed 71 of the 540 slots that were due from 2026-11-23T18:00:00Z to 2026-11-23T19:00:00Z",
            id="how few slots were observed",
        ),
        pytest.param(
            0,
            "2026-11-23T17:00:00Z",
            "agent-bonn is silent",
            id="only its silence, which explains it",
        ),
    ],
)
def test_what_an_agent_did_not_observe_is_said(
    observed: int, silent_since: str | None, expected: str
) -> None:
    found = said(observed, silent_since)
    assert found.startswith(expected)
    assert found.count("\n") == 0
    assert bool(found) == bool(expected)
