"""Merkle trees over the leaves of a seal, as RFC 6962 §2.1 draws them: one short path proves one leaf."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

NODE = b"\x01"


class PathError(ValueError):
    """A path has more or fewer steps than a tree of that many leaves."""


def node(left: bytes, right: bytes) -> bytes:
    """The hash above two hashes."""
    return sha256(NODE + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash above all leaves; of one leaf, the leaf itself."""
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """What is hashed with the leaf at an index on its way to the root, from below."""
    found, level = [], list(leaves)
    while len(level) > 1:
        if (beside := index ^ 1) < len(level):
            found.append(level[beside])
        level, index = _above(level), index // 2
    return found


def climb(leaf: bytes, index: int, count: int, steps: Sequence[bytes]) -> bytes:
    """The root to which a path leads from the leaf at an index of so many.

    Raises:
        PathError: the path does not belong to such a tree.

    """
    rest = list(steps)
    reached = leaf
    while count > 1:
        if index % 2 or index + 1 < count:
            if not rest:
                message = "the path is too short"
                raise PathError(message)
            beside = rest.pop(0)
            reached = node(beside, reached) if index % 2 else node(reached, beside)
        index, count = index // 2, (count + 1) // 2
    if rest:
        message = "the path is too long"
        raise PathError(message)
    return reached


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level; one that is left over climbs as it is, which splits at powers of two as the RFC does."""
    pairs = [node(*pair) for pair in zip(level[::2], level[1::2], strict=False)]
    return [*pairs, *level[2 * len(pairs) :]]
