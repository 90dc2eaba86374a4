"""Seals: a chain of hashes over the stored facts, so that nobody changes the past unnoticed.

A seal says which facts it covers, the root over their leaves, and the hash of the seal before it:

    hash = SHA-256(02, number u64, first u64, last u64, count u64, hash of the seal before, root)

It also lists the positions of its facts and eight bytes of each leaf: a root alone says that something
is wrong, the list says where.
"""

from __future__ import annotations

import binascii
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from slamon.ledger import merkle

STREAM = "ledger:seals"
LIMIT = 16_384  # facts under one seal; a backlog gets several, so that each is made and checked in little memory
SEAL = b"\x02"
NO_SEAL = "0" * 64
MARK = 8  # bytes

_PLACES = struct.Struct(">QQQQ")


class LedgerSealed(BaseModel):
    """The facts of positions `first` to `last` stood like this, `count` of them, and before them `previous`.

    `number` counts seals from 1 and is the fact's version. Hashes are in hex. `positions` are runs
    (first, how many), `marks` the first eight bytes of each leaf in base64.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    first: int
    last: int
    count: int
    previous: str
    root: str
    hash: str
    positions: tuple[tuple[int, int], ...]
    marks: str


class Leaf(NamedTuple):
    """The leaf of the fact at a position."""

    position: int
    hash: bytes


def sealed(previous: LedgerSealed | None, leaves: Sequence[Leaf]) -> LedgerSealed:
    """The seal over some facts, in order, that follows another."""
    number = previous.number + 1 if previous else 1
    before = previous.hash if previous else NO_SEAL
    root = merkle.root([leaf.hash for leaf in leaves]).hex()
    first, last, count = leaves[0].position, leaves[-1].position, len(leaves)
    return LedgerSealed(
        number=number,
        first=first,
        last=last,
        count=count,
        previous=before,
        root=root,
        hash=seal_hash(number, first, last, count, before, root),
        positions=tuple(_runs([leaf.position for leaf in leaves])),
        marks=b64encode(b"".join(leaf.hash[:MARK] for leaf in leaves)).decode(),
    )


def seal_hash(number: int, first: int, last: int, count: int, previous: str, root: str) -> str:
    """The hash that chains a seal, in hex.

    Raises:
        ValueError: a number or a hash cannot be one of a seal.

    """
    try:
        places = _PLACES.pack(number, first, last, count)
    except struct.error as wrong:
        raise ValueError(*wrong.args) from None
    return sha256(SEAL + places + bytes.fromhex(previous) + bytes.fromhex(root)).hexdigest()


def _runs(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    breaks = [n for n, (one, next_) in enumerate(pairwise(positions), 1) if next_ != one + 1]
    for begin, end in pairwise([0, *breaks, len(positions)]):
        yield positions[begin], end - begin


def marks(seal: LedgerSealed) -> dict[int, bytes] | None:
    """The first bytes of each leaf by position; None where the seal does not list as many as it covers."""
    if not 0 < sum(count for _, count in seal.positions) == seal.count <= LIMIT:
        return None
    try:
        plain = b64decode(seal.marks, validate=True)
    except binascii.Error:
        return None
    positions = [first + n for first, count in seal.positions for n in range(count)]
    if len(plain) != MARK * len(positions):
        return None
    return {at: plain[n * MARK : (n + 1) * MARK] for n, at in enumerate(positions)}


def own_fault(seal: LedgerSealed) -> str | None:
    """What a seal says of itself that cannot be so."""
    try:
        wanted = seal_hash(seal.number, seal.first, seal.last, seal.count, seal.previous, seal.root)
    except ValueError:
        return "holds a number or a hash that cannot be one"
    if wanted != seal.hash:
        return "does not have the hash that its content has"
    listed = marks(seal)
    if listed is None or (min(listed), max(listed)) != (seal.first, seal.last):
        return "does not list the facts that it covers"
    return None


def chain_fault(previous: LedgerSealed | None, seal: LedgerSealed) -> str | None:
    """Why a seal does not follow the one before it."""
    number, before, last = (
        (previous.number, previous.hash, previous.last) if previous else (0, NO_SEAL, 0)
    )
    if seal.number != number + 1:
        return f"has the number {seal.number} and follows number {number}"
    if seal.previous != before:
        return "names another seal as the one before it"
    if seal.first <= last:
        return "covers facts that an earlier seal covers"
    return None
