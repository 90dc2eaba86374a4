"""Assembly: the rows of a span become one batch, with every change of outcome listed as an edge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from probes.batch import NO_LATENCY, Edge, Missing, ObservationsRecorded
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.spec import AgentAssigned, allowed_lateness

EVIDENCE_ROOM = 256 * 1024  # bytes of one batch, before compression


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
        evidence=_affordable(present, {edge.at for edge in edges}),
    )
    return batch, last


def _affordable(rows: list[Row], edges: set[int]) -> dict[int, Evidence]:
    """The evidence that a batch has room for: that of changes first, then of what was not good, then the rest."""
    kept = [(n, row) for n, row in enumerate(rows) if row.evidence is not None]
    changed = [each for each in kept if {each[1].due, each[1].started} & edges]
    failed = [each for each in kept if each[1].outcome is not Outcome.GOOD]
    found: dict[int, Evidence] = {}
    room = EVIDENCE_ROOM
    for number, row in (*changed, *failed, *kept):
        if number in found or row.evidence is None:
            continue
        room -= len(row.evidence.model_dump_json(exclude_defaults=True))
        if room < 0:
            break
        found[number] = row.evidence
    return found


def relisted(
    batch: ObservationsRecorded, assignment: AgentAssigned, before: Mapping[int, Outcome]
) -> ObservationsRecorded:
    """The batch with an edge at the first row of every probe; `before` are the outcomes that it goes on from."""
    told = {(edge.probe, edge.at) for edge in batch.edges}
    missing = {(slot.due, slot.probe) for slot in batch.missing}
    first: dict[int, int] = {}
    for due, index in assignment.plan(batch.begin, batch.end):
        if (due, index) not in missing:
            first.setdefault(index, due)
    added = [
        Edge(index, due, before[index])
        for index, due in first.items()
        if index in before and not _tells(told, assignment, index, due)
    ]
    return _with(batch, edges=(*batch.edges, *added))


def _tells(told: set[tuple[int, int]], assignment: AgentAssigned, index: int, due: int) -> bool:
    interval = assignment.probes[index].interval_at(due) or 1
    return any(probe == index and due <= at < due + interval for probe, at in told)


def without_evidence(batch: ObservationsRecorded) -> ObservationsRecorded:
    """The batch without what explains its rows."""
    return _with(batch, evidence={})


def _with(
    batch: ObservationsRecorded,
    *,
    edges: Iterable[Edge] | None = None,
    evidence: Mapping[int, Evidence] | None = None,
) -> ObservationsRecorded:
    return ObservationsRecorded.of(
        batch.assignment,
        batch.begin,
        batch.end,
        edges=batch.edges if edges is None else edges,
        missing=batch.missing,
        latency=batch.latency,
        lateness=batch.lateness,
        evidence=batch.evidence if evidence is None else evidence,
    )


def is_late(assignment: AgentAssigned, row: Row) -> bool:
    """Say whether the attempt started later than allowed, so that its start counts, not its slot."""
    interval = assignment.probes[row.probe].interval_at(row.due)
    return interval is not None and row.started - row.due > allowed_lateness(interval)
