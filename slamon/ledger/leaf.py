"""The hash of one fact as it is stored: what a seal is made of.

A fact has a warm part, which every reading needs, and may have a cold one (the columns and evidence of a batch).
The leaf holds the digest of the cold part, so that it stays the same when that part is moved to an archive:

    leaf = SHA-256(00, position u64, length u32 and stream, version u64, length u32 and name,
                   length u64 and warm part, SHA-256(cold part))

Integers are big-endian, texts in UTF-8. The warm part begins with the envelope.
"""

from __future__ import annotations

from hashlib import sha256

from slamon.ledger.codec import Names, Row

LEAF = b"\x00"

NOTHING = sha256(b"").digest()


def leaf(row: Row, names: Names) -> bytes:
    """The leaf of a stored fact."""
    warm, digest = parts(row, names)
    return leaf_of(row, warm, digest)


def parts(row: Row, names: Names) -> tuple[bytes, bytes]:
    """The warm part of what is stored, and the SHA-256 of the cold one.

    A payload that is too damaged to be parted is warm as a whole, so that it hashes to another leaf.
    """
    if (parting := names.partings.get(row.name)) is None:
        return row.state, NOTHING
    envelope, feed, payload = row.state.partition(b"\n")
    try:
        warm, digest = parting(payload)
    except ValueError:
        return row.state, NOTHING
    return envelope + feed + warm, digest


def cold(row: Row, warm: bytes) -> bytes | None:
    """The cold part of a stored fact; None where only its digest is stored."""
    return row.state[len(warm) :] if row.state.startswith(warm) else None


def leaf_of(row: Row, warm: bytes, digest: bytes) -> bytes:
    """The leaf of a fact at a place, from its warm part and the digest of its cold one."""
    stream, name = row.stream.encode(), row.name.encode()
    return sha256(
        b"".join(
            (
                LEAF,
                _u64(row.position),
                len(stream).to_bytes(4, "big"),
                stream,
                _u64(row.version),
                len(name).to_bytes(4, "big"),
                name,
                _u64(len(warm)),
                warm,
                digest,
            )
        )
    ).digest()


def _u64(number: int) -> bytes:
    return (number % 2**64).to_bytes(8, "big")  # somebody may have stored a negative one
