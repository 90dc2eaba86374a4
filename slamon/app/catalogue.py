"""Apply documents: record what they newly state, all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from catalogue.plan import Plan
from catalogue.records import Key
from catalogue.terms import START, Known, Terms, TermsFact, evolve
from slamon.app.refused import Refused
from slamon.ledger.store import ConflictError, Ledger, Write


def states(ledger: Ledger, streams: Mapping[Key, str]) -> dict[Key, Terms]:
    """What the ledger itself says of some records."""
    return {key: _fold(ledger, stream)[0] for key, stream in streams.items()}


def apply(
    ledger: Ledger,
    plan: Plan,
    known: Mapping[Key, Terms],
    *,
    actor: str,
    reason: str,
    at: int | None = None,
) -> int | None:
    """Record a plan in one transaction; returns the position of its last fact, None if it changes nothing.

    `at` is the position at which somebody has read the plan.

    Raises:
        Refused: the plan was refused, or a record has changed since it was made, or read.

    """
    if plan.refusals:
        message = f"{len(plan.refusals)} changes are refused; nothing was recorded"
        raise Refused(message)
    writes = []
    for change in plan.changes:
        state, version, position = _fold(ledger, change.stream)
        if at is not None and position > at:
            message = f"{change.kind} {change.id} has changed at position {position}, after {at}; plan again"
            raise Refused(message)
        if state != known.get((change.kind, change.id), START):
            message = f"{change.kind} {change.id} has changed since this plan was made; plan again"
            raise Refused(message)
        writes.append(Write(change.stream, change.facts, version))
    try:
        return ledger.append_all(writes, actor=actor, cause=reason) if writes else None
    except ConflictError as moved:
        message = f"{moved} has changed since this plan was made; plan again"
        raise Refused(message) from None


def _fold(ledger: Ledger, stream: str) -> tuple[Known | Terms, int, int]:
    """What a stream says, its version, and the position of its last fact."""
    state: Terms = START
    version = position = 0
    for entry in ledger.stream(stream):
        state = evolve(state, _terms(entry.fact))
        version, position = entry.version, entry.position
    return state, version, position


def _terms(fact: object) -> TermsFact:
    if not isinstance(fact, TermsFact):
        message = f"{type(fact).__name__} stands in a stream of terms"
        raise TypeError(message)
    return fact
