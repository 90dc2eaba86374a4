"""What one attempt of a probe came to."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from enum import IntEnum


class Outcome(IntEnum):
    """The result of one attempt; the numbers are the wire form and never change."""

    GOOD = 0
    DEGRADED = 1
    BAD = 2
    INCONCLUSIVE = 3


NOT_KNOWN = 0xFF
OUTCOMES = {int(each): each for each in Outcome}


def packed(outcomes: Mapping[int, Outcome], probes: int) -> bytes:
    """The last outcome of each probe, a byte each, compressed."""
    return zlib.compress(bytes(outcomes.get(index, NOT_KNOWN) for index in range(probes)))


def unpacked(state: bytes) -> dict[int, Outcome]:
    """The last outcome of each probe that had one."""
    found = enumerate(zlib.decompress(state))
    return {index: OUTCOMES[each] for index, each in found if each != NOT_KNOWN}


NOTHING = packed({}, 0)
