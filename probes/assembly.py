"""Assembly: the rows of a span become one batch, with every change of outcome listed as an edge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from probes.batch import NO_LATENCY, Edge, Missing, ObservationsRecorded
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.spec import AgentAssigned, allowed_lateness


@dataclass(frozen=True)
class Row:
    """One attempt: due and started in µs UTC, latency in µs or None."""

    probe: int
    due: int
    started: int
    outcome: Outcome
    latency: int | None
    evidence: Evidence | None = None


def assemble(
    assignment: AgentAssigned,
    begin: int,
    end: int,
    rows: Iterable[Row],
    before: Mapping[int, Outcome],
) -> tuple[ObservationsRecorded, dict[int, Outcome]]:
    """Make the batch of `[begin, end)`; a due slot without a row becomes missing.

    `before` has the outcome of each probe's slot just before `begin`; a probe that is not in it
    lists an edge with its first row. Returns the batch and the `before` of the next one.
    """
    given = {(row.due, row.probe): row for row in rows}
    present: list[Row] = []
    missing: list[Missing] = []
    edges: list[Edge] = []
    last = dict(before)
    for due, index in assignment.plan(begin, end):
        row = given.get((due, index))
        if row is None:
            missing.append(Missing(index, due))
            last.pop(index, None)
            continue
        present.append(row)
        late = is_late(assignment, row)
        if late or last.get(index) != row.outcome:
            edges.append(Edge(index, row.started if late else due, row.outcome))
        last[index] = row.outcome
    batch = ObservationsRecorded.of(
        assignment.version,
        begin,
        end,
        edges=edges,
        missing=missing,
        latency=[NO_LATENCY if row.latency is None else row.latency for row in present],
        lateness=[max(0, row.started - row.due) // 1000 for row in present],
        evidence={n: row.evidence for n, row in enumerate(present) if row.evidence is not None},
    )
    return batch, last


def is_late(assignment: AgentAssigned, row: Row) -> bool:
    """Say whether the attempt started later than allowed, so that its start counts, not its slot."""
    interval = assignment.probes[row.probe].interval_at(row.due)
    return interval is not None and row.started - row.due > allowed_lateness(interval)
