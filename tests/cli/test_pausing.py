"""`slamon probe resume` ends a pause, with a reason that stands with the fact."""

from __future__ import annotations

from typing import Any

from probes.pausing import ProbePaused, ProbeResumed
from slamon.app import pauses
from slamon.cli.house import House

PAUSED = ProbePaused(probe="prb-parzival", from_=1_770_000_000_000_000, until=None, reason="401")


def test_a_paused_probe_is_asked_again_with_a_reason(slamon: Any) -> None:
    with House(slamon.folder) as house:
        pauses.paused(house.ledger, "agent-bonn", PAUSED)

    done = slamon("probe", "resume", PAUSED.probe, "--reason", "the password is right now")

    assert (done.exit_code, done.stdout) == (0, "agent-bonn asks prb-parzival again\n"), done.output
    with House(slamon.folder) as house:
        *_, entry = house.ledger.stream("pauses:agent-bonn")
        assert isinstance(entry.fact, ProbeResumed)
        assert (entry.actor, entry.fact.reason) == ("rita", "the password is right now")
        (line,) = house.reading.pauses()
        assert line.resumed_because == "the password is right now"


def test_what_is_not_paused_is_said(slamon: Any) -> None:
    refused = slamon("probe", "resume", "prb-parzival", "--reason", "why not")

    assert refused.exit_code == 1
    assert "no agent has paused prb-parzival; see slamon probe list --paused" in refused.output
