"""From observation facts to `probe_day`, `pace_day`, `probe_last`, `covered` and `interruption`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Insert, case

from probes.outcome import Outcome
from probes.spec import AgentAssigned, ProbingInterrupted
from slamon.ledger.codec import Entry
from slamon.sla.corrections import CorrectionFact
from slamon.sla.heartbeats import HeartbeatFact
from slamon.sla.imports import ObservationsImported
from slamon.sla.levels import LevelsImported
from slamon.sla.runs import Run
from slamon.sla.tickets import TicketsImported
from slamon.views import cases
from slamon.views.batches import Batches, Timed
from slamon.views.chains import Chain
from slamon.views.daybook import DayBook
from slamon.views.marks import Mark, Spans
from slamon.views.paced import Paced
from slamon.views.tables import assignment, interruption, probe_last
from slamon.views.writing import insert, write_many

OUTCOMES = ("good", "degraded", "bad", "inconclusive")


class _Newest:
    """The newest result of a check at a place, and how many results there were of each outcome."""

    __slots__ = ("at", "counts", "outcome", "position")

    def __init__(self) -> None:
        self.at = self.outcome = self.position = 0
        self.counts = [0] * len(OUTCOMES)


class Observed:
    """Applies observation facts, transaction by transaction of the fold."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.book = DayBook(connection)
        self.marks: list[Mark] = []
        self.promises_changed = False
        self._newest: dict[tuple[str, str], _Newest] = {}
        self._batches = Batches(connection)
        self._paced = Paced.followed(connection)

    def go_on(self, connection: Connection) -> None:
        """Serve another transaction that sees what the one before it has written, and no more."""
        self._connection = connection
        self.marks = []
        self.book.go_on(connection)
        self._batches.go_on(connection)
        self._paced.go_on(connection)

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

    def assignment(self, agent: str, version: int) -> AgentAssigned:
        """A version of an agent's probe list."""
        return self._batches.assigned(agent, version)

    def recorded(self, chain: Chain) -> None:
        """Batches of an agent."""
        batch = self._batches.read(chain)
        place, basis = chain.assigned.location, chain.basis
        mark = self.mark(chain.positions[-1])
        mark.chain = chain
        for probe, found in zip(chain.assigned.probes, batch.runs, strict=True):
            if not found:
                continue
            source = probe.probe, place
            self.book.add(source, found, basis, chain.position_of)
            self._note(source, found, chain.position_of(found[-1][0].last))
            mark.runs[source] = found
        self._paced.recorded(batch)

    def mark(self, position: int) -> Mark:
        """Begin to note what a fact touches."""
        mark = Mark(position)
        self.marks.append(mark)
        self.book.marked = mark.spans
        return mark

    def set_aside(self, entry: Entry) -> None:
        """A fact of the intake: what stands in place of a batch leaves its spool's outcomes unknown."""
        self._batches.forget(entry)

    def imported(self, entry: Entry, fact: ObservationsImported) -> None:
        """A part of a file of foreign results."""
        for check, at, outcome in zip(fact.check, fact.at, fact.outcome, strict=True):
            run = Run(at, at, 1, Outcome(outcome), fact.validity_us)
            source, found = (fact.checks[check], fact.location), [(run, 0)]
            self.book.add(source, found, "imported", lambda _: entry.position)
            self._note(source, found, entry.position)
        self._paced.imported(entry, fact)

    def heard(self, entry: Entry, fact: HeartbeatFact) -> None:
        """A signal of a probe that reports itself, or its silence; a signal that changes no state is no result."""
        if (result := fact.result) is None:
            return
        run = Run(result.at, result.at, 1, result.outcome, result.validity_us)
        source, found = (entry.stream.split(":")[1], fact.location), [(run, 0)]
        self.book.add(source, found, "measured", lambda _: entry.position)
        self._note(source, found, entry.position)
        self._paced.heard(entry, fact)

    def tickets(self, entry: Entry, fact: TicketsImported) -> None:
        """A part of a file of tickets."""
        self._touch(entry, cases.tickets_taken_in(self._connection, entry, fact))

    def levels(self, entry: Entry, fact: LevelsImported) -> None:
        """A part of a file of levels."""
        self._touch(entry, cases.levels_taken_in(self._connection, entry, fact))

    def _touch(self, entry: Entry, span: tuple[int, int]) -> None:
        """What a file says of cases touches the source as a whole, at no place."""
        self.book.touch((entry.stream.partition(":")[2], ""), *span)

    def amended(self, entry: Entry, fact: CorrectionFact) -> None:
        """Results do not stand any more, or stand with another outcome."""
        self.book.amend(fact.check, fact.location, fact.now, entry.position)
        self._paced.amended(entry, fact)

    def _note(self, source: tuple[str, str], found: Sequence[Timed], position: int) -> None:
        newest = self._newest.get(source)
        if newest is None:
            newest = self._newest[source] = _Newest()
        for (_, _, count, outcome, _), _ in found:
            newest.counts[outcome] += count
        last = found[-1][0]
        if last.last >= newest.at:
            newest.at, newest.outcome, newest.position = last.last, int(last.outcome), position

    def flush(self) -> Spans:
        """Write everything back; which checks and sources were touched, and in which span of time (µs)."""
        for source, outcomes in self.book.recounted.items():
            counts = self._newest.setdefault(source, _Newest()).counts
            for outcome, more in outcomes.items():
                counts[outcome] += more
        self.book.flush()
        if self._newest:
            self._write_newest()
        self._batches.flush()
        self._paced.flush()
        return self.touched

    @property
    def touched(self) -> Spans:
        """Which checks and sources were touched so far, and in which span of time (µs)."""
        return self.book.touched

    @property
    def many_changed(self) -> bool:
        """Whether so many days were changed that their rows are written in bulk."""
        return self.book.many_changed

    def _write_newest(self) -> None:
        rows = [
            {
                "check": check,
                "location": location,
                "at": newest.at,
                "outcome": newest.outcome,
                "position": newest.position,
                **{name: newest.counts[n] for n, name in enumerate(OUTCOMES)},
            }
            for (check, location), newest in sorted(self._newest.items())
        ]
        self._newest.clear()
        write_many(self._connection, _NEWEST, rows)


def _newest_written() -> Insert:
    write = insert(probe_last)
    given, held = write.excluded, probe_last.c
    later = given.at >= held.at
    return write.on_conflict_do_update(
        index_elements=["check", "location"],
        set_={
            **{name: held[name] + given[name] for name in OUTCOMES},
            **{
                name: case((later, given[name]), else_=held[name])
                for name in ("at", "outcome", "position")
            },
        },
    )


_NEWEST = _newest_written()
