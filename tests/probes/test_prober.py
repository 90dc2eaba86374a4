"""The prober: it never raises, and what is our fault is never the target's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from probes import prober
from probes.conditions.lines import BannerMatches
from probes.conditions.reply import Reply
from probes.dialogue import Dialogue, Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask, probe_once
from probes.specs.lines import TcpSpec

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Observe = Callable[..., Observation]


def test_a_fault_of_ours_is_inconclusive_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def faulty(spec: TcpSpec, dialogue: Dialogue) -> Reply:
        raise ZeroDivisionError

    monkeypatch.setattr(prober, "KINDS", {"tcp": faulty})
    seen = asyncio.run(ask(TcpSpec(host="a.example", port=1, timeout=1000), Surroundings()))
    assert (seen.outcome, seen.reason) == (Outcome.INCONCLUSIVE, "agent_fault")
    assert "probing a.example:1 failed" in caplog.text


def test_a_probe_can_be_asked_once_from_a_terminal(closed_port: int) -> None:
    spec = TcpSpec(host="127.0.0.1", port=closed_port, timeout=1_000_000)
    assert probe_once(spec, Surroundings()).reason == "not_permitted"
    seen = probe_once(spec, Surroundings(networks("127.0.0.1")))
    assert seen.reason == "refused"
    assert [stage.name for stage in seen.stages] == ["dns", "guard", "connect"]


def test_a_stage_that_the_deadline_cuts_off_says_so(observe: Observe, silent: Talk) -> None:
    def waiting(port: int) -> TcpSpec:
        banner = BannerMatches(pattern="^220 ")
        return TcpSpec(host="127.0.0.1", port=port, timeout=100_000, conditions=(banner,))

    seen = observe(silent, waiting)
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "timeout")
    assert [(stage.name, stage.text) for stage in seen.stages][-1] == ("first_byte", "cut off")
