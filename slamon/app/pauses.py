"""Pauses: which probes an agent leaves in peace, and who has them asked again."""

from __future__ import annotations

from collections.abc import Mapping

from probes.pausing import ProbePaused, ProbeResumed
from slamon.app.refused import Unknown
from slamon.ledger.store import Ledger


def stream_of(agent: str) -> str:
    """Where the pauses of an agent stand."""
    return f"pauses:{agent}"


def open_pauses(ledger: Ledger, agent: str) -> Mapping[str, ProbePaused]:
    """The pauses of an agent that last, by probe."""
    found: dict[str, ProbePaused] = {}
    for entry in ledger.stream(stream_of(agent)):
        match entry.fact:
            case ProbePaused() as paused:
                found[paused.probe] = paused
            case ProbeResumed() as resumed:
                found.pop(resumed.probe, None)
    return found


def paused(ledger: Ledger, agent: str, told: ProbePaused) -> None:
    """Record that an agent asks a probe no more; once per pause."""
    version = ledger.version(stream_of(agent))
    if all(entry.fact != told for entry in ledger.stream(stream_of(agent))):
        ledger.append(stream_of(agent), [told], after=version, actor=f"agent:{agent}")


def resumed(ledger: Ledger, agent: str, told: ProbeResumed) -> None:
    """Record that an agent asks a probe again; nothing, where somebody had it asked again before."""
    version = ledger.version(stream_of(agent))
    if told.probe in open_pauses(ledger, agent):
        ledger.append(stream_of(agent), [told], after=version, actor=f"agent:{agent}")


def resume(ledger: Ledger, agent: str, probe: str, *, reason: str, now: int, actor: str) -> None:
    """Have a probe asked again from now (µs) on; the agent learns of it within seconds.

    Raises:
        Unknown: the agent does not leave it in peace.

    """
    version = ledger.version(stream_of(agent))
    if probe not in open_pauses(ledger, agent):
        message = f"{agent} has no pause of {probe}"
        raise Unknown(message)
    fact = ProbeResumed(probe=probe, at=now, reason=reason)
    ledger.append(stream_of(agent), [fact], after=version, actor=actor)
