"""Batches of agents read as runs of known outcome: what a probe was before a batch is remembered by spool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Connection, select

from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe
from probes.stretches import Stretch, runs
from slamon.ledger.codec import Entry
from slamon.sla.intake import BatchQuarantined
from slamon.sla.judgement import Basis
from slamon.sla.runs import Run
from slamon.views.tables import assignment, covered
from slamon.views.writing import insert

Timed = tuple[Run, int]
"""A run, and the distance of its slots in µs."""


@lru_cache(maxsize=64)
def read_assignment(body: str) -> AgentAssigned:
    """An assignment from its stored text."""
    return AgentAssigned.model_validate_json(body)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch under its assignment: the runs of each probe, by its index in the assignment, in order of time."""

    fact: ObservationsRecorded
    assigned: AgentAssigned
    basis: Basis
    runs: list[list[Timed]]


@dataclass
class _Cover:
    """How far a spool has reported under which assignment, and the last outcome of each probe in plan order."""

    until: int = 0
    assignment: int = 0
    outcomes: list[int | None] = field(default_factory=list)


class Batches:
    """Reads batches in the order of the ledger: those after the ones read before, or all of them `anew`."""

    def __init__(self, connection: Connection, *, anew: bool = False) -> None:
        self._connection = connection
        self._anew = anew
        self._assignments: dict[tuple[str, int], AgentAssigned] = {}
        self._covers: dict[tuple[str, str], _Cover] = {}

    def read(self, entry: Entry, fact: ObservationsRecorded) -> Batch:
        """Read the next batch of a spool."""
        _, agent, spool, _ = entry.stream.split(":")
        assigned = self._assignment(agent, fact.assignment)
        cover = self._cover(agent, spool)
        outcomes = cover.outcomes
        if cover.assignment != fact.assignment:
            outcomes = [None] * len(assigned.probes)
        found: list[list[Timed]] = []
        for index, stretches in enumerate(runs(fact, assigned)):
            own, outcomes[index] = _told(assigned.probes[index], stretches, outcomes[index])
            found.append(own)
        self._covers[agent, spool] = _Cover(fact.end, fact.assignment, outcomes)
        return Batch(fact, assigned, "simulated" if assigned.simulated else "measured", found)

    def forget(self, entry: Entry) -> None:
        """Know nothing of a spool's outcomes after a batch that was set aside: it may have held a change."""
        if not isinstance(entry.fact, BatchQuarantined):
            return
        _, agent, spool, _ = entry.stream.split(":")
        cover = self._cover(agent, spool)
        if not cover.assignment:
            del self._covers[agent, spool]  # it was the first of the spool
        cover.outcomes = [None] * len(cover.outcomes)

    def _assignment(self, agent: str, version: int) -> AgentAssigned:
        if (agent, version) not in self._assignments:
            body = self._connection.execute(
                select(assignment.c.body).where(
                    assignment.c.agent == agent, assignment.c.version == version
                )
            ).scalar_one()
            self._assignments[agent, version] = read_assignment(body)
        return self._assignments[agent, version]

    def _cover(self, agent: str, spool: str) -> _Cover:
        if (agent, spool) not in self._covers:
            self._covers[agent, spool] = _Cover() if self._anew else self._stored(agent, spool)
        return self._covers[agent, spool]

    def _stored(self, agent: str, spool: str) -> _Cover:
        row = self._connection.execute(
            select(covered.c.until, covered.c.assignment, covered.c.outcomes).where(
                covered.c.agent == agent, covered.c.spool == spool
            )
        ).first()
        return _Cover(*row) if row else _Cover()

    def flush(self) -> None:
        """Write back how far each spool was read."""
        rows = [
            {
                "agent": agent,
                "spool": spool,
                "until": cover.until,
                "assignment": cover.assignment,
                "outcomes": cover.outcomes,
            }
            for (agent, spool), cover in self._covers.items()
        ]
        self._covers.clear()
        if rows:
            write = insert(covered)
            named = ("until", "assignment", "outcomes")
            self._connection.execute(
                write.on_conflict_do_update(
                    index_elements=["agent", "spool"],
                    set_={name: write.excluded[name] for name in named},
                ),
                rows,
            )


def _told(
    probe: AssignedProbe, stretches: Sequence[Stretch], before: int | None
) -> tuple[list[Timed], int | None]:
    """Give the runs of a probe, and its last outcome; `before` is the one it had."""
    found: list[Timed] = []
    for stretch in stretches:
        if stretch.outcome is not None:
            before = int(stretch.outcome)
        # A batch that never said how its probe began tells nothing: that is our fault, never the target's.
        outcome = Outcome.INCONCLUSIVE if before is None else Outcome(before)
        interval = probe.interval_at(stretch.first) or 0
        validity = probe.validity(interval)
        run = Run(stretch.first, stretch.last, stretch.count, outcome, validity)
        found.append((run, interval))
    return found, before
