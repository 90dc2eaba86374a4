"""How far the views are behind the ledger, in time."""

from __future__ import annotations

from slamon.ledger.codec import split
from slamon.ledger.store import Ledger


def lag(ledger: Ledger, position: int, now: int) -> int:
    """How long (µs) the oldest fact after a position has waited at the instant `now`; 0 where there is none."""
    waiting = ledger.rows(position, limit=1)
    return max(0, now - split(waiting[0].state)[0].recorded_at) if waiting else 0
