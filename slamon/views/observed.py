"""From observation facts to `probe_day`, `probe_last`, `covered` and `interruption`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted
from probes.stretches import Stretch, runs
from slamon.ledger.codec import Entry
from slamon.sla.imports import ObservationsImported
from slamon.sla.judgement import Basis
from slamon.sla.runs import Run
from slamon.views.daybook import DayBook
from slamon.views.tables import assignment, covered, interruption, probe_last

OUTCOMES = ("good", "degraded", "bad", "inconclusive")


@lru_cache(maxsize=64)
def read_assignment(body: str) -> AgentAssigned:
    """An assignment from its stored text."""
    return AgentAssigned.model_validate_json(body)


@dataclass
class _Newest:
    """The newest result of a check at a place, and how many results there were of each outcome."""

    at: int = 0
    outcome: int = 0
    position: int = 0
    counts: Counter[int] = field(default_factory=Counter)


@dataclass
class _Cover:
    """How far a spool has reported under which assignment, and the last outcome of each probe in plan order."""

    until: int = 0
    assignment: int = 0
    outcomes: list[int | None] = field(default_factory=list)


class Observed:
    """Applies observation facts within one transaction of the fold."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.book = DayBook(connection)
        self._newest: dict[tuple[str, str], _Newest] = {}
        self._assignments: dict[tuple[str, int], AgentAssigned] = {}
        self._covers: dict[tuple[str, str], _Cover] = {}

    def assigned(self, entry: Entry, fact: AgentAssigned) -> None:
        """An agent has a new probe list."""
        row = {
            "agent": entry.stream.partition(":")[2],
            "version": fact.version,
            "location": fact.location,
            "simulated": fact.simulated,
            "body": fact.model_dump_json(by_alias=True),
            "position": entry.position,
        }
        self._connection.execute(insert(assignment).values(row))

    def interrupted(self, entry: Entry, fact: ProbingInterrupted) -> None:
        """An agent says why it did not probe."""
        row = {"agent": entry.stream.partition(":")[2], "begin": fact.from_}
        rest = {"end": fact.to, "reason": fact.reason}
        write = insert(interruption).values(**row, **rest)
        self._connection.execute(
            write.on_conflict_do_update(index_elements=["agent", "begin"], set_=rest)
        )

    def recorded(self, entry: Entry, fact: ObservationsRecorded) -> None:
        """A batch of an agent."""
        _, agent, spool, _ = entry.stream.split(":")
        assigned = self._assignment(agent, fact.assignment)
        basis: Basis = "simulated" if assigned.simulated else "measured"
        cover = self._cover(agent, spool)
        outcomes = cover.outcomes
        if cover.assignment != fact.assignment:
            outcomes = [None] * len(assigned.probes)
        for index, stretches in enumerate(runs(fact, assigned)):
            probe = assigned.probes[index]
            outcomes[index] = self._add(
                entry, probe, assigned.location, stretches, outcomes[index], basis
            )
        self._covers[agent, spool] = _Cover(fact.end, fact.assignment, outcomes)

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
            row = self._connection.execute(
                select(covered.c.until, covered.c.assignment, covered.c.outcomes).where(
                    covered.c.agent == agent, covered.c.spool == spool
                )
            ).first()
            self._covers[agent, spool] = _Cover(*row) if row else _Cover()
        return self._covers[agent, spool]

    def _add(
        self,
        entry: Entry,
        probe: AssignedProbe,
        location: str,
        stretches: Sequence[Stretch],
        before: int | None,
        basis: Basis,
    ) -> int | None:
        for stretch in stretches:
            if stretch.outcome is not None:
                before = int(stretch.outcome)
            # A batch that never said how its probe began tells nothing: that is our fault, never the target's.
            outcome = Outcome.INCONCLUSIVE if before is None else Outcome(before)
            interval = probe.interval_at(stretch.first) or 0
            validity = probe.validity(interval)
            run = Run(stretch.first, stretch.last, stretch.count, outcome, validity)
            self.book.add(probe.probe, location, run, interval, basis)
            self._note(probe.probe, location, run, entry.position)
        return before

    def imported(self, entry: Entry, fact: ObservationsImported) -> None:
        """A part of a file of foreign results."""
        for check, at, outcome in zip(fact.check, fact.at, fact.outcome, strict=True):
            run = Run(at, at, 1, Outcome(outcome), fact.validity_us)
            self.book.add(fact.checks[check], fact.location, run, 0, "imported")
            self._note(fact.checks[check], fact.location, run, entry.position)

    def _note(self, check: str, location: str, run: Run, position: int) -> None:
        newest = self._newest.setdefault((check, location), _Newest())
        newest.counts[int(run.outcome)] += run.count
        if run.last >= newest.at:
            newest.at, newest.outcome, newest.position = run.last, int(run.outcome), position

    def flush(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Write everything back; which checks were touched, and in which span of time (µs)."""
        self.book.flush()
        for (check, location), newest in self._newest.items():
            self._write_newest(check, location, newest)
        self._newest.clear()
        self._write_covers()
        return self.book.touched

    def _write_covers(self) -> None:
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

    def _write_newest(self, check: str, location: str, newest: _Newest) -> None:
        table = probe_last.c
        key = (table.check == check, table.location == location)
        old = self._connection.execute(select(probe_last).where(*key)).first()
        counts = {
            name: newest.counts[n] + (getattr(old, name) if old else 0)
            for n, name in enumerate(OUTCOMES)
        }
        values: dict[str, Any] = dict(counts)
        if old is None or newest.at >= old.at:
            values |= {"at": newest.at, "outcome": newest.outcome, "position": newest.position}
        if old is None:
            self._connection.execute(
                insert(probe_last).values(check=check, location=location, **values)
            )
        else:
            self._connection.execute(probe_last.update().where(*key).values(**values))
