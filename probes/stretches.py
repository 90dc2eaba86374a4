"""Stretches: a batch read as evenly spaced results of equal outcome, by slot arithmetic instead of row by row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from probes.batch import BatchError, Edge, Missing
from probes.outcome import Outcome
from probes.spec import INSTANT_LIMIT, AgentAssigned, AssignedProbe


class Stretch(NamedTuple):
    """`count` results from `first` to `last` (µs, both included); outcome None = as before the batch.

    `interval` is the distance of slots in force at `first`, in µs; 0 outside all segments.
    """

    first: int
    last: int
    count: int  # type: ignore[assignment]  # of results, not of members
    outcome: Outcome | None
    interval: int


class Told(Protocol):
    """A batch, or several that follow each other."""

    @property
    def assignment(self) -> int:
        """The version of the assignment it was made under."""

    @property
    def begin(self) -> int:
        """The first instant of its span (µs)."""

    @property
    def end(self) -> int:
        """The first instant behind its span (µs)."""

    @property
    def rows(self) -> int:
        """How many slots have a result."""

    @property
    def edges(self) -> Sequence[Edge]:
        """The changes of outcome."""

    @property
    def missing(self) -> Sequence[Missing]:
        """The slots without a result."""


def runs(batch: Told, assignment: AgentAssigned) -> tuple[list[Stretch], ...]:
    """List the stretches of each probe, by its index, in order of time.

    A late row, whose edge is not a due instant, is a stretch of its own at its start.
    Neighbouring stretches of equal outcome are left apart where the spacing changes.

    Raises:
        BatchError: the batch was not made under this assignment, or its edges fit no row.

    """
    begin, end = batch.begin, batch.end
    planned = [each.progressions(begin, end) for each in assignment.probes]
    _belongs(batch, assignment, sum(count for each in planned for _, _, count in each))
    edges: defaultdict[int, list[tuple[int, Outcome]]] = defaultdict(list)
    for probe, at, outcome in batch.edges:
        edges[probe].append((at, outcome))
    missing: defaultdict[int, list[int]] = defaultdict(list)
    for probe, due in batch.missing:
        missing[probe].append(due)
    return tuple(
        list(_of_probe(assignment.probes[index], slots, edges[index], missing[index]))
        if index in edges or index in missing
        else [
            Stretch(first, first + (count - 1) * step, count, None, step)
            for first, step, count in slots
        ]
        for index, slots in enumerate(planned)
    )


Slots = Sequence[tuple[int, int, int]]


def _belongs(batch: Told, assignment: AgentAssigned, slots: int) -> None:
    if batch.assignment != assignment.version:
        raise BatchError(
            f"a batch of assignment {batch.assignment} was read with {assignment.version}"
        )
    if batch.rows + len(batch.missing) != slots:
        found = f"{batch.rows} rows and {len(batch.missing)} missing"
        raise BatchError(f"the batch has {found}, the assignment {slots} slots in its span")


def _of_probe(
    probe: AssignedProbe,
    slots: Slots,
    edges: Sequence[tuple[int, Outcome]],
    missing: Sequence[int],
) -> Iterator[Stretch]:
    outcome: Outcome | None = None
    pending = sorted(edges)
    present = list(_present(probe, slots, missing)) if missing else slots
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
                yield Stretch(at, at, 1, changed, probe.interval_at(at) or 0)
                begin = slot + step
        del pending[:upto]
        if begin < end:
            yield _stretch(begin, step, end, outcome)
    if pending:
        raise BatchError(f"an edge at {pending[0][0]} belongs to no row of probe {probe.probe}")


def _stretch(begin: int, step: int, end: int, outcome: Outcome | None) -> Stretch:
    count = (end - begin) // step
    return Stretch(begin, end - step, count, outcome, step)


def _present(
    probe: AssignedProbe, slots: Slots, missing: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """Yield the progressions of the slots that have a row."""
    gaps = sorted(missing)
    used = 0
    for first, step, count in slots:
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
