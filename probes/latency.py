"""Latencies as one byte: sixteen buckets an octave, so that histograms need not inflate anything else.

Bucket 0 is below 256 µs; bucket 1 + 16 (e - 8) + m begins at (16 + m) 2^(e-4) µs, for e from 8; 254, the last,
begins at 15.2 s and has no end; 255 is "none measured". A bucket is at most 1/16 wide: its middle is within 3.1 %.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

NO_LATENCY = 0xFFFFFFFF
NONE = 255
LAST = 254

BEGINS: Sequence[int] = (
    0,
    *((16 + (n - 1) % 16) << (4 + (n - 1) // 16) for n in range(1, LAST + 1)),
    NO_LATENCY,
)
"""Where each bucket begins, in µs; a bucket ends where the next begins."""


def buckets(latencies: Iterable[int]) -> bytes:
    """The bucket of each latency (µs, `NO_LATENCY` = none)."""
    begins = BEGINS
    return bytes([bisect_right(begins, value) - 1 for value in latencies])


def beyond(latencies: Sequence[int], found: bytes) -> list[int]:
    """How far each latency lies behind the begin of its bucket (µs)."""
    begins = BEGINS
    return [value - begins[bucket] for value, bucket in zip(latencies, found, strict=True)]


def restored(found: bytes, rests: Sequence[int]) -> Sequence[int]:
    """Latencies from buckets and what lies behind their begins (µs)."""
    begins = BEGINS
    return [begins[bucket] + rest for bucket, rest in zip(found, rests, strict=True)]


def percentile(counts: Mapping[int, int], per_mille: int) -> int | None:
    """The latency (µs) that a share of the results does not exceed, by nearest rank; None without results.

    `counts` is by bucket; the answer is the middle of a bucket, within 3.1 % (the begin of the last one).
    """
    total = sum(count for bucket, count in counts.items() if bucket != NONE)
    if not total:
        return None
    rank = max(1, -(-total * per_mille // 1000))
    for bucket in sorted(counts):
        rank -= counts[bucket]
        if rank <= 0:
            return (BEGINS[bucket] + BEGINS[bucket + 1]) // 2 if bucket < LAST else BEGINS[bucket]
    return None
