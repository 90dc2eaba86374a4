"""Pauses: which probes an agent leaves in peace, and who has them asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from probes.pausing import ProbePaused, ProbeResumed
from slamon.app.refused import Unknown
from slamon.ledger.store import ConflictError, Ledger

PauseFact = ProbePaused | ProbeResumed

MOST_TRIES = 25  # whoever is beaten to it once sees another one having been heard


@dataclass(frozen=True)
class Told:
    """What is known of an agent's pauses: those that last by probe, and every one that ever began."""

    lasting: Mapping[str, ProbePaused] = field(default_factory=dict)
    begun: frozenset[ProbePaused] = frozenset()


def stream_of(agent: str) -> str:
    """Where the pauses of an agent stand."""
    return f"pauses:{agent}"


def open_pauses(ledger: Ledger, agent: str) -> Mapping[str, ProbePaused]:
    """The pauses of an agent that last, by probe."""
    known = Told()
    for entry in ledger.stream(stream_of(agent)):
        if isinstance(entry.fact, PauseFact):
            known = _evolve(known, entry.fact)
    return known.lasting


def paused(ledger: Ledger, agent: str, told: ProbePaused) -> None:
    """Record that an agent asks a probe no more; once per pause.

    Raises:
        ConflictError: others were quicker each time.

    """
    _decide(ledger, agent, lambda known: [] if told in known.begun else [told], f"agent:{agent}")


def resumed(ledger: Ledger, agent: str, told: ProbeResumed) -> None:
    """Record that an agent asks a probe again; nothing, where somebody had it asked again before.

    Raises:
        ConflictError: others were quicker each time.

    """
    actor = f"agent:{agent}"
    _decide(ledger, agent, lambda known: [told] if told.probe in known.lasting else [], actor)


def resume(ledger: Ledger, agent: str, probe: str, *, reason: str, now: int, actor: str) -> None:
    """Have a probe asked again from now (µs) on; the agent learns of it within seconds.

    Raises:
        Unknown: the agent does not leave it in peace.
        ConflictError: others were quicker each time.

    """
    fact = ProbeResumed(probe=probe, at=now, reason=reason)

    def decision(known: Told) -> Sequence[PauseFact]:
        if probe not in known.lasting:
            message = f"{agent} has no pause of {probe}"
            raise Unknown(message)
        return [fact]

    _decide(ledger, agent, decision, actor)


def _decide(
    ledger: Ledger, agent: str, decision: Callable[[Told], Sequence[PauseFact]], actor: str
) -> None:
    for left in reversed(range(MOST_TRIES)):
        try:
            ledger.decide(stream_of(agent), Told(), _evolve, decision, actor=actor)
        except ConflictError:
            if not left:
                raise
        else:
            return


def _evolve(known: Told, fact: PauseFact) -> Told:
    match fact:
        case ProbePaused():
            return Told({**known.lasting, fact.probe: fact}, known.begun | {fact})
        case ProbeResumed():
            rest = {probe: each for probe, each in known.lasting.items() if probe != fact.probe}
            return Told(rest, known.begun)
