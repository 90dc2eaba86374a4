"""Reading ahead: a hand reads the ledger and puts batches together, while the fold writes what it read before."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned
from slamon.ledger.codec import Names, Row, payload_of
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger
from slamon.views.chains import Assignments, Chain, Read, in_chains
from slamon.views.hand import Hand

SPAN = 5_000  # positions in one question
AHEAD = 6  # parts that are read while others are folded
AT_ONCE = 500  # rows in memory at a time
LIFECYCLE = "lifecycle-asserted/1"


Part = tuple[Row, list[tuple[Any, ...]]]
"""The last row of a part of the ledger, of which only the envelope is here, and all rows and chains."""


class Ahead:
    """Some parts of the ledger, one after the other, and the last row that was read of them."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = parts
        self.last: Row | None = None

    def items(self, ledger: Ledger, assignments: Assignments, behind: int) -> Iterator[Row | Chain]:
        """What was read behind a position; batches are read once more only where somebody asks for them."""
        for last, found in self._parts:
            for plain, *each in found:
                if not plain:
                    yield _thawed(ledger, assignments, *each)
                elif each[0] > behind:
                    yield Row._make(each)
            self.last, behind = last, last.position


def parts(hand: Hand, ledger: Ledger, position: int, last: int) -> Iterator[Part]:
    """Let the hand read the ledger from behind a position to another; it begins at once, and is some parts ahead.

    Raises:
        HandError: the hand has ended, or, as the parts come, met something it cannot read.

    """
    spans = [(begin, min(begin + SPAN, last)) for begin in range(position, last, SPAN)]
    for span in spans[:AHEAD]:
        hand.ask(read, ledger.place, ledger.names, *span)
    return _answered(hand, ledger, spans)


def _answered(hand: Hand, ledger: Ledger, spans: Sequence[tuple[int, int]]) -> Iterator[Part]:
    for number in range(len(spans)):
        for span in spans[number + AHEAD : number + AHEAD + 1]:
            hand.ask(read, ledger.place, ledger.names, *span)
        answer: Any = marshal.loads(hand.answer())  # noqa: S302  # our own hand's
        if answer:
            newest, found = answer
            yield Row._make(newest), found


_ledgers: dict[Place, Ledger] = {}
_assigned: dict[tuple[Place, str, int], AgentAssigned] = {}


def opened(place: Place, names: Names) -> Ledger:
    """The ledger of a place, opened once."""
    if place not in _ledgers:
        _ledgers[place] = Ledger(place, names)
    return _ledgers[place]


def read(place: Place, names: Names, begin: int, end: int) -> bytes:
    """Read a part of a ledger: this is what the hand does. Empty where there is nothing."""
    ledger = opened(place, names)
    rows = Read(_rows(ledger, begin, end))
    found = [_frozen(each) for each in in_chains(rows, partial(assignment, ledger))]
    if rows.last is None:
        return marshal.dumps(())
    envelope = rows.last.state.partition(b"\n")[0]
    return marshal.dumps((tuple(rows.last._replace(state=envelope)), found))


def _rows(ledger: Ledger, position: int, end: int) -> Iterator[Row]:
    while rows := ledger.rows(position, limit=AT_ONCE, upto=end):
        yield from rows
        position = rows[-1].position
    # Nobody may see a record without the lifecycle that was stated with it.
    for row in ledger.rows(position, limit=1):
        if row.name == LIFECYCLE:
            yield row


def assignment(ledger: Ledger, agent: str, version: int) -> AgentAssigned:
    """A version of an agent's assignment, from the ledger itself."""
    if (ledger.place, agent, version) not in _assigned:
        for entry in ledger.stream(f"assignment:{agent}", after=version - 1, limit=1):
            if isinstance(entry.fact, AgentAssigned):
                _assigned[ledger.place, agent, version] = entry.fact
    return _assigned[ledger.place, agent, version]


def _frozen(each: Row | Chain) -> tuple[Any, ...]:
    if isinstance(each, Row):
        return (True, *each)
    stretches = [
        [
            (first, last, count, None if outcome is None else int(outcome), interval)
            for first, last, count, outcome, interval in found
        ]
        for found in each.stretches
    ]
    span = each.begin, each.end
    version = each.assigned.version
    return False, each.stream, each.version, version, *span, each.begins, each.positions, stretches


def _thawed(
    ledger: Ledger, assignments: Assignments, stream: str, version: int, assigned: int, *told: Any
) -> Chain:
    begin, end, begins, positions, stretches = told
    agent = stream.split(":", 2)[1]
    return Chain(
        stream,
        version,
        assignments(agent, assigned),
        begin,
        end,
        begins,
        positions,
        stretches,
        _Again(ledger, positions),
    )


@dataclass(frozen=True, slots=True)
class _Again:
    """The batches of a chain, read from the ledger when they are asked for."""

    ledger: Ledger
    positions: list[int]

    def __iter__(self) -> Iterator[ObservationsRecorded]:
        for position in self.positions:
            for row in self.ledger.rows(position - 1, limit=1):
                yield ObservationsRecorded.from_bytes(payload_of(row))
