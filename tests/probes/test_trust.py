"""Trust: what a wrong clock, or time that did not run as it should, leaves of what an attempt saw."""

from __future__ import annotations

import pytest

from probes.centre import ClockOffset
from probes.clockwatch import Disturbance
from probes.observation import Observation
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from probes.trust import disturbed, timed
from probes.wheel import Slot

SECOND = 1_000_000
PROBE = AssignedProbe(
    probe="prb-a",
    spec=TcpSpec(host="a.example", port=1, timeout=1),
    phase=0,
    segments=(Segment(interval=60 * SECOND),),
)
SLOT = Slot(AgentAssigned(version=1, location="loc-bonn", probes=(PROBE,)), 0, 0)
SEEN = Observation(
    outcome=Outcome.BAD,
    latency=77,
    phases={},
    reason="refused",
    text="",
    address=None,
    checked=(),
    stages=(),
)


@pytest.mark.parametrize(
    ("offset", "reason"),
    [
        pytest.param(None, "refused", id="a centre that was never heard tells of no offset"),
        pytest.param(ClockOffset(15 * SECOND, 0), "refused", id="a quarter of the interval"),
        pytest.param(ClockOffset(15 * SECOND + 1, 0), "clock_off", id="more than a quarter ahead"),
        pytest.param(ClockOffset(-15 * SECOND - 1, 0), "clock_off", id="more than that behind"),
        pytest.param(ClockOffset(16 * SECOND, SECOND), "refused", id="perhaps more"),
    ],
)
def test_under_a_clock_that_is_surely_off_nothing_is_said(
    offset: ClockOffset | None, reason: str
) -> None:
    assert timed(SEEN, SLOT, offset).reason == reason


@pytest.mark.parametrize(
    ("stepped", "reason"),
    [
        pytest.param(0, "stood_still", id="the machine stood still"),
        pytest.param(SECOND, "stood_still", id="the clock moved by what is only lateness"),
        pytest.param(SECOND + 1, "clock_stepped", id="the clock was set forward"),
        pytest.param(-SECOND - 1, "clock_stepped", id="the clock was set back"),
    ],
)
def test_an_attempt_during_which_time_did_not_run_has_no_verdict_and_no_latency(
    stepped: int, reason: str
) -> None:
    found = Disturbance(begin=0, end=SECOND, still=SECOND, slept=0, stepped=stepped)
    seen = disturbed(SEEN, found)
    assert (seen.outcome, seen.latency, seen.reason) == (Outcome.INCONCLUSIVE, None, reason)
    assert seen.text == f"{found.text} during the attempt"
