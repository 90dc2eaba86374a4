"""An agent of which slots are due is silent when it has handed in nothing for long; the centre says since when."""

from __future__ import annotations

from typing import Any

import pytest

from probes.outcome import Outcome
from probes.pausing import ProbePaused, ProbeResumed
from slamon.sla.enrolment import AgentEnrolled, AgentRevoked

HOUR = 3_600_000_000


def _probed(world: Any, kit: Any, hours: int) -> None:
    world.probe("agent-bonn", hours, lambda due, index: kit.row(due, index, Outcome.GOOD))


def _silent(world: Any, kit: Any, hours: float) -> dict[str, str | None]:
    world.fold()
    found = world.reading.agents(kit.begin + int(hours * HOUR))
    return {line.agent: line.silent_since for line in found}


@pytest.mark.parametrize(
    ("hours", "since"),
    [
        pytest.param(48.1, None, id="just handed in"),
        pytest.param(56.0, None, id="a slow probe gives long pauses"),
        pytest.param(56.1, "2026-03-22T00:00:00Z", id="twice the interval and a while later"),
    ],
)
def test_an_agent_is_silent_since_it_last_handed_in(
    world: Any, kit: Any, hours: float, since: str | None
) -> None:
    _probed(world, kit, 48)

    assert _silent(world, kit, hours)["agent-bonn"] == since


def test_an_agent_that_never_handed_in_is_silent_since_it_was_told_what_to_ask(
    world: Any, kit: Any
) -> None:
    early, late = (_silent(world, kit, hours)["agent-outside"] for hours in (8.0, 8.1))

    assert early is None
    assert late is not None
    assert late.startswith("2026-03-20T00:00:00")


@pytest.mark.parametrize(
    "ended",
    [
        pytest.param("told nothing", id="of an agent that is told to ask nothing"),
        pytest.param("revoked", id="of an agent that was revoked"),
        pytest.param("simulated", id="of an agent that is no machine"),
    ],
)
def test_nothing_is_due(world: Any, kit: Any, ended: str) -> None:
    _probed(world, kit, 48)
    if ended == "revoked":
        enrolled = AgentEnrolled(location="loc-bonn", key_sha256="0" * 64)
        world.append("agent:agent-bonn", enrolled, AgentRevoked(reason="given away"))
    else:
        asked = {} if ended == "simulated" else {"probes": ()}
        world.assign("agent-bonn", **asked, simulated=ended == "simulated")

    assert _silent(world, kit, 96)["agent-bonn"] is None


def test_the_probes_that_an_agent_leaves_in_peace_are_named(world: Any, kit: Any) -> None:
    at = kit.begin + HOUR
    world.append(
        "pauses:agent-bonn",
        ProbePaused(probe="prb-a", from_=at, until=None, reason="401"),
        ProbePaused(probe="prb-b", from_=at, until=at + HOUR, reason="429"),
        ProbePaused(probe="prb-c", from_=at, until=None, reason="401"),
        ProbeResumed(probe="prb-c", at=at + 1, reason="somebody said so"),
    )
    world.fold()

    before, after = (world.reading.agents(kit.begin + hours * HOUR)[0].paused for hours in (1, 3))

    assert (before, after) == (("prb-a", "prb-b"), ("prb-a",))
