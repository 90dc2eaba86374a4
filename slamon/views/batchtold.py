"""A batch as people read it: probes by name, results counted, instants instead of offsets."""

from __future__ import annotations

from slamon.views.answers import Answer


class Took(Answer):
    """How long the attempts of a probe took, in µs, by nearest rank; `count` of them were measured.

    Where `exact` is false the latencies are in an archive, and each figure is that of its bucket, within 3.1 %.
    """

    count: int
    min_us: int
    median_us: int
    p95_us: int
    max_us: int
    exact: bool


class ProbeTold(Answer):
    """What one probe came to in the span of a batch; `missing` slots have no result."""

    probe: str
    service: str | None
    target: str
    interval_us: int | None
    outcomes: dict[str, int]
    missing: int
    first_at: str | None
    last_at: str | None
    took: Took | None


class EdgeTold(Answer):
    """A change of a probe's outcome; `before` is null where what it was is not known."""

    probe: str
    at: str
    before: str | None
    outcome: str


class GapTold(Answer):
    """Slots of a probe that have no result, from the first to the last that was due."""

    probe: str
    count: int
    first_due: str
    last_due: str


class KeptTold(Answer):
    """One result of which more is kept than its outcome; `checked` are conditions and what was found."""

    row: int
    probe: str
    due: str
    at: str
    outcome: str
    latency_us: int | None
    lateness_ms: int
    reason: str | None
    text: str
    address: str | None
    phases_us: dict[str, int]
    checked: tuple[str, ...]
    certificate_until: str | None
    headers: dict[str, str]
    line: str


class BatchTold(Answer):
    """A batch of results with its place, its size and what is in it.

    `aside` says why it counts for nothing; `archived` where its single results are if they are not here;
    `unnamed` why its rows cannot be told probe by probe.
    """

    agent: str
    location: str | None
    simulated: bool
    spool: str
    sequence: int
    layout: int
    assignment: int
    begin: str
    end: str
    rows: int
    missing: int
    stored_bytes: int
    cold_bytes: int
    content_hash: str | None
    archived: str | None
    aside: str | None
    unnamed: str | None
    probes: tuple[ProbeTold, ...]
    edges: tuple[EdgeTold, ...]
    gaps: tuple[GapTold, ...]
    kept: tuple[KeptTold, ...]


class AttemptTold(Answer):
    """What came of one slot: when it was due, when it counts, how late it was begun.

    Where `archived` names a file, latency and lateness are there; `kept` is what was kept besides, if anything was.
    """

    due: str
    at: str
    outcome: str
    latency_us: int | None
    lateness_ms: int | None
    kept: KeptTold | None
    archived: str | None
