"""Quarantine: let a batch out that was set aside, once it is sound by the clocks of today."""

from __future__ import annotations

from probes.assembly import relisted
from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned
from slamon.app.agents import Delivery, assignment, observations, sound
from slamon.app.examining import UnsoundError
from slamon.app.refused import Refused, Unknown
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.sla.intake import BatchQuarantined


def release(ledger: Ledger, position: int, *, now: int, actor: str, reason: str) -> int:
    """Record what a batch in quarantine tells, in a stream of its own; the position, the same one if done before.

    A slot that was told already counts once all the same. `now` in µs.

    Raises:
        Unknown: no batch was set aside at that position.
        Refused: it is not sound yet, or never will be.

    """
    entry = _entry(ledger, position)
    aside = entry.fact
    if not isinstance(aside, BatchQuarantined):
        message = f"no batch was set aside at position {position}"
        raise Unknown(message)
    _, agent, _, day = entry.stream.split(":", 3)
    given = Delivery(agent, f"released-{position}", day, 1, aside.payload, now)
    for known in ledger.stream(given.stream):
        return known.position
    try:
        batch = sound(ledger, given)
    except UnsoundError as wrong:
        raise Refused(str(wrong)) from None
    under = assignment(ledger, agent, batch.assignment)
    if under is not None:
        batch = relisted(batch, under, _before(ledger, entry, under))
    cause = f"position {position}: {reason}"
    stream = observations(agent, given.spool, day)
    return ledger.append(stream, [batch], after=0, actor=actor, cause=cause) or 0


def _entry(ledger: Ledger, position: int) -> Entry:
    found = ledger.since(position - 1, limit=1) if position > 0 else []
    if not found or found[0].position != position:
        message = f"there is no fact at position {position}"
        raise Unknown(message)
    return found[0]


def _before(ledger: Ledger, entry: Entry, under: AgentAssigned) -> dict[int, Outcome]:
    """The last outcome of each probe before a batch, as the batches of its day tell."""
    known: dict[int, Outcome] = {}
    for each in ledger.stream(entry.stream, upto=entry.position - 1):
        match each.fact:
            case ObservationsRecorded() as batch if batch.assignment == under.version:
                known |= {edge.probe: edge.outcome for edge in batch.edges}
            case _:
                known = {}
    return known
