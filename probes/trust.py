"""Trust: what an attempt says that was made under a wrong clock, or while time did not run as it should."""

from __future__ import annotations

from dataclasses import replace

from probes.centre import ClockOffset
from probes.clockwatch import LIMIT, Disturbance
from probes.observation import Observation, Reason
from probes.outcome import Outcome
from probes.wheel import Slot

QUARTER = 4
SECOND = 1_000_000


def timed(seen: Observation, slot: Slot, offset: ClockOffset | None) -> Observation:
    """What is seen under a clock that is wrong says nothing: nobody knows when it was."""
    limit = (slot.probe.interval_at(slot.due) or 0) // QUARTER
    if offset is None or not offset.surely_beyond(limit):
        return seen
    ahead, uncertain = offset.ahead / SECOND, offset.uncertainty / SECOND
    said = f"this machine's clock is {ahead:+.3f} s (± {uncertain:.3f} s) from the centre's"
    return replace(seen, outcome=Outcome.INCONCLUSIVE, reason=Reason.CLOCK_OFF, text=said)


def disturbed(seen: Observation, found: Disturbance) -> Observation:
    """What was under way meanwhile says nothing: neither its latency nor its timeout is that of the target."""
    stepped = abs(found.stepped) > LIMIT
    reason = Reason.CLOCK_STEPPED if stepped else Reason.STOOD_STILL
    said = f"{found.text} during the attempt"
    return replace(seen, outcome=Outcome.INCONCLUSIVE, latency=None, reason=reason, text=said)
