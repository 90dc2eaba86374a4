"""What one attempt of a probe came to."""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """The result of one attempt; the numbers are the wire form and never change."""

    GOOD = 0
    DEGRADED = 1
    BAD = 2
    INCONCLUSIVE = 3
