"""Rows: which row of which fact holds a result."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache, partial

from probes.batch import NO_LATENCY, ColdError, ObservationsRecorded
from probes.spec import AgentAssigned
from slamon.app.agents import assignment
from slamon.app.refused import Refused
from slamon.ledger.archives import whereabouts
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.sla.corrections import Chosen, Held
from slamon.sla.heartbeats import HeartbeatFact
from slamon.sla.imports import ObservationsImported

Assigned = Callable[[str, int], AgentAssigned | None]
"""The probe list of an agent, by its version."""


def held(ledger: Ledger, chosen: Chosen) -> list[Held]:
    """Find each chosen result; of several at one instant the one recorded last stands.

    Raises:
        LookupError: a result stands in none of the streams.
        Refused: its latency, which the correction repeats, is in an archive.

    """
    found: dict[int, tuple[int, Held]] = {}
    assigned = cache(partial(assignment, ledger))
    for stream in chosen.streams:
        for entry in ledger.stream(stream, upto=chosen.position):
            for row in _found(ledger, assigned, entry, chosen):
                known = found.get(row.at)
                if row.at in chosen.results and (known is None or known[0] <= entry.position):
                    found[row.at] = (entry.position, row)
    if lost := chosen.results.keys() - found.keys():
        message = f"{len(lost)} results of {chosen.check} stand in no stream that was looked up"
        raise LookupError(message)
    return [found[at][1] for at in sorted(found)]


def _found(ledger: Ledger, assigned: Assigned, entry: Entry, chosen: Chosen) -> list[Held]:
    try:
        return list(_rows(assigned, entry, chosen))
    except ColdError:
        message = f"{entry.stream} number {entry.version}: {whereabouts(ledger, entry.position)}"
        raise Refused(message) from None


def _rows(assigned: Assigned, entry: Entry, chosen: Chosen) -> Iterator[Held]:
    match entry.fact:
        case ObservationsImported() as fact:
            yield from _of_import(entry, fact, chosen)
        case fact if isinstance(fact, HeartbeatFact):
            result = fact.result
            if result and fact.location == chosen.location:
                yield Held(entry.stream, entry.version, 0, result.at, result.latency_us)
        case ObservationsRecorded() as fact:
            yield from _of_batch(assigned, entry, fact, chosen)


def _of_import(entry: Entry, fact: ObservationsImported, chosen: Chosen) -> Iterator[Held]:
    if fact.location != chosen.location:
        return
    columns = zip(fact.check, fact.at, fact.latency_us, strict=True)
    for row, (check, at, latency) in enumerate(columns):
        if fact.checks[check] == chosen.check:
            yield Held(entry.stream, entry.version, row, at, latency)


def _of_batch(
    assigned: Assigned, entry: Entry, batch: ObservationsRecorded, chosen: Chosen
) -> Iterator[Held]:
    under = assigned(entry.stream.split(":")[1], batch.assignment)
    asked = under and [each.probe for each in under.probes]
    if not under or not asked or under.location != chosen.location or chosen.check not in asked:
        return
    index = asked.index(chosen.check)
    missing = {(due, probe) for probe, due in batch.missing}
    plan = (slot for slot in under.plan(batch.begin, batch.end) if slot not in missing)
    own = [(row, due) for row, (due, probe) in enumerate(plan) if probe == index]
    for (row, _), at in zip(own, _instants(batch, index, [due for _, due in own]), strict=True):
        if at not in chosen.results:
            continue
        latency = batch.latency[row]
        told = None if latency == NO_LATENCY else latency
        yield Held(entry.stream, entry.version, row, at, told)


def _instants(batch: ObservationsRecorded, index: int, dues: list[int]) -> list[int]:
    """The instant of each row: the one it was due at, or that of its edge if it was started late."""
    instants = list(dues)
    for edge in batch.edges:
        if edge.probe == index:
            instants[bisect_right(dues, edge.at) - 1] = edge.at
    return instants
