"""Find where facts differ from what was sealed, and say what happened there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from slamon.ledger.codec import Names, Row
from slamon.ledger.leaf import leaf
from slamon.ledger.seals import MARK

LOOKED_AT = 64  # facts that differ and are compared with each other; beyond that, a fault is just told as a change

Kind = Literal[
    "changed",
    "missing",
    "swapped",
    "moved",
    "added",
    "seal",
    "anchor",
    "archive",
    "gap",
    "unreadable",
]


class Fault(NamedTuple):
    """What does not fit at a position; `says` tells it as a sentence."""

    position: int
    kind: Kind
    says: str


def locate(
    sealed: Mapping[int, bytes],
    found: Mapping[int, bytes],
    row_at: Callable[[int], Row],
    names: Names,
) -> Iterator[Fault]:
    """The faults among some facts, by position: the marks that were sealed against the leaves that were found."""
    changed = [at for at in sealed if at in found and found[at][:MARK] != sealed[at]]
    missing = [at for at in sealed if at not in found]
    added = [at for at in found if at not in sealed]
    suspects = [row_at(at) for at in sorted({*changed, *added})[:LOOKED_AT]]
    origins = {
        at: origin
        for at in sorted({*changed, *missing})[:LOOKED_AT]
        if (origin := _where(sealed[at], at, suspects, names)) is not None
    }
    taken = set(origins.values())
    # Of the other added ones it is told where they were taken from.
    told: dict[int, Fault | None] = {at: _added(at) for at in added if at not in taken}
    told |= {at: _changed(at, origins) for at in changed}
    told |= {at: _missing(at, origins) for at in missing}
    yield from (fault for _, fault in sorted(told.items()) if fault is not None)


def _added(at: int) -> Fault:
    return Fault(at, "added", f"no fact stood at position {at} when this was sealed")


def _changed(at: int, origins: Mapping[int, int]) -> Fault | None:
    to = origins.get(at)
    if to is None:
        return Fault(at, "changed", f"the fact of position {at} is not what was sealed there")
    if origins.get(to) != at:
        return _moved(at, to)
    said = f"what was sealed at positions {at} and {to} is swapped"
    return Fault(at, "swapped", said) if at < to else None


def _missing(at: int, origins: Mapping[int, int]) -> Fault:
    to = origins.get(at)
    if to is None:
        return Fault(at, "missing", f"the fact of position {at} is missing")
    return _moved(at, to)


def _moved(at: int, to: int) -> Fault:
    return Fault(at, "moved", f"the fact of position {at} stands at position {to} now")


def _where(mark: bytes, at: int, suspects: list[Row], names: Names) -> int | None:
    """Where the fact that was sealed at a position is now, or its content."""
    here = next((row for row in suspects if row.position == at), None)
    for row in suspects:
        if row.position == at:
            continue
        guesses = [row._replace(position=at)]
        if here is not None:
            guesses += [
                here._replace(name=row.name, state=row.state),
                here._replace(stream=row.stream, version=row.version),
            ]
        if any(leaf(guess, names)[:MARK] == mark for guess in guesses):
            return row.position
    return None
