"""Stretches: a batch read as evenly spaced results of equal outcome, by slot arithmetic instead of row by row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from probes.batch import BatchError, ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import INSTANT_LIMIT, AgentAssigned, AssignedProbe


@dataclass(frozen=True, slots=True)
class Stretch:
    """`count` results from `first` to `last` (µs, both included); outcome None = as before the batch."""

    first: int
    last: int
    count: int
    outcome: Outcome | None


def runs(batch: ObservationsRecorded, assignment: AgentAssigned) -> tuple[list[Stretch], ...]:
    """List the stretches of each probe, by its index, in order of time.

    A late row, whose edge is not a due instant, is a stretch of its own at its start.
    Neighbouring stretches of equal outcome are left apart where the spacing changes.

    Raises:
        BatchError: the batch was not made under this assignment, or its edges fit no row.

    """
    _belongs(batch, assignment)
    edges: defaultdict[int, list[tuple[int, Outcome]]] = defaultdict(list)
    for edge in batch.edges:
        edges[edge.probe].append((edge.at, edge.outcome))
    missing: defaultdict[int, list[int]] = defaultdict(list)
    for probe, due in batch.missing:
        missing[probe].append(due)
    return tuple(
        list(_of_probe(each, batch, edges[index], missing[index]))
        for index, each in enumerate(assignment.probes)
    )


def _belongs(batch: ObservationsRecorded, assignment: AgentAssigned) -> None:
    if batch.assignment != assignment.version:
        raise BatchError(
            f"a batch of assignment {batch.assignment} was read with {assignment.version}"
        )
    slots = sum(
        count
        for each in assignment.probes
        for _, _, count in each.progressions(batch.begin, batch.end)
    )
    if batch.rows + len(batch.missing) != slots:
        found = f"{batch.rows} rows and {len(batch.missing)} missing"
        raise BatchError(f"the batch has {found}, the assignment {slots} slots in its span")
    known = len(assignment.probes)
    if any(probe >= known for probe, *_ in (*batch.edges, *batch.missing)):
        message = "the batch names a probe that the assignment has not"
        raise BatchError(message)


def _of_probe(
    probe: AssignedProbe,
    batch: ObservationsRecorded,
    edges: Sequence[tuple[int, Outcome]],
    missing: Sequence[int],
) -> Iterator[Stretch]:
    outcome: Outcome | None = None
    pending = sorted(edges)
    present = list(_present(probe, batch, missing))
    nexts = [*(first for first, _, _ in present[1:]), INSTANT_LIMIT]
    for (first, step, count), following in zip(present, nexts, strict=False):
        begin, end = first, first + step * count
        # Up to the next row of the probe an edge belongs to the row before it.
        upto = bisect_left(pending, (min(end, following), Outcome.GOOD))
        for at, changed in pending[:upto]:
            slot = at - (at - first) % step
            if slot < begin:
                raise BatchError(f"an edge at {at} belongs to no row of probe {probe.probe}")
            if slot > begin:
                yield _stretch(begin, step, slot, outcome)
            begin, outcome = slot, changed
            if at != slot:
                yield Stretch(at, at, 1, changed)
                begin = slot + step
        del pending[:upto]
        if begin < end:
            yield _stretch(begin, step, end, outcome)
    if pending:
        raise BatchError(f"an edge at {pending[0][0]} belongs to no row of probe {probe.probe}")


def _stretch(begin: int, step: int, end: int, outcome: Outcome | None) -> Stretch:
    count = (end - begin) // step
    return Stretch(begin, end - step, count, outcome)


def _present(
    probe: AssignedProbe, batch: ObservationsRecorded, missing: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """Yield the progressions of the slots that have a row."""
    gaps = sorted(missing)
    used = 0
    for first, step, count in probe.progressions(batch.begin, batch.end):
        begin, end = first, first + step * count
        upto = bisect_right(gaps, end - step)
        for due in gaps[used:upto]:
            if due < begin or (due - first) % step:
                raise BatchError(f"a missing slot at {due} is not due for probe {probe.probe}")
            if due > begin:
                yield begin, step, (due - begin) // step
            begin = due + step
        used = upto
        if begin < end:
            yield begin, step, (end - begin) // step
    if used < len(gaps):
        raise BatchError(f"a missing slot at {gaps[used]} is not due for probe {probe.probe}")
