"""Rows of the ledger with their batches read: those of a spool that follow each other in a day as one chain."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from probes.batch import BatchError, Edge, Missing, ObservationsRecorded
from probes.spec import AgentAssigned
from probes.stretches import runs
from slamon.ledger.codec import Row, payload_of
from slamon.sla.judgement import Basis

RECORDED = "observations-recorded/1"

Told = tuple[int, int, int, int | None, int]
"""What a `Stretch` says, with the number of its outcome."""

Assignments = Callable[[str, int], AgentAssigned]
"""The version of an agent's assignment, by agent and version."""


class MisfitError(ValueError):
    """A batch is damaged, or does not fit the assignment under which it was made; it says where it stands."""

    def __init__(self, position: int, stream: str, wrong: str) -> None:
        super().__init__(wrong)
        self.position = position
        self.stream = stream


@dataclass(slots=True)
class Chain:
    """Batches of one spool that follow each other within a UTC day, as if they were one batch."""

    stream: str
    version: int
    """Of the first of them in the stream."""
    assigned: AgentAssigned
    begin: int
    end: int
    begins: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    stretches: Sequence[Sequence[Told]] = ()
    """Of each probe, by its index in the assignment, in order of time; an outcome that is None is as before."""
    facts: Iterable[ObservationsRecorded] = ()

    @property
    def spool_of(self) -> tuple[str, str]:
        """The agent, and its spool."""
        _, agent, spool, _ = self.stream.split(":")
        return agent, spool

    @property
    def basis(self) -> Basis:
        """What their results are."""
        return "simulated" if self.assigned.simulated else "measured"

    def position_of(self, instant: int) -> int:
        """The position of the batch that told of an instant (µs)."""
        return self.positions[max(0, bisect_right(self.begins, instant) - 1)]

    def spans(self) -> Iterator[tuple[int, int, int]]:
        """Position, begin and end of each batch."""
        ends = [*self.begins[1:], self.end]
        return zip(self.positions, self.begins, ends, strict=True)


@dataclass(slots=True)
class _Open:
    """A chain that may go on, and what its batches say together."""

    chain: Chain
    facts: list[ObservationsRecorded] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    rows: int = 0

    @property
    def assignment(self) -> int:
        """The version under which all of them were made."""
        return self.chain.assigned.version

    @property
    def begin(self) -> int:
        """The first instant of the first of them (µs)."""
        return self.chain.begin

    @property
    def end(self) -> int:
        """The first instant behind the last of them (µs)."""
        return self.chain.end

    def carries_on(self, fact: ObservationsRecorded) -> bool:
        """Whether a batch of the same stream can be read together with these.

        The edge of a row that started after the end of its batch would be taken for one of the next.
        """
        chain = self.chain
        return (
            chain.end == fact.begin
            and chain.assigned.version == fact.assignment
            and (not self.edges or self.edges[-1].at < chain.end)
        )

    def take(self, position: int, fact: ObservationsRecorded) -> None:
        chain = self.chain
        chain.end = fact.end
        chain.begins.append(fact.begin)
        chain.positions.append(position)
        self.rows += fact.rows
        if fact.edges:
            self.edges += sorted(fact.edges, key=_by_instant)
        if fact.missing:
            self.missing += fact.missing
        self.facts.append(fact)

    def closed(self) -> Chain:
        chain = self.chain
        chain.facts = self.facts
        try:
            chain.stretches = runs(self, chain.assigned)
        except BatchError:
            self._say_which()
            raise
        return chain

    def _say_which(self) -> None:
        chain = self.chain
        for position, fact in zip(chain.positions, self.facts, strict=True):
            try:
                runs(fact, chain.assigned)
            except BatchError as wrong:
                raise MisfitError(position, chain.stream, str(wrong)) from wrong


class Read:
    """Rows, and the last of them that was read."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.last: Row | None = None

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.last = row
            yield row


def in_chains(rows: Iterable[Row], assignments: Assignments) -> Iterator[Row | Chain]:
    """Read the batches among rows: a chain comes when it is complete, and before the next row that is no batch.

    Raises:
        MisfitError: a batch is damaged, or does not fit its assignment.

    """
    opened: dict[str, _Open] = {}
    for row in rows:
        if row.name != RECORDED:
            yield from _all_closed(opened)
            yield row
            continue
        fact = _read(row)
        this = opened.get(row.stream)
        if this is None or not this.carries_on(fact):
            agent = row.stream.split(":", 2)[1]
            chain = Chain(
                row.stream, row.version, assignments(agent, fact.assignment), fact.begin, fact.end
            )
            yield from _closed_before(opened, chain)
            this = opened[row.stream] = _Open(chain)
        this.take(row.position, fact)
    yield from _all_closed(opened)


def _read(row: Row) -> ObservationsRecorded:
    try:
        return ObservationsRecorded.from_bytes(payload_of(row))
    except BatchError as wrong:
        raise MisfitError(row.position, row.stream, str(wrong)) from wrong


def _closed_before(opened: dict[str, _Open], chain: Chain) -> Iterator[Chain]:
    """Close what has to be read before a chain begins: its spool's, and those that may have results of the same."""
    for stream, other in list(opened.items()):
        if other.chain.spool_of == chain.spool_of or _meet(other.chain.assigned, chain.assigned):
            yield opened.pop(stream).closed()


def _all_closed(opened: dict[str, _Open]) -> Iterator[Chain]:
    while opened:
        yield opened.pop(next(iter(opened))).closed()


def _by_instant(edge: Edge) -> int:
    return edge.at


def _meet(one: AgentAssigned, other: AgentAssigned) -> bool:
    """Whether two agents ask the same at the same place: of results at one instant the later in the ledger holds."""
    return one.location == other.location and not _checks(one).isdisjoint(_checks(other))


def _checks(assigned: AgentAssigned) -> set[str]:
    return {each.probe for each in assigned.probes}
