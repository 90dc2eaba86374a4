"""Batches of agents read as runs of known outcome; those of a spool that follow each other in a day as one.

What a probe was before a batch is remembered by spool.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Connection, bindparam, select

from probes.batch import BatchError, Edge, Missing, ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe
from probes.stretches import Stretch, runs
from slamon.ledger.codec import Entry
from slamon.sla.intake import BatchQuarantined
from slamon.sla.judgement import Basis
from slamon.sla.runs import Run
from slamon.views import spooldays
from slamon.views.tables import assignment, covered
from slamon.views.writing import insert, write_many

_ASSIGNED = select(assignment.c.body).where(
    assignment.c.agent == bindparam("agent"), assignment.c.version == bindparam("version")
)
_COVERED = select(covered.c.until, covered.c.assignment, covered.c.outcomes).where(
    covered.c.agent == bindparam("agent"), covered.c.spool == bindparam("spool")
)
_write = insert(covered)
_COVER = _write.on_conflict_do_update(
    index_elements=["agent", "spool"],
    set_={name: _write.excluded[name] for name in ("until", "assignment", "outcomes")},
)

Timed = tuple[Run, int]
"""A run, and the distance of its slots in µs."""


class MisfitError(ValueError):
    """A batch does not fit the assignment under which it was made; it says where it stands."""

    def __init__(self, position: int, stream: str, wrong: str) -> None:
        super().__init__(wrong)
        self.position = position
        self.stream = stream


@lru_cache(maxsize=64)
def read_assignment(body: str) -> AgentAssigned:
    """An assignment from its stored text."""
    return AgentAssigned.model_validate_json(body)


def assigned_to(connection: Connection, agent: str, version: int) -> AgentAssigned:
    """A version of an agent's assignment, as it was folded."""
    asked = {"agent": agent, "version": version}
    return read_assignment(connection.execute(_ASSIGNED, asked).scalar_one())


@dataclass
class Chain:
    """Batches of one spool that follow each other within a UTC day, as if they were one batch."""

    stream: str
    spool_of: tuple[str, str]
    version: int
    """Of the first of them in the stream."""
    assigned: AgentAssigned
    begin: int
    end: int
    rows: int = 0
    edges: list[Edge] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    facts: list[ObservationsRecorded] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)

    @property
    def assignment(self) -> int:
        """The version under which all of them were made."""
        return self.assigned.version

    @property
    def basis(self) -> Basis:
        """What their results are."""
        return "simulated" if self.assigned.simulated else "measured"

    def carries_on(self, fact: ObservationsRecorded) -> bool:
        """Whether a batch of the same stream can be read together with these.

        The edge of a row that started after the end of its batch would be taken for one of the next.
        """
        return (
            self.end == fact.begin
            and self.assigned.version == fact.assignment
            and (not self.edges or self.edges[-1].at < self.end)
        )

    def take(self, position: int, fact: ObservationsRecorded) -> None:
        """Take the next batch in."""
        self.end = fact.end
        self.rows += fact.rows
        if fact.edges:
            self.edges += sorted(fact.edges, key=_by_instant)
        if fact.missing:
            self.missing += fact.missing
        self.facts.append(fact)
        self.begins.append(fact.begin)
        self.positions.append(position)

    def position_of(self, instant: int) -> int:
        """The position of the batch that told of an instant (µs)."""
        return self.positions[max(0, bisect_right(self.begins, instant) - 1)]

    def spans(self) -> Iterator[tuple[int, int, int]]:
        """Position, begin and end of each batch."""
        ends = [*self.begins[1:], self.end]
        return zip(self.positions, self.begins, ends, strict=True)


def _by_instant(edge: Edge) -> int:
    return edge.at


@dataclass(frozen=True, slots=True)
class Batch:
    """A chain of batches: the runs of each probe, by its index in the assignment, in order of time."""

    chain: Chain
    runs: list[list[Timed]]

    @property
    def assigned(self) -> AgentAssigned:
        """The assignment under which it was made."""
        return self.chain.assigned


@dataclass
class _Cover:
    """How far a spool has reported under which assignment, and the last outcome of each probe in plan order."""

    until: int = 0
    assignment: int = 0
    outcomes: list[Outcome | None] = field(default_factory=list)


class Batches:
    """Reads batches in the order of the ledger: those after the ones read before, or all of them `anew`."""

    def __init__(self, connection: Connection, *, anew: bool = False) -> None:
        self._connection = connection
        self._anew = anew
        self._assignments: dict[tuple[str, int], AgentAssigned] = {}
        self._covers: dict[tuple[str, str], _Cover] = {}
        self._read: set[tuple[str, str]] = set()
        self._open: dict[str, Chain] = {}
        self._days_begun: list[spooldays.Row] = []

    def go_on(self, connection: Connection) -> None:
        """Serve another transaction that sees what the one before it has written."""
        self._connection = connection

    def take(
        self, stream: str, version: int, position: int, fact: ObservationsRecorded
    ) -> list[Batch]:
        """Take in the next batch; what was taken in before and has to be read first."""
        chain = self._open.get(stream)
        if chain is not None and chain.carries_on(fact):
            chain.take(position, fact)
            return []
        _, agent, spool, _ = stream.split(":")
        assigned = self._assignment(agent, fact.assignment)
        done = [
            self._close(other)
            for other in list(self._open.values())
            if other.spool_of == (agent, spool) or _meet(other.assigned, assigned)
        ]
        chain = Chain(stream, (agent, spool), version, assigned, fact.begin, fact.end)
        self._open[stream] = chain
        chain.take(position, fact)
        return done

    def close(self) -> list[Batch]:
        """Read what was taken in and not read yet."""
        return [self._close(chain) for chain in list(self._open.values())]

    def _close(self, chain: Chain) -> Batch:
        del self._open[chain.stream]
        spool_of = chain.spool_of
        cover = self._cover(*spool_of)
        self._note_beginning(chain.stream, chain.version, chain.positions[0], cover)
        outcomes = cover.outcomes
        if cover.assignment != chain.assignment:
            outcomes = [None] * len(chain.assigned.probes)
        found: list[list[Timed]] = []
        for index, stretches in enumerate(_stretches(chain)):
            own, outcomes[index] = _told(chain.assigned.probes[index], stretches, outcomes[index])
            found.append(own)
        self._covers[spool_of] = _Cover(chain.end, chain.assignment, outcomes)
        self._read.add(spool_of)
        return Batch(chain, found)

    def forget(self, entry: Entry) -> None:
        """Know nothing of a spool's outcomes after a batch that was set aside: it may have held a change."""
        if not isinstance(entry.fact, BatchQuarantined):
            return
        _, agent, spool, _ = entry.stream.split(":")
        cover = self._cover(agent, spool)
        self._note_beginning(entry.stream, entry.version, entry.position, cover)
        if not cover.assignment:
            del self._covers[agent, spool]  # it was the first of the spool
            return
        cover.outcomes = [None] * len(cover.outcomes)
        self._read.add((agent, spool))

    def _note_beginning(self, stream: str, version: int, position: int, cover: _Cover) -> None:
        if version == 1 and not self._anew:
            before = (cover.until, cover.assignment, list(cover.outcomes))
            self._days_begun.append(spooldays.row(stream, position, *before))

    def _assignment(self, agent: str, version: int) -> AgentAssigned:
        if (agent, version) not in self._assignments:
            self._assignments[agent, version] = assigned_to(self._connection, agent, version)
        return self._assignments[agent, version]

    def _cover(self, agent: str, spool: str) -> _Cover:
        if (agent, spool) not in self._covers:
            self._covers[agent, spool] = _Cover() if self._anew else self._stored(agent, spool)
        return self._covers[agent, spool]

    def _stored(self, agent: str, spool: str) -> _Cover:
        row = self._connection.execute(_COVERED, {"agent": agent, "spool": spool}).first()
        if row is None:
            return _Cover()
        return _Cover(row.until, row.assignment, [_outcome(each) for each in row.outcomes])

    def flush(self) -> None:
        """Write back how far each spool was read."""
        spooldays.write(self._connection, self._days_begun)
        self._days_begun.clear()
        rows = [
            {
                "agent": agent,
                "spool": spool,
                "until": cover.until,
                "assignment": cover.assignment,
                "outcomes": json.dumps(cover.outcomes),
            }
            for (agent, spool), cover in self._covers.items()
            if (agent, spool) in self._read
        ]
        self._read.clear()
        write_many(self._connection, _COVER, rows)


def _outcome(stored: int | None) -> Outcome | None:
    return None if stored is None else Outcome(stored)


def _stretches(chain: Chain) -> Sequence[Sequence[Stretch]]:
    try:
        return runs(chain, chain.assigned)
    except BatchError:
        for position, fact in zip(chain.positions, chain.facts, strict=True):
            try:
                runs(fact, chain.assigned)
            except BatchError as wrong:
                raise MisfitError(position, chain.stream, str(wrong)) from wrong
        raise


def _meet(one: AgentAssigned, other: AgentAssigned) -> bool:
    """Whether two agents ask the same at the same place: of results at one instant the later in the ledger holds."""
    return one.location == other.location and not _checks(one).isdisjoint(_checks(other))


def _checks(assigned: AgentAssigned) -> set[str]:
    return {each.probe for each in assigned.probes}


def _told(
    probe: AssignedProbe, stretches: Sequence[Stretch], before: Outcome | None
) -> tuple[list[Timed], Outcome | None]:
    """Give the runs of a probe, and its last outcome; `before` is the one it had."""
    found: list[Timed] = []
    for first, last, count, told in stretches:
        if told is not None:
            before = told
        # A batch that never said how its probe began tells nothing: that is our fault, never the target's.
        outcome = Outcome.INCONCLUSIVE if before is None else before
        interval = probe.interval_at(first) or 0
        found.append((Run(first, last, count, outcome, probe.validity(interval)), interval))
    return found, before
