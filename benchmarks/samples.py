"""The observations of a ledger as samples of Prometheus: success and duration of every result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TextIO

from benchmarks.history import TIMEOUT
from probes.batch import NO_LATENCY, ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned
from slamon.ledger.store import Ledger

PAGE = 200  # facts read at once


class Sample(NamedTuple):
    """A result: its probe, due instant in µs, how late it began in ms, whether it was good, latency in µs."""

    probe: str
    due: int
    late: int
    good: bool
    latency: int


def write_samples(text: TextIO, ledger: Ledger, *, aligned: bool) -> int:
    """Write both series of every probe as OpenMetrics; how many results that were.

    Samples are at the starts of the attempts or, aligned, at their slots.
    """
    count = 0
    text.write("# TYPE probe_success gauge\n")
    for each in samples(ledger):
        count += 1
        at = _at(each, aligned=aligned)
        text.write(f'probe_success{{probe="{each.probe}"}} {each.good:d} {at}\n')
    text.write("# TYPE probe_duration_seconds gauge\n")
    for each in samples(ledger):
        at, seconds = _at(each, aligned=aligned), each.latency / 1_000_000
        text.write(f'probe_duration_seconds{{probe="{each.probe}"}} {seconds} {at}\n')
    text.write("# EOF\n")
    return count


def _at(sample: Sample, *, aligned: bool) -> str:
    millisecond = sample.due // 1_000 + (0 if aligned else sample.late)
    return f"{millisecond // 1_000}.{millisecond % 1_000:03}"


def samples(ledger: Ledger) -> Iterator[Sample]:
    """Read every result of the agents' batches, in order of the ledger; a timeout lasted as long as was allowed."""
    assigned: dict[int, AgentAssigned] = {}
    outcomes: dict[int, Outcome] = {}
    for fact in _facts(ledger):
        if isinstance(fact, AgentAssigned):
            assigned[fact.version] = fact
        elif isinstance(fact, ObservationsRecorded):
            yield from _of_batch(assigned[fact.assignment], fact, outcomes)


def _facts(ledger: Ledger) -> Iterator[object]:
    position = 0
    while entries := ledger.since(position, limit=PAGE):
        yield from (entry.fact for entry in entries)
        position = entries[-1].position


def _of_batch(
    assigned: AgentAssigned, batch: ObservationsRecorded, outcomes: dict[int, Outcome]
) -> Iterator[Sample]:
    missing = {(slot.due, slot.probe) for slot in batch.missing}
    edges = {(edge.at, edge.probe): edge.outcome for edge in batch.edges}
    slots = (slot for slot in assigned.plan(batch.begin, batch.end) if slot not in missing)
    for (due, probe), latency, late in zip(slots, batch.latency, batch.lateness, strict=True):
        outcomes[probe] = edges.get((due, probe), outcomes.get(probe, Outcome.INCONCLUSIVE))
        took = TIMEOUT if latency == NO_LATENCY else latency
        good = outcomes[probe] is Outcome.GOOD
        yield Sample(assigned.probes[probe].probe, due, late, good, took)
