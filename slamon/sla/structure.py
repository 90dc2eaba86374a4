"""Structure: how a service is made of others, and what that promises on paper (§4.9).

What a composite *was* is told from its members' states instant by instant; availabilities are multiplied to plan only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, assert_never

Structure = Literal["serial", "parallel", "k_of_n"]


class StructureError(ValueError):
    """A structure that no service could have; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Node:
    """Members that a service needs: all of them (serial), any (parallel), or `k` of them (k_of_n); a node may be one.

    Raises:
        StructureError: there are no members, `k` is no number of them, or another kind has one.

    """

    kind: Structure
    members: tuple[Tree, ...]
    k: int = 0

    def __post_init__(self) -> None:
        """Refuse what could never be available, or always."""
        if not self.members:
            raise StructureError(f"a {self.kind} structure without members; name at least one")
        if self.k and self.kind != "k_of_n":
            raise StructureError(f"k is {self.k} in a {self.kind} structure; k belongs to k_of_n")
        if not 1 <= self.needed <= len(self.members):
            raise StructureError(
                f"{self.k} of {len(self.members)} members; write 1 to {len(self.members)}"
            )

    @property
    def needed(self) -> int:
        """How many members must be available: the service is as good as its `needed`-th best member."""
        match self.kind:
            case "serial":
                return len(self.members)
            case "parallel":
                return 1
            case "k_of_n":
                return self.k
        assert_never(self.kind)


Tree = str | Node


@dataclass(frozen=True, slots=True)
class Planned:
    """An availability worked out on paper."""

    availability: Fraction
    label: str = "assumes independence"


def leaves(tree: Tree) -> tuple[str, ...]:
    """Give the names of the members a tree rests on, each once, in order of appearance."""
    return tuple(dict.fromkeys(_names(tree)))


def planned(tree: Tree, availabilities: Mapping[str, Fraction]) -> Planned:
    """Give the availability that a tree has if its members fail independently of each other.

    A member named twice is the same one: it is taken as available and as not, each by its probability.

    Raises:
        StructureError: a member has no availability, or one that is no share.

    """
    shares = {name: _share(name, availabilities) for name in leaves(tree)}
    shared = [name for name, times in Counter(_names(tree)).items() if times > 1]
    return Planned(_expected(tree, shares, shared))


def _names(tree: Tree) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
        return
    for member in tree.members:
        yield from _names(member)


def _share(name: str, availabilities: Mapping[str, Fraction]) -> Fraction:
    if name not in availabilities:
        raise StructureError(f"no availability of {name!r}; give one from 0 to 1")
    share = availabilities[name]
    if not 0 <= share <= 1:
        raise StructureError(f"an availability of {share} of {name!r}; give one from 0 to 1")
    return share


def _expected(tree: Tree, shares: Mapping[str, Fraction], shared: list[str]) -> Fraction:
    if not shared:
        return _available(tree, shares)
    name, *others = shared
    up = _expected(tree, {**shares, name: Fraction(1)}, others)
    down = _expected(tree, {**shares, name: Fraction(0)}, others)
    return shares[name] * up + (1 - shares[name]) * down


def _available(tree: Tree, shares: Mapping[str, Fraction]) -> Fraction:
    """Give the probability that enough members are available, from that of each number of them (convolution)."""
    if isinstance(tree, str):
        return shares[tree]
    chances = [Fraction(1)]  # by the number of available members
    for member in tree.members:
        share = _available(member, shares)
        fewer, more = [*chances, Fraction(0)], [Fraction(0), *chances]
        chances = [a * (1 - share) + b * share for a, b in zip(fewer, more, strict=True)]
    return sum(chances[tree.needed :], Fraction(0))
