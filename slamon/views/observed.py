"""From observation facts to `probe_day`, `pace_day`, `probe_last`, `covered` and `interruption`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, ProbingInterrupted
from slamon.ledger.codec import Entry
from slamon.sla.corrections import CorrectionFact
from slamon.sla.imports import ObservationsImported
from slamon.sla.levels import LevelsImported
from slamon.sla.runs import Run
from slamon.sla.tickets import TicketsImported
from slamon.views import cases
from slamon.views.batches import Batches
from slamon.views.daybook import DayBook
from slamon.views.paced import Paced
from slamon.views.tables import assignment, interruption, probe_last
from slamon.views.writing import insert

OUTCOMES = ("good", "degraded", "bad", "inconclusive")


@dataclass
class _Newest:
    """The newest result of a check at a place, and how many results there were of each outcome."""

    at: int = 0
    outcome: int = 0
    position: int = 0
    counts: Counter[int] = field(default_factory=Counter)


class Observed:
    """Applies observation facts within one transaction of the fold."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.book = DayBook(connection)
        self._newest: dict[tuple[str, str], _Newest] = {}
        self._batches = Batches(connection)
        self._paced = Paced.followed(connection)

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
        batch = self._batches.read(entry, fact)
        place = batch.assigned.location
        for probe, found in zip(batch.assigned.probes, batch.runs, strict=True):
            for run, interval in found:
                self.book.add(probe.probe, place, run, interval, batch.basis)
                self._note(probe.probe, place, run, entry.position)
        self._paced.recorded(batch)

    def set_aside(self, entry: Entry) -> None:
        """A fact of the intake: what stands in place of a batch leaves its spool's outcomes unknown."""
        self._batches.forget(entry)

    def imported(self, entry: Entry, fact: ObservationsImported) -> None:
        """A part of a file of foreign results."""
        for check, at, outcome in zip(fact.check, fact.at, fact.outcome, strict=True):
            run = Run(at, at, 1, Outcome(outcome), fact.validity_us)
            self.book.add(fact.checks[check], fact.location, run, 0, "imported")
            self._note(fact.checks[check], fact.location, run, entry.position)
        self._paced.imported(fact)

    def tickets(self, entry: Entry, fact: TicketsImported) -> None:
        """A part of a file of tickets."""
        self._touch(entry, cases.tickets_taken_in(self._connection, entry, fact))

    def levels(self, entry: Entry, fact: LevelsImported) -> None:
        """A part of a file of levels."""
        self._touch(entry, cases.levels_taken_in(self._connection, entry, fact))

    def _touch(self, entry: Entry, span: tuple[int, int]) -> None:
        """What a file says of cases touches the source as a whole, at no place."""
        self.book.touch(entry.stream.partition(":")[2], "", *span)

    def amended(self, fact: CorrectionFact) -> None:
        """Results do not stand any more, or stand with another outcome."""
        self.book.amend(fact.check, fact.location, fact.now)
        self._paced.amended(fact)

    def _note(self, check: str, location: str, run: Run, position: int) -> None:
        newest = self._newest.setdefault((check, location), _Newest())
        newest.counts[int(run.outcome)] += run.count
        if run.last >= newest.at:
            newest.at, newest.outcome, newest.position = run.last, int(run.outcome), position

    def flush(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Write everything back; which checks and sources were touched, and in which span of time (µs)."""
        self.book.flush()
        for (check, location), newest in self._newest.items():
            self._write_newest(check, location, newest)
        self._newest.clear()
        self._batches.flush()
        self._paced.flush()
        return self.book.touched

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
