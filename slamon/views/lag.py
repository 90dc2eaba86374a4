"""How far the views are behind the ledger, in time."""

from __future__ import annotations

from dataclasses import dataclass

from slamon.ledger.codec import split
from slamon.ledger.store import Ledger


@dataclass(frozen=True)
class Behind:
    """Where a view stands, and how long (µs) the oldest fact that is not in it has waited."""

    position: int
    waited: int


def behind(ledger: Ledger, position: int, now: int) -> Behind:
    """A view at a position, at the instant `now` (µs)."""
    return Behind(position, lag(ledger, position, now))


def lag(ledger: Ledger, position: int, now: int) -> int:
    """How long (µs) the oldest fact after a position has waited at the instant `now`; 0 where there is none."""
    waiting = ledger.rows(position, limit=1)
    return max(0, now - split(waiting[0].state)[0].recorded_at) if waiting else 0
