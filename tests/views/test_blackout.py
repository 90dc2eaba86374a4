"""Where everything that an agent asks fails at once, it is told that its own line may be down; no figure changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec

MINUTE = 60_000_000
GOOD, BAD, DEGRADED = Outcome.GOOD, Outcome.BAD, Outcome.DEGRADED
HOSTS = ("a.example", "b.example", "c.example", "d.example")


def _probed(world: Any, kit: Any, hosts: Sequence[str], outcomes: Sequence[Outcome]) -> None:
    """Let the agent of Bonn ask a probe of each host once a minute for an hour, with these outcomes."""
    agent = world.agents["agent-bonn"]
    agent.assigned = AgentAssigned(
        version=2,
        location="loc-bonn",
        probes=tuple(
            AssignedProbe(
                probe=f"prb-{number}",
                spec=TcpSpec(host=host, port=25, timeout=1_000_000),
                phase=0,
                segments=(Segment(interval=MINUTE),),
            )
            for number, host in enumerate(hosts)
        ),
    )
    agent.before = {}
    world.append("assignment:agent-bonn", agent.assigned)
    world.probe("agent-bonn", 1, lambda due, index: kit.row(due, index, outcomes[index]))
    world.fold()


def _failing(world: Any, kit: Any, minutes: float = 60) -> int:
    (bonn, _) = world.reading.agents(kit.begin + int(minutes * MINUTE))
    return int(bonn.hosts_failing)


@pytest.mark.parametrize(
    ("hosts", "outcomes", "failing"),
    [
        pytest.param(HOSTS, [BAD] * 4, 4, id="all of them fail"),
        pytest.param(HOSTS, [BAD, BAD, GOOD, BAD], 0, id="one does not"),
        pytest.param(HOSTS, [BAD, BAD, DEGRADED, BAD], 0, id="one answers slowly"),
        pytest.param(HOSTS[:2], [BAD] * 2, 0, id="two may well be down together"),
        pytest.param(HOSTS[:1] * 4, [BAD] * 4, 0, id="four probes of one host are one"),
    ],
)
def test_hosts_that_fail_at_once(
    world: Any, kit: Any, hosts: Sequence[str], outcomes: Sequence[Outcome], failing: int
) -> None:
    _probed(world, kit, hosts, outcomes)

    assert _failing(world, kit) == failing


def test_results_that_speak_no_more_are_no_blackout(world: Any, kit: Any) -> None:
    _probed(world, kit, HOSTS, [BAD] * 4)

    assert _failing(world, kit, 65) == 0
