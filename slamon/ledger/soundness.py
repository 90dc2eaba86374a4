"""Whether every fact can be read, follows the one before it in its stream, and was recorded after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from slamon.ledger.codec import Names, Row, split
from slamon.ledger.store import Ledger

PAGE = 2_000  # rows at a time


class Fault(NamedTuple):
    """What is wrong with the fact at a position."""

    position: int
    stream: str
    what: str


def faults(
    ledger: Ledger, names: Names, progress: Callable[[int], None] = lambda _position: None
) -> Iterator[Fault]:
    """Read every fact of a ledger, oldest first, and tell each fault; `progress` hears positions."""
    versions: dict[str, int] = {}
    recorded_at = 0
    for row in _rows(ledger, progress):
        expected = versions.get(row.stream, 0) + 1
        if row.version != expected:
            what = f"version {row.version} stands where version {expected} should"
            yield Fault(row.position, row.stream, what)
        versions[row.stream] = row.version
        try:
            envelope, payload = split(row.state)
            names.decode(row.name, payload)
        except ValueError as wrong:
            yield Fault(row.position, row.stream, f"{row.name} cannot be read: {wrong}")
            continue
        if envelope.recorded_at < recorded_at:
            yield Fault(row.position, row.stream, "it was recorded before the fact before it")
        recorded_at = max(recorded_at, envelope.recorded_at)


def _rows(ledger: Ledger, progress: Callable[[int], None]) -> Iterator[Row]:
    position = 0
    while rows := ledger.rows(position, limit=PAGE):
        yield from rows
        position = rows[-1].position
        progress(position)
