"""Chains of batches as runs of known outcome: what a probe was before a batch is remembered by spool."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Connection, bindparam, select

from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe
from slamon.ledger.codec import Entry
from slamon.sla.intake import BatchQuarantined
from slamon.sla.runs import Run
from slamon.views import spooldays
from slamon.views.asking import ask
from slamon.views.chains import Chain, Told
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

OUTCOMES = tuple(Outcome)

Timed = tuple[Run, int]
"""A run, and the distance of its slots in µs."""


@lru_cache(maxsize=64)
def read_assignment(body: str) -> AgentAssigned:
    """An assignment from its stored text."""
    return AgentAssigned.model_validate_json(body)


def assigned_to(connection: Connection, agent: str, version: int) -> AgentAssigned:
    """A version of an agent's assignment, as it was folded."""
    asked = {"agent": agent, "version": version}
    return read_assignment(connection.execute(_ASSIGNED, asked).scalar_one())


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
    """Knows what each probe was: reads chains in the order of the ledger, after those before, or all of them `anew`."""

    def __init__(self, connection: Connection, *, anew: bool = False) -> None:
        self._connection = connection
        self._anew = anew
        self._assignments: dict[tuple[str, int], AgentAssigned] = {}
        self._covers: dict[tuple[str, str], _Cover] = {}
        self._read: set[tuple[str, str]] = set()
        self._days_begun: list[spooldays.Row] = []

    def go_on(self, connection: Connection) -> None:
        """Serve another transaction that sees what the one before it has written."""
        self._connection = connection

    def assigned(self, agent: str, version: int) -> AgentAssigned:
        """A version of an agent's assignment."""
        if (agent, version) not in self._assignments:
            self._assignments[agent, version] = assigned_to(self._connection, agent, version)
        return self._assignments[agent, version]

    def read(self, chain: Chain) -> Batch:
        """Read the next chain of a spool."""
        spool_of = chain.spool_of
        cover = self._cover(*spool_of)
        self._note_beginning(chain.stream, chain.version, chain.positions[0], cover)
        outcomes, version = cover.outcomes, chain.assigned.version
        if cover.assignment != version:
            outcomes = [None] * len(chain.assigned.probes)
        found: list[list[Timed]] = []
        for index, stretches in enumerate(chain.stretches):
            own, outcomes[index] = _told(chain.assigned.probes[index], stretches, outcomes[index])
            found.append(own)
        self._covers[spool_of] = _Cover(chain.end, version, outcomes)
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

    def _cover(self, agent: str, spool: str) -> _Cover:
        if (agent, spool) not in self._covers:
            self._covers[agent, spool] = _Cover() if self._anew else self._stored(agent, spool)
        return self._covers[agent, spool]

    def _stored(self, agent: str, spool: str) -> _Cover:
        for until, version, outcomes in ask(self._connection, _COVERED, agent=agent, spool=spool):
            return _Cover(until, version, [_outcome(each) for each in outcomes])
        return _Cover()

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


def _told(
    probe: AssignedProbe, stretches: Sequence[Told], before: Outcome | None
) -> tuple[list[Timed], Outcome | None]:
    """Give the runs of a probe, and its last outcome; `before` is the one it had."""
    found: list[Timed] = []
    known = validity = -1
    for first, last, count, told, interval in stretches:
        if told is not None:
            before = OUTCOMES[told]
        if interval != known:
            known, validity = interval, probe.validity(interval)
        # A batch that never said how its probe began tells nothing: that is our fault, never the target's.
        outcome = Outcome.INCONCLUSIVE if before is None else before
        found.append((Run(first, last, count, outcome, validity), interval))
    return found, before
