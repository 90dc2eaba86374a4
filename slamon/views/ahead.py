"""Reading ahead: a hand reads the ledger and puts batches together, while the fold writes what it read before."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, cast

from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned
from slamon.ledger.codec import Names, Row, payload_of
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger
from slamon.views.chains import RECORDED, Assignments, Chain, Read, in_chains
from slamon.views.hand import Hand, HandError

FEW, MANY = 5_000, 8_000  # rows of one part
AHEAD = 5  # parts that are read while others are folded
AT_ONCE = 500  # rows in memory at a time
LIFECYCLE = "lifecycle-asserted/1"
DATE = len("2026-03-01")  # at the end of a stream of observations


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
    hand.ask(read, ledger.place, ledger.names, position, last, FEW, MANY)
    for _ in range(AHEAD - 1):
        hand.ask(read_on)
    return _answered(hand, last)


def _answered(hand: Hand, last: int) -> Iterator[Part]:
    left = AHEAD
    try:
        while left:
            left -= 1
            answer: Any = marshal.loads(hand.answer())  # noqa: S302  # our own hand's
            if not answer:
                continue  # it was asked for more than there is
            newest, found = answer
            row = Row._make(newest)
            if row.position < last:
                hand.ask(read_on)
                left += 1
            yield row, found
    finally:
        with suppress(HandError):
            for _ in range(left):  # nobody else is to be given these
                hand.answer()


_ledgers: dict[Place, Ledger] = {}
_assigned: dict[tuple[Place, str, int], AgentAssigned] = {}


def opened(place: Place, names: Names) -> Ledger:
    """The ledger of a place, opened once."""
    if place not in _ledgers:
        _ledgers[place] = Ledger(place, names)
    return _ledgers[place]


_reading: list[Iterator[bytes]] = []
"""What the hand was asked to read, as far as it has not been given yet."""


def read(place: Place, names: Names, begin: int, end: int, few: int, many: int) -> bytes:
    """Begin to read a ledger, and give the first part: this is what the hand does. Empty where there is nothing."""
    ledger = opened(place, names)
    rows = groupby(_rows(ledger, begin, end), _Parting(few, many))
    _reading[:] = [(_frozen_part(ledger, part) for _, part in rows)]
    return read_on()


def read_on() -> bytes:
    """Give the next part of what was begun; empty behind the last one."""
    return next(_reading[0], marshal.dumps(()))


def _frozen_part(ledger: Ledger, part: Iterator[Row]) -> bytes:
    rows = Read(part)
    found = [_frozen(each) for each in in_chains(rows, partial(assignment, ledger))]
    last = cast("Row", rows.last)
    envelope = last.state.partition(b"\n")[0]
    return marshal.dumps((tuple(last._replace(state=envelope)), found))


class _Parting:
    """Numbers the part of each row: of `few` rows at the least, up to the beginning of a day, of `many` at the most.

    The batches of a day are read together as far as they are in one part.
    """

    def __init__(self, few: int, many: int) -> None:
        self._few = few
        self._many = many
        self._rows = self._part = 0
        self._day = ""

    def __call__(self, row: Row) -> int:
        day = row.stream[-DATE:] if row.name == RECORDED else ""
        full = self._rows >= self._few and (day > self._day or self._rows >= self._many)
        # Nobody may see a record without the lifecycle that was stated with it.
        if full and row.name != LIFECYCLE:
            self._part += 1
            self._rows = 0
        self._day = max(self._day, day)
        self._rows += 1
        return self._part


def _rows(ledger: Ledger, position: int, end: int) -> Iterator[Row]:
    while rows := ledger.rows(position, limit=AT_ONCE, upto=end):
        yield from rows
        position = rows[-1].position


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
