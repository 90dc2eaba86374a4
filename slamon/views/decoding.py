"""Decoding: what a batch says of each probe, with the assignment it was made under and what came before it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from catalogue.instants import format_instant
from probes.batch import ELSEWHERE, BatchError, ColdError, ObservationsRecorded
from probes.latency import BEGINS, LAST, NO_LATENCY, NONE, percentile
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe
from probes.stretches import runs
from slamon.ledger.archives import whereabouts
from slamon.ledger.codec import Entry, Fact
from slamon.ledger.store import Ledger
from slamon.sla.intake import BatchQuarantined
from slamon.views.batchtold import (
    AttemptTold,
    BatchTold,
    EdgeTold,
    GapTold,
    KeptTold,
    ProbeTold,
    Took,
)
from slamon.views.spooldays import day_of
from slamon.views.tables import spool_day

HALF, MOST = 500, 950  # per mille

Outcomes = Mapping[int, Outcome]
"""What each probe was, by its index in the assignment."""


class Attempt(NamedTuple):
    """A row: its number in the batch, when it was due and when it counts (µs), and what it came to."""

    row: int
    due: int
    at: int
    outcome: Outcome


def decoded(connection: Connection, ledger: Ledger, entry: Entry) -> BatchTold | None:
    """What a batch says, be it one that was set aside; None of other facts, and of bytes that are no batch."""
    batch = _batch_of(entry.fact)
    if batch is None:
        return None
    try:
        return _told(connection, ledger, entry, batch)
    except (BatchError, OverflowError):
        if isinstance(entry.fact, BatchQuarantined):
            return None  # why nobody can read it is the reason for which it was set aside
        raise


def attempt_of(
    connection: Connection, ledger: Ledger, entry: Entry, probe: str, due: int
) -> AttemptTold | None:
    """What a batch says of the slot of a probe that was due at an instant (µs); None where it has no row of it."""
    batch = entry.fact
    if not isinstance(batch, ObservationsRecorded):
        return None
    assigned, unnamed = _assigned(ledger, entry.stream.split(":")[1], batch)
    if assigned is None or unnamed is not None:
        return None
    book = Decoded(batch, assigned, _before(connection, ledger, entry, batch.assignment))
    archived = whereabouts(ledger, entry.position) if batch.away else None
    return book.attempt([each.probe for each in assigned.probes].index(probe), due, archived)


def _told(
    connection: Connection, ledger: Ledger, entry: Entry, batch: ObservationsRecorded
) -> BatchTold:
    _, agent, spool, _ = entry.stream.split(":")
    assigned, unnamed = _assigned(ledger, agent, batch)
    named = unnamed is None  # else its span may be of any length
    before = _before(connection, ledger, entry, batch.assignment) if named else {}
    book = Decoded(batch, assigned if named else None, before)
    return BatchTold(
        agent=agent,
        location=assigned.location if assigned else None,
        simulated=assigned.simulated if assigned else False,
        spool=spool,
        sequence=entry.version,
        layout=batch.stored[0] & ~ELSEWHERE,
        assignment=batch.assignment,
        begin=format_instant(batch.begin),
        end=format_instant(batch.end),
        rows=batch.rows,
        missing=len(batch.missing),
        stored_bytes=len(batch.stored),
        cold_bytes=sum(batch.lengths[1:]),
        content_hash=None if batch.away else batch.content_hash,
        archived=whereabouts(ledger, entry.position) if batch.away else None,
        aside=entry.fact.reason if isinstance(entry.fact, BatchQuarantined) else None,
        unnamed=unnamed,
        probes=tuple(book.probes()) if named else (),
        edges=tuple(book.edges()) if named else (),
        gaps=tuple(book.gaps()) if named else (),
        kept=tuple(book.kept()) if named else (),
    )


def _batch_of(fact: Fact) -> ObservationsRecorded | None:
    if isinstance(fact, BatchQuarantined):
        with suppress(BatchError):  # it may have been set aside because it is none
            return ObservationsRecorded.from_bytes(fact.payload)
    return fact if isinstance(fact, ObservationsRecorded) else None


def _assigned(
    ledger: Ledger, agent: str, batch: ObservationsRecorded
) -> tuple[AgentAssigned | None, str | None]:
    """The assignment a batch names, from the ledger, and why its rows cannot be named by it."""
    version = batch.assignment
    found = ledger.stream(f"assignment:{agent}", after=version - 1, limit=1)
    fact = next((each.fact for each in found if each.version == version), None)
    if not isinstance(fact, AgentAssigned):
        return None, f"the ledger has no assignment {version} of the agent {agent}"
    try:
        runs(batch, fact)
    except BatchError as wrong:
        return fact, str(wrong)
    return fact, None


def _before(connection: Connection, ledger: Ledger, entry: Entry, assignment: int) -> Outcomes:
    """What each probe was before a batch: as its day began, and as the day's batches before it changed that."""
    began = connection.execute(_day_of(entry.stream)).first()
    under = began.assignment if began else 0
    found = dict(_known(began.outcomes if began else ()))
    for earlier in ledger.stream(entry.stream, upto=entry.position - 1):
        if not isinstance(earlier.fact, ObservationsRecorded):
            found = {}  # what was set aside may have held a change
            continue
        if earlier.fact.assignment != under:
            under, found = earlier.fact.assignment, {}
        found |= {edge.probe: edge.outcome for edge in earlier.fact.edges}
    return found if under == assignment else {}


def _day_of(stream: str) -> Select[Any]:
    _, agent, spool, _ = stream.split(":")
    table = spool_day.c
    return select(table.assignment, table.outcomes).where(
        table.agent == agent, table.spool == spool, table.day == day_of(stream)
    )


def _known(stored: Sequence[int | None]) -> Iterator[tuple[int, Outcome]]:
    for index, outcome in enumerate(stored):
        if outcome is not None:
            yield index, Outcome(outcome)


class Decoded:
    """The rows of a batch, each given to its probe."""

    def __init__(
        self, batch: ObservationsRecorded, assigned: AgentAssigned | None, before: Outcomes
    ) -> None:
        self._batch = batch
        self._probes: Sequence[AssignedProbe] = assigned.probes if assigned else ()
        self._before = before
        missing = {(due, index) for index, due in batch.missing}
        planned = assigned.plan(batch.begin, batch.end) if assigned else []
        self._rows: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for row, (due, index) in enumerate(slot for slot in planned if slot not in missing):
            self._rows[index].append((row, due))

    def probes(self) -> Iterator[ProbeTold]:
        """Each probe that was due in the span, in the order of the assignment."""
        missing = Counter(each.probe for each in self._batch.missing)
        for index, probe in enumerate(self._probes):
            attempts = list(self._attempts(index))
            if not attempts and not missing[index]:
                continue
            counts = Counter(each.outcome for each in attempts)
            yield ProbeTold(
                probe=probe.probe,
                service=probe.service,
                target=probe.spec.target,
                interval_us=probe.interval_at(self._batch.begin),
                outcomes={outcome.name.lower(): counts[outcome] for outcome in Outcome},
                missing=missing[index],
                first_at=format_instant(attempts[0].at) if attempts else None,
                last_at=format_instant(attempts[-1].at) if attempts else None,
                took=self._took([each.row for each in attempts]),
            )

    def _attempts(self, index: int) -> Iterator[Attempt]:
        """The rows of a probe; an edge up to its next row is that of the row before it, which was late."""
        outcome = self._before.get(index, Outcome.INCONCLUSIVE)
        edges = sorted((e.at, e.outcome) for e in self._batch.edges if e.probe == index)
        rows = self._rows[index]
        place = 0
        for number, (row, due) in enumerate(rows):
            upto = rows[number + 1][1] if number + 1 < len(rows) else None
            at = due
            while place < len(edges) and (upto is None or edges[place][0] < upto):
                at, outcome = edges[place]
                place += 1
            yield Attempt(row, due, at, outcome)

    def _took(self, rows: Sequence[int]) -> Took | None:
        if self._batch.away:
            return self._about(rows)
        found = sorted(value for row in rows if (value := self._batch.latency[row]) != NO_LATENCY)
        if not found:
            return None
        ranked = {
            share: found[max(1, -(-len(found) * share // 1000)) - 1] for share in (HALF, MOST)
        }
        return Took(
            count=len(found),
            min_us=found[0],
            median_us=ranked[HALF],
            p95_us=ranked[MOST],
            max_us=found[-1],
            exact=True,
        )

    def _about(self, rows: Sequence[int]) -> Took | None:
        """What the buckets say, which stay when latencies go; nothing of layout 1, which has none."""
        try:
            counts = Counter(self._batch.buckets[row] for row in rows)
        except ColdError:
            return None
        counts.pop(NONE, None)
        half, most = percentile(counts, HALF), percentile(counts, MOST)
        if half is None or most is None:
            return None
        slowest = max(counts)
        return Took(
            count=counts.total(),
            min_us=BEGINS[min(counts)],
            median_us=half,
            p95_us=most,
            max_us=BEGINS[slowest + 1] if slowest < LAST else BEGINS[slowest],
            exact=False,
        )

    def edges(self) -> Iterator[EdgeTold]:
        """The changes in order of time."""
        known = dict(self._before)
        for probe, at, outcome in sorted(self._batch.edges, key=lambda each: each.at):
            before = known.get(probe)
            known[probe] = outcome
            yield EdgeTold(
                probe=self._probes[probe].probe,
                at=format_instant(at),
                before=None if before is None else before.name.lower(),
                outcome=outcome.name.lower(),
            )

    def gaps(self) -> Iterator[GapTold]:
        """The missing slots of each probe."""
        for index, group in groupby(sorted(self._batch.missing), key=lambda each: each.probe):
            dues = [each.due for each in group]
            yield GapTold(
                probe=self._probes[index].probe,
                count=len(dues),
                first_due=format_instant(dues[0]),
                last_due=format_instant(dues[-1]),
            )

    def kept(self) -> Iterator[KeptTold]:
        """The results of which evidence was kept, in order; none while it is in an archive."""
        if self._batch.away or not self._batch.evidence:
            return
        attempts = {
            each.row: (probe, each)
            for index, probe in enumerate(self._probes)
            for each in self._attempts(index)
        }
        for row in sorted(self._batch.evidence.keys() & attempts.keys()):
            probe, attempt = attempts[row]
            yield self._kept(probe, attempt)

    def attempt(self, index: int, due: int, archived: str | None) -> AttemptTold | None:
        """The result of the slot of a probe that was due at an instant (µs); None where there is none."""
        found = next((each for each in self._attempts(index) if each.due == due), None)
        if found is None:
            return None
        told = AttemptTold(
            due=format_instant(found.due),
            at=format_instant(found.at),
            outcome=found.outcome.name.lower(),
            latency_us=None,
            lateness_ms=None,
            kept=None,
            archived=archived,
        )
        if self._batch.away:
            return told
        latency = self._batch.latency[found.row]
        has_more = found.row in self._batch.evidence
        more = {
            "latency_us": None if latency == NO_LATENCY else latency,
            "lateness_ms": self._batch.lateness[found.row],
            "kept": self._kept(self._probes[index], found) if has_more else None,
        }
        return told.model_copy(update=more)

    def _kept(self, probe: AssignedProbe, attempt: Attempt) -> KeptTold:
        found, latency = self._batch.evidence[attempt.row], self._batch.latency[attempt.row]
        until = found.certificate_until
        return KeptTold(
            row=attempt.row,
            probe=probe.probe,
            due=format_instant(attempt.due),
            at=format_instant(attempt.at),
            outcome=attempt.outcome.name.lower(),
            latency_us=None if latency == NO_LATENCY else latency,
            lateness_ms=self._batch.lateness[attempt.row],
            reason=found.reason,
            text=found.text,
            address=found.address,
            phases_us=found.phases,
            checked=found.checked,
            certificate_until=None if until is None else format_instant(until),
            headers=found.headers,
            line=found.line,
        )
