"""A batch is a fact for ever: what cannot be read later is set aside when it comes, and read by nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from probes.batch import Edge, ObservationsRecorded
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.spec import AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from slamon.app import agents
from slamon.app.agents import BatchRefusedError, Taken
from slamon.cli.house import House

MINUTE = 60_000_000
DAY = "2026-09-21"
BEGIN = 1_789_948_800_000_000
PROBE = AssignedProbe(
    probe="prb-a",
    spec=TcpSpec(host="a.example", port=25, timeout=1_000_000),
    phase=0,
    segments=(Segment(interval=MINUTE),),
)
BATCH = ObservationsRecorded.of(
    1,
    BEGIN,
    BEGIN + 2 * MINUTE,
    edges=[Edge(0, BEGIN, Outcome.GOOD)],
    missing=[],
    latency=[1, 2],
    lateness=[0, 0],
    evidence={},
)


def damaged(part: int) -> ObservationsRecorded:
    """The batch with one of its compressed parts (buckets, columns, evidence) overwritten."""
    after, length = sum(BATCH.lengths[part + 1 :]), BATCH.lengths[part]
    data = bytearray(BATCH.to_bytes())
    data[len(data) - after - length : len(data) - after] = b"x" * length
    return ObservationsRecorded.from_bytes(bytes(data))


def nothing_at(begin: int, end: int) -> ObservationsRecorded:
    """A batch without any row."""
    return ObservationsRecorded.of(
        1, begin, end, edges=[], missing=[], latency=[], lateness=[], evidence={}
    )


@pytest.fixture
def take(house: House) -> Callable[[ObservationsRecorded], Taken]:
    agents.assign(house.ledger, "agent-a", [PROBE], location="loc-a", actor="slamon")

    def taken(batch: ObservationsRecorded, day: str = DAY) -> Taken:
        payload = batch.to_bytes()
        return agents.take_batch(
            house.ledger, "agent-a", "spool", day, 1, payload, now=BEGIN + 60 * MINUTE
        )

    return taken


def test_a_sound_batch_is_taken(take: Callable[[ObservationsRecorded], Taken]) -> None:
    assert take(BATCH).quarantined is None


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(damaged(0), id="its buckets are damaged"),
        pytest.param(damaged(1), id="its columns are damaged"),
        pytest.param(damaged(2), id="its evidence is damaged"),
        pytest.param(BATCH.without_cold()[0], id="its single results are elsewhere"),
        pytest.param(
            ObservationsRecorded.of(
                1,
                BEGIN,
                BEGIN + MINUTE,
                edges=[Edge(0, BEGIN, Outcome.BAD)],
                missing=[],
                latency=[1],
                lateness=[0],
                evidence={7: Evidence(reason="refused")},
            ),
            id="its evidence is of a row it has not",
        ),
        pytest.param(nothing_at(2**62, 2**62 + 5), id="it lies beyond the calendar"),
        pytest.param(nothing_at(-(2**63), 1 - 2**63), id="it lies before the calendar"),
    ],
)
def test_a_batch_that_could_not_be_read_later_is_set_aside(
    house: House, take: Callable[[ObservationsRecorded], Taken], batch: ObservationsRecorded
) -> None:
    taken = take(batch)
    house.refresh()

    assert taken.quarantined
    assert house.reading.observations(None, None, None, 10) == ()
    told = house.reading.fact(taken.position)
    assert told is not None
    assert told.fact == "batch-quarantined/1"


def test_a_day_that_does_not_exist_is_refused(house: House) -> None:
    agents.assign(house.ledger, "agent-a", [PROBE], location="loc-a", actor="slamon")

    with pytest.raises(BatchRefusedError, match="2026-02-30"):
        agents.take_batch(
            house.ledger,
            "agent-a",
            "spool",
            "2026-02-30",
            1,
            BATCH.to_bytes(),
            now=BEGIN + 60 * MINUTE,
        )
