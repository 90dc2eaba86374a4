"""An agent of another machine that is silent is told with since when; figures can be trusted all the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import HOUR, MINUTE, format_instant
from probes.pausing import ProbePaused
from probes.spec import AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from slamon.app import agents
from slamon.cli.house import House, now
from slamon.cli.readiness import alarming
from slamon.history import NAMES
from slamon.ledger.store import Ledger
from slamon.sla.enrolment import AgentEnrolled

PROBE = AssignedProbe(
    probe="prb-mail",
    spec=TcpSpec(host="target.example", port=25, timeout=1_000_000),
    phase=0,
    segments=(Segment(interval=MINUTE),),
)


@pytest.fixture
def since(tmp_path: Path) -> str:
    """An agent was enrolled and told what to ask at this instant, and never handed in anything."""
    then = now() // 1_000_000 * 1_000_000 - HOUR
    (tmp_path / "var").mkdir()
    with closing(Ledger(tmp_path / "var" / "ledger.db", NAMES, lambda: then)) as ledger:
        ledger.found("0123456789abcdef")
        enrolled = AgentEnrolled(location="loc-vienna", key_sha256="0" * 64)
        ledger.append("agent:vienna", [enrolled], after=0, actor="ann")
        agents.assign(ledger, "vienna", [PROBE], location="loc-vienna", actor="slamon")
        paused = ProbePaused(probe="prb-web", from_=then, until=None, reason="401")
        ledger.append("pauses:vienna", [paused], after=0, actor="agent:vienna")
    return format_instant(then)


@pytest.fixture
def slamon(commands: Callable[..., Any], tmp_path: Path, since: str) -> Any:
    """The commands in the folder of that ledger."""
    del since
    return commands(tmp_path / "var")


def test_the_list_of_agents_says_since_when(slamon: Any, since: str) -> None:
    (line,) = slamon.json("agent", "list")
    said = slamon("agent", "list").stdout

    assert (line["silent_since"], line["paused"]) == (since, ["prb-web"])
    assert f"it has handed in nothing since {since}" in said
    assert "vienna leaves in peace: prb-web" in said


def test_doctor_warns_and_nothing_is_wrong(slamon: Any, since: str) -> None:
    slamon("agent", "list")  # folds; doctor only looks
    found = slamon.json("doctor")

    warned = [each for each in found if each["check"] == "agents"]
    assert [each["state"] for each in warned] == ["ok", "warning"]
    assert f"vienna has handed in nothing since {since}" in str(warned[1])


def test_slamon_is_ready_though_an_agent_elsewhere_is_silent(slamon: Any) -> None:
    with House(slamon.folder) as house:
        house.refresh()
        assert alarming(house.store, now()) == []
