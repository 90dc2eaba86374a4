"""Batches of observations as an agent of many HTTP probes closes them; the same on every run."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from probes.batch import Edge, ObservationsRecorded
from probes.evidence import Evidence
from probes.outcome import Outcome

BEGIN = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
SPAN = 60_000_000
FAILURES = 0.001  # of all results; each is an edge, its end another, and both keep evidence

GOOD = Evidence(address="192.0.2.7:443", phases={"connect": 11_874, "tls": 24_310, "reply": 31_002})
BAD = Evidence(
    reason="status",
    text="HTTP/1.1 503 Service Unavailable",
    address="192.0.2.7:443",
    phases={"connect": 12_318, "tls": 25_114, "reply": 2_871},
    checked=("[STATUS] (503) == 200",),
)


def batches(rows: int, many: int) -> Iterator[ObservationsRecorded]:
    """Consecutive minutes of `rows` probes, each with a latency of its own and a tenth of it as jitter."""
    chance = Random(rows)  # noqa: S311  # figures must not change from run to run
    usual = [chance.lognormvariate(11, 0.5) for _ in range(rows)]  # median 60 ms
    failed: set[int] = set()
    for minute in range(many):
        begin = BEGIN + minute * SPAN
        failing = {probe for probe in range(rows) if chance.random() < FAILURES}
        yield ObservationsRecorded.of(
            1,
            begin,
            begin + SPAN,
            edges=_edges(begin, rows, failing, failed, first=minute == 0),
            missing=(),
            latency=[int(chance.gauss(each, each / 10)) for each in usual],
            lateness=[min(int(chance.expovariate(1)), 50) for _ in range(rows)],
            evidence={probe: BAD if probe in failing else GOOD for probe in failing ^ failed},
        )
        failed = failing


def _edges(
    begin: int, rows: int, failing: set[int], failed: set[int], *, first: bool
) -> list[Edge]:
    step = SPAN // rows
    changed = range(rows) if first else failing ^ failed
    return [
        Edge(probe, begin + probe * step, Outcome.BAD if probe in failing else Outcome.GOOD)
        for probe in changed
    ]
