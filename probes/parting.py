"""The bytes of a batch without its cold part, and with it again."""

from __future__ import annotations

import hashlib

from probes.batch import AWAY, ELSEWHERE, ObservationsRecorded


def parts(payload: bytes) -> tuple[bytes, bytes]:
    """The warm part of a batch's bytes, the same wherever its cold part is, and the SHA-256 of the cold one.

    Raises:
        BatchError: the bytes are no batch.

    """
    batch = ObservationsRecorded.from_bytes(payload)
    if batch.cold is None:
        return bytes([payload[0] & ~ELSEWHERE]) + payload[1 : -AWAY.size], payload[-32:]
    return payload[: batch.cold], hashlib.sha256(payload[batch.cold :]).digest()


def apart(payload: bytes) -> tuple[bytes, bytes]:
    """A batch's bytes with only the digest of the cold part, and that part; it is empty where it is elsewhere already.

    Raises:
        BatchError: the bytes are no batch.

    """
    warm, cold = ObservationsRecorded.from_bytes(payload).without_cold()
    return warm.stored, cold


def together(payload: bytes, cold: bytes) -> bytes:
    """A batch's bytes with the cold part again; unchanged where it is there.

    Raises:
        BatchError: the bytes are no batch, or the cold part is another batch's.

    """
    return ObservationsRecorded.from_bytes(payload).with_cold(cold).stored


def elsewhere(payload: bytes) -> int:
    """How many bytes the cold part has that is not among a batch's bytes; 0 where it is there."""
    if len(payload) < AWAY.size or not payload[0] & ELSEWHERE:
        return 0
    size: int = AWAY.unpack(payload[-AWAY.size :])[0]
    return size
