"""Find where facts differ from what was sealed, and say what happened there."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from slamon.ledger.codec import Names, Row
from slamon.ledger.leaf import leaf_of, parts
from slamon.ledger.seals import MARK

LOOKED_FOR = (
    64  # facts that are not where they were sealed; of more it is just told that they are not
)
SUSPECTS = 4_096  # rows among which they are looked for

Kind = Literal[
    "changed",
    "missing",
    "swapped",
    "moved",
    "added",
    "seal",
    "anchor",
    "kept",
    "archive",
    "gap",
    "unreadable",
]


class Fault(NamedTuple):
    """What does not fit at a position; `says` tells it as a sentence."""

    position: int
    kind: Kind
    says: str


@dataclass
class Search:
    """Facts that are not where they were sealed, and the rows that may be they.

    `lost` are the marks of facts by the position they were sealed at; at those in `taken` stands another one now.
    """

    lost: dict[int, bytes] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    added: set[int] = field(default_factory=set)
    suspects: set[int] = field(default_factory=set)

    def under(self, sealed: Mapping[int, bytes], found: Mapping[int, bytes]) -> Iterator[Fault]:
        """Take in what differs under a seal, its marks against the leaves that were found; too much is told at once."""
        for at in sorted({*sealed, *found}):
            mark, leaf_there = sealed.get(at), found.get(at)
            if leaf_there is not None:
                if mark == leaf_there[:MARK]:
                    continue
                self.may_be(at)
            if mark is not None and len(self.lost) < LOOKED_FOR:
                self.lost[at] = mark
                self.taken |= {at} if at in found else set()
            elif mark is None and at in self.suspects:
                self.added.add(at)
            else:
                yield _told(at, sealed, found)

    def may_be(self, position: int) -> None:
        """Remember a row that may be one of those that are looked for."""
        if len(self.suspects) < SUSPECTS:
            self.suspects.add(position)

    def faults(self, row_at: Callable[[int], Row], names: Names) -> Iterator[Fault]:
        """What happened to each, once all rows were read."""
        origins = self._origins(row_at, names) if self.lost else {}
        # Of the other added ones it is told where they were taken from.
        yield from (_told(at, (), (at,)) for at in self.added - set(origins.values()))
        for at in self.lost:
            to = origins.get(at)
            if to is None:
                yield _told(at, self.lost, self.taken)
            elif at in self.taken and origins.get(to) == at:
                if at < to:
                    said = f"what was sealed at positions {at} and {to} is swapped"
                    yield Fault(at, "swapped", said)
            else:
                said = f"the fact of position {at} stands at position {to} now"
                yield Fault(at, "moved", said)

    def _origins(self, row_at: Callable[[int], Row], names: Names) -> dict[int, int]:
        """Where each lost fact is now, or its content, of those that are found again."""
        there = {at: _Stored.of(row_at(at), names) for at in self.taken}
        origins: dict[int, int] = {}
        for position in sorted(self.suspects):
            stored = _Stored.of(row_at(position), names)
            for at in self.lost.keys() - origins.keys() - {position}:
                if self.lost[at] in stored.marks_as(at, there.get(at)):
                    origins[at] = position
        return origins


def _told(at: int, sealed: Container[int], found: Container[int]) -> Fault:
    """What is told of a position that does not fit, if nothing more is known."""
    if at not in sealed:
        return Fault(at, "added", f"no fact stood at position {at} when this was sealed")
    if at not in found:
        return Fault(at, "missing", f"the fact of position {at} is missing")
    return Fault(at, "changed", f"the fact of position {at} is not what was sealed there")


class _Stored(NamedTuple):
    """A row, parted once for many guesses."""

    row: Row
    parts: tuple[bytes, bytes]

    @classmethod
    def of(cls, row: Row, names: Names) -> _Stored:
        return cls(row, parts(row, names))

    def marks_as(self, at: int, there: _Stored | None) -> Iterator[bytes]:
        """The marks it would have at a position: moved there, or by its content or its place in a stream only."""
        row = self.row
        yield leaf_of(row._replace(position=at), *self.parts)[:MARK]
        if there is not None:
            yield leaf_of(there.row._replace(name=row.name), *self.parts)[:MARK]
            placed = there.row._replace(stream=row.stream, version=row.version)
            yield leaf_of(placed, *there.parts)[:MARK]
