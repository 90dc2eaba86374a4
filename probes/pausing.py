"""Pausing: a target that turned us away is left in peace; what was not asked then is missing, and explained."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from probes.observation import Observation, Reason
from probes.spec import AssignedProbe, Instant
from probes.specs.databases import DatabaseAccess
from probes.specs.web import HttpSpec
from probes.specs.wire import Wire

SECOND = 1_000_000
LONGEST = 3600 * SECOND  # µs; whoever asks for more is asked again after an hour all the same
UNAUTHORIZED = 401
BUSY = frozenset({429, 503})

Why = Annotated[str, StringConstraints(max_length=500)]


class ProbePaused(Wire):
    """A probe is not asked from `from` on (fact), until `until` (both µs), or for good where that is null."""

    probe: str
    from_: Instant = Field(alias="from")
    until: Instant | None
    reason: Why


class ProbeResumed(Wire):
    """A paused probe is asked again from `at` (µs) on (fact)."""

    probe: str
    at: Instant
    reason: Why


def pause_after(probe: AssignedProbe, seen: Observation, now: int) -> ProbePaused | None:
    """What follows of an attempt: a pause where the target does not want to be asked, else None."""
    spec = probe.spec
    if seen.status == UNAUTHORIZED and isinstance(spec, HttpSpec) and spec.on_401 == "pause":
        said = "the target answered 401: asking on could lock the account"
        return ProbePaused(probe=probe.probe, from_=now, until=None, reason=said)
    if (
        seen.reason == Reason.LOGIN_REFUSED
        and isinstance(spec, DatabaseAccess)
        and spec.on_refusal == "pause"
    ):
        said = "the target refused the login: asking on could lock the account"
        return ProbePaused(probe=probe.probe, from_=now, until=None, reason=said)
    if seen.status in BUSY and seen.retry_after:
        until = now + min(seen.retry_after * SECOND, LONGEST)
        said = f"the target answered {seen.status}: ask again after {seen.retry_after} s"
        return ProbePaused(probe=probe.probe, from_=now, until=until, reason=said)
    return None
