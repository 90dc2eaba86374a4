"""`pace_day`: results by whether they took at most as long as somebody promised, for every such bound.

What is there is a function of the promises and of the results up to one position: a bound that is promised later is
filled in from the ledger, one that is promised no more is forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import cast

from sqlalchemy import Connection, delete, select

from catalogue.agreements import Agreement
from catalogue.instants import parse_duration
from catalogue.objectives import Objective
from catalogue.probing import Import
from catalogue.targets import Share
from probes.batch import NO_LATENCY, ColdError, ObservationsRecorded
from probes.latency import BEGINS, LAST, NONE
from probes.outcome import Outcome
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.sla.corrections import (
    CorrectionFact,
    ObservationsCorrected,
    ObservationsVoided,
)
from slamon.sla.counts import within
from slamon.sla.heartbeats import HeartbeatFact
from slamon.sla.imports import ObservationsImported
from slamon.sla.intake import BatchQuarantined
from slamon.sla.runs import Run
from slamon.views.batches import Batch, Batches, Timed
from slamon.views.chains import Chain, in_chains
from slamon.views.daybook import DayBook
from slamon.views.promised import Promises, promises
from slamon.views.tables import pace_bound, pace_day
from slamon.views.writing import insert

Bounds = Mapping[str, Collection[int]]
"""By check: how long its results may take (µs), for all who promise anything about that."""

AT_ONCE = 500  # facts between two writes while a new bound is filled in


def bounds_of(held: Promises) -> Bounds:
    """Every bound that any version of a latency objective names."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for newest in held.of(Agreement):
        for agreement, _, _ in held.versions("agreement", newest.id):
            for objective in cast("Agreement", agreement).objectives:
                if (bound := bound_of(objective)) is not None:
                    for name in objective.data:
                        found[check_of(held, name, objective.service)].add(bound)
    return found


def bound_of(objective: Objective) -> int | None:
    """How long a result may take (µs) that a latency objective counts as good; None for any other objective.

    Nor has one a bound that is stated in days or months: no attempt lasts until its timeout for so long.
    """
    if objective.indicator != "latency" or not isinstance(objective.target, Share):
        return None
    duration = parse_duration(objective.target.within)
    return None if duration.months or duration.days else duration.us


def check_of(held: Promises, data: str, service: str) -> str:
    """The check under which results of a probe, or of a file about a service, are kept."""
    return f"{data}/{service}" if held.get(Import, data) else data


class Paced:
    """Holds results against bounds, within one transaction of the fold."""

    def __init__(self, connection: Connection, bounds: Bounds) -> None:
        self._connection = connection
        self._bounds = bounds
        self._books: dict[int, DayBook] = {}

    @classmethod
    def followed(cls, connection: Connection) -> Paced:
        """Hold results against the bounds that are followed already."""
        return cls(connection, _followed(connection))

    def go_on(self, connection: Connection) -> None:
        """Serve another transaction under the same promises."""
        self._connection = connection
        for book in self._books.values():
            book.go_on(connection)

    def recorded(self, batch: Batch) -> None:
        """A batch of an agent; its latencies are read only where a probe of it has a bound."""
        if not self._bounds:
            return
        asked = {
            index: bounds
            for index, probe in enumerate(batch.assigned.probes)
            if (bounds := self._bounds.get(probe.probe))
        }
        if not asked:
            return
        chain = batch.chain
        place = chain.assigned.location
        for index, latencies in latencies_of(chain, asked).items():
            check = chain.assigned.probes[index].probe
            for bound in asked[index]:
                found = list(relative(batch.runs[index], latencies, bound))
                self._book(bound).add((check, place), found, chain.basis, chain.position_of)

    def imported(self, entry: Entry, fact: ObservationsImported) -> None:
        """A part of a file of foreign results."""
        if self._bounds.keys().isdisjoint(fact.checks):
            return
        rows = zip(fact.check, fact.at, fact.outcome, fact.latency_us, strict=True)
        for number, at, outcome, latency in rows:
            check = fact.checks[number]
            for bound in self._bounds.get(check, ()):
                kept = within(Outcome(outcome), latency, bound)
                run = Run(at, at, 1, kept, fact.validity_us)
                source = check, fact.location
                self._book(bound).add(source, [(run, 0)], "imported", lambda _: entry.position)

    def heard(self, entry: Entry, fact: HeartbeatFact) -> None:
        """A signal of a probe that reports itself, or its silence; a run takes as long as from its begin to its end."""
        check, result = entry.stream.split(":")[1], fact.result
        if result is None:
            return
        for bound in self._bounds.get(check, ()):
            kept = within(result.outcome, result.latency_us, bound)
            run = Run(result.at, result.at, 1, kept, result.validity_us)
            source = check, fact.location
            self._book(bound).add(source, [(run, 0)], "measured", lambda _: entry.position)

    def amended(self, entry: Entry, fact: CorrectionFact) -> None:
        """Results do not stand any more, or stand with another outcome."""
        for bound in self._bounds.get(fact.check, ()):
            became = fact.within(bound)
            self._book(bound).amend(fact.check, fact.location, became, entry.position)

    def _book(self, bound: int) -> DayBook:
        if bound not in self._books:
            self._books[bound] = DayBook(self._connection, bound)
        return self._books[bound]

    def flush(self) -> None:
        """Write everything back."""
        for book in self._books.values():
            book.flush()


def latencies_of(chain: Chain, wanted: Mapping[int, Collection[int]]) -> dict[int, list[int]]:
    """The latency of each row of some probes, by their index, in order of time; `NO_LATENCY` where there is none.

    `wanted` has the bounds of each. In an archive it is known by its bucket: that is enough unless a bound is in it.
    """
    found: dict[int, list[int]] = {index: [] for index in wanted}
    for fact in chain.facts:
        missing = {(due, index) for index, due in fact.missing}
        rows = (slot for slot in chain.assigned.plan(fact.begin, fact.end) if slot not in missing)
        latencies, exact = _latencies(fact)
        for (_, index), latency in zip(rows, latencies, strict=True):
            if index in found:
                known = latency if exact else _by_bucket(latency, wanted[index])
                found[index].append(known)
    return found


def _latencies(fact: ObservationsRecorded) -> tuple[Sequence[int], bool]:
    """The latencies of a batch, or their buckets where these are all that is here; whether it is the former."""
    try:
        return fact.latency, True
    except ColdError:
        return fact.buckets, False


def _by_bucket(bucket: int, bounds: Collection[int]) -> int:
    """A latency on the same side of each bound as every one of a bucket; `NO_LATENCY` where nobody can tell."""
    if bucket == NONE:
        return NO_LATENCY
    begin = BEGINS[bucket]
    longest = BEGINS[bucket + 1] - 1 if bucket < LAST else NO_LATENCY
    return NO_LATENCY if any(begin <= bound < longest for bound in bounds) else begin


def relative(found: Sequence[Timed], latencies: Sequence[int], bound: int) -> Iterator[Timed]:
    """The runs of a probe with the outcome that each result has for a bound; `latencies` are those of all its rows."""
    place = 0
    for run, interval in found:
        taken = latencies[place : place + run.count]
        place += run.count
        begin = 0
        for outcome, count in _outcomes(run.outcome, taken, bound):
            part = run._replace(outcome=outcome).part(begin, begin + count)
            begin += count
            if part:
                yield part, interval


def _outcomes(
    outcome: Outcome, latencies: Sequence[int], bound: int
) -> Iterator[tuple[Outcome, int]]:
    """Equal outcomes in a row, and how many there are."""
    if outcome in {Outcome.BAD, Outcome.INCONCLUSIVE}:
        yield outcome, len(latencies)
        return
    each = (within(outcome, None if n == NO_LATENCY else n, bound) for n in latencies)
    for value, group in groupby(each):
        yield value, sum(1 for _ in group)


def follow_promises(
    connection: Connection, ledger: Ledger, upto: int, held: Promises | None = None
) -> None:
    """Bring the bounds that are followed to those that are promised; `upto` is the position of the views.

    The promises are those of `held`, or of the catalogue as this connection sees it.
    """
    wanted = _pairs(bounds_of(held or promises(connection)))
    followed = _pairs(_followed(connection))
    for check, bound in followed - wanted:
        for table in (pace_bound, pace_day):
            connection.execute(delete(table).where(table.c.check == check, table.c.bound == bound))
    if new := wanted - followed:
        rows = [{"check": check, "bound": bound} for check, bound in sorted(new)]
        connection.execute(insert(pace_bound), rows)
        _fill_in(connection, ledger, _bounds(new), upto)


def _fill_in(connection: Connection, ledger: Ledger, bounds: Bounds, upto: int) -> None:
    """Hold everything that was ever observed against new bounds."""
    batches, paced = Batches(connection, anew=True), Paced(connection, bounds)
    position = 0
    while rows := ledger.rows(position, limit=AT_ONCE, upto=upto):
        for each in in_chains(rows, batches.assigned):
            if isinstance(each, Chain):
                paced.recorded(batches.read(each))
            else:
                _take(batches, paced, ledger.entry(each))
        paced.flush()
        position = rows[-1].position


def _take(batches: Batches, paced: Paced, entry: Entry) -> None:
    match entry.fact:
        case ObservationsImported() as fact:
            paced.imported(entry, fact)
        case fact if isinstance(fact, HeartbeatFact):
            paced.heard(entry, fact)
        case ObservationsVoided() | ObservationsCorrected() as fact:
            paced.amended(entry, fact)
        case BatchQuarantined():
            batches.forget(entry)
        case _:
            pass  # the other facts observe nothing


def _followed(connection: Connection) -> Bounds:
    rows = connection.execute(select(pace_bound))
    return _bounds({(row.check, row.bound) for row in rows})


def _bounds(pairs: Collection[tuple[str, int]]) -> Bounds:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for check, bound in pairs:
        found[check].add(bound)
    return found


def _pairs(bounds: Bounds) -> set[tuple[str, int]]:
    return {(check, bound) for check, each in bounds.items() for bound in each}
