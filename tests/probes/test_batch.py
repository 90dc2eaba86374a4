"""Batches: what is packed comes out again, small, lazily, and with its meaning."""

from __future__ import annotations

import contextlib
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.assembly import Row, assemble
from probes.batch import (
    NO_LATENCY,
    BatchError,
    ColdError,
    Edge,
    Missing,
    ObservationsRecorded,
)
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.parting import parts
from probes.spec import AgentAssigned, AssignedProbe, Segment, allowed_lateness
from probes.specs.lines import TcpSpec
from probes.stretches import Stretch, runs

SECOND = 1_000_000
GOOD, DEGRADED, BAD = Outcome.GOOD, Outcome.DEGRADED, Outcome.BAD


def probe(name: str, phase: int, *segments: Segment) -> AssignedProbe:
    spec = TcpSpec(host="127.0.0.1", port=9, timeout=1)
    return AssignedProbe(probe=name, spec=spec, phase=phase, segments=segments)


def assigned(*probes: AssignedProbe) -> AgentAssigned:
    return AgentAssigned(version=7, location="loc-bonn", probes=probes)


EVERY_10_S = assigned(
    probe("a", 1 * SECOND, Segment(interval=10 * SECOND)),
    probe("b", 2 * SECOND, Segment(interval=10 * SECOND)),
)


def row(index: int, second: int, outcome: Outcome, late: int = 0) -> Row:
    return Row(index, second * SECOND, second * SECOND + late, outcome, 2_400)


def test_a_batch_says_who_changed_when_and_what_is_missing() -> None:
    rows = [row(0, 1, GOOD), row(1, 2, GOOD), row(0, 11, BAD), row(0, 21, BAD), row(1, 22, GOOD)]
    batch, last = assemble(EVERY_10_S, 0, 30 * SECOND, rows, {0: GOOD})
    assert batch.rows == 5
    assert batch.edges == (
        Edge(1, 2 * SECOND, GOOD),
        Edge(0, 11 * SECOND, BAD),
        Edge(1, 22 * SECOND, GOOD),
    )
    assert batch.missing == (Missing(1, 12 * SECOND),)
    assert last == {0: BAD, 1: GOOD}
    assert runs(batch, EVERY_10_S) == (
        [
            Stretch(1 * SECOND, 1 * SECOND, 1, None, 10 * SECOND),
            Stretch(11 * SECOND, 21 * SECOND, 2, BAD, 10 * SECOND),
        ],
        [
            Stretch(2 * SECOND, 2 * SECOND, 1, GOOD, 10 * SECOND),
            Stretch(22 * SECOND, 22 * SECOND, 1, GOOD, 10 * SECOND),
        ],
    )


def test_a_row_that_started_too_late_counts_from_its_start() -> None:
    rows = [row(0, 1, GOOD), row(0, 11, GOOD, late=3 * SECOND), row(0, 21, GOOD, late=SECOND)]
    batch, _ = assemble(EVERY_10_S, 0, 30 * SECOND, rows, {0: GOOD})
    assert batch.edges == (Edge(0, 14 * SECOND, GOOD),)
    assert list(batch.lateness) == [0, 3000, 1000]
    assert runs(batch, EVERY_10_S)[0] == [
        Stretch(1 * SECOND, 1 * SECOND, 1, None, 10 * SECOND),
        Stretch(14 * SECOND, 14 * SECOND, 1, GOOD, 10 * SECOND),
        Stretch(21 * SECOND, 21 * SECOND, 1, GOOD, 10 * SECOND),
    ]


def test_edges_and_missing_are_read_without_inflating_the_columns() -> None:
    batch, _ = assemble(EVERY_10_S, 0, 30 * SECOND, [row(0, 1, BAD)], {})
    assert batch.cold is not None
    whole = batch.to_bytes()
    damaged = whole[: batch.cold] + bytes(len(whole) - batch.cold)
    read = ObservationsRecorded.from_bytes(damaged)
    assert read.edges == batch.edges
    assert len(read.missing) == 5
    with pytest.raises(BatchError, match="damaged"):
        _ = read.latency


def test_evidence_is_kept_by_row() -> None:
    evidence = Evidence(reason="refused", text="connection refused", phases={"dns": 12})
    failed = Row(1, 2 * SECOND, 2 * SECOND, BAD, None, evidence)
    batch, _ = assemble(EVERY_10_S, 0, 10 * SECOND, [row(0, 1, GOOD), failed], {})
    read = ObservationsRecorded.from_bytes(batch.to_bytes())
    assert read.evidence == {1: evidence}
    assert list(read.latency) == [2_400, NO_LATENCY]


def test_a_thousand_rows_of_a_steady_service_take_at_most_four_bytes_each() -> None:
    chance = random.Random(4)
    each_second = assigned(probe("a", 0, Segment(interval=SECOND)))
    rows = [
        Row(0, n * SECOND, n * SECOND + 900, GOOD, int(chance.lognormvariate(10, 0.4)))
        for n in range(1000)
    ]
    batch, _ = assemble(each_second, 0, 1000 * SECOND, rows, {0: GOOD})
    assert len(batch.to_bytes()) <= 4 * 1000


def test_a_day_of_missing_slots_takes_a_few_bytes() -> None:
    batch, _ = assemble(EVERY_10_S, 0, 86_400 * SECOND, [], {})
    assert len(batch.missing) == 2 * 8640
    assert len(batch.to_bytes()) < 100
    assert ObservationsRecorded.from_bytes(batch.to_bytes()) == batch


def test_equal_content_has_equal_bytes_and_hash() -> None:
    rows = [row(0, 1, GOOD), row(1, 2, BAD)]
    one, _ = assemble(EVERY_10_S, 0, 10 * SECOND, rows, {})
    other, _ = assemble(EVERY_10_S, 0, 10 * SECOND, reversed(rows), {})
    changed, _ = assemble(EVERY_10_S, 0, 10 * SECOND, rows[:1], {})
    assert one.content_hash == other.content_hash
    assert one.content_hash != changed.content_hash


def sample() -> ObservationsRecorded:
    return assemble(EVERY_10_S, 0, 30 * SECOND, [row(0, 1, GOOD)], {})[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "version none cannot be read", id="nothing"),
        pytest.param(
            b"\x03" + sample().to_bytes()[1:],
            "version 3 cannot be read; known are versions 1 and 2",
            id="a later version",
        ),
        pytest.param(sample().to_bytes()[:20], "cut short", id="half a header"),
        pytest.param(sample().to_bytes()[:-1], "contradict", id="a lost last byte"),
        pytest.param(sample().to_bytes() + b"x", "contradict", id="a byte too many"),
    ],
)
def test_unreadable_bytes_are_refused_clearly(data: bytes, message: str) -> None:
    with pytest.raises(BatchError, match=message):
        ObservationsRecorded.from_bytes(data)


def test_columns_that_inflate_to_more_than_their_rows_are_refused() -> None:
    honest = sample()
    assert honest.cold is not None
    buckets, _, kept = honest.lengths
    bomb = zlib.compress(bytes(10**7))
    warm, evidence = honest.to_bytes()[: honest.cold], honest.to_bytes()[-kept:]
    sizes = struct.pack(">III", buckets, len(bomb), kept)
    data = warm[:33] + sizes + warm[45:] + bomb + evidence
    with pytest.raises(BatchError, match="length"):
        _ = ObservationsRecorded.from_bytes(data).latency


def test_a_batch_folds_the_same_when_its_cold_part_is_elsewhere() -> None:
    rows = [row(0, 1, GOOD), row(1, 2, BAD), row(0, 11, BAD), row(1, 12, BAD)]
    whole, _ = assemble(EVERY_10_S, 0, 20 * SECOND, rows, {})
    thin, cold = whole.without_cold()
    read = ObservationsRecorded.from_bytes(thin.to_bytes())
    assert runs(read, EVERY_10_S) == runs(whole, EVERY_10_S)
    assert read.buckets == whole.buckets
    assert parts(read.to_bytes()) == parts(whole.to_bytes())
    with pytest.raises(ColdError, match="archive"):
        _ = read.latency
    with pytest.raises(ColdError, match="archive"):
        _ = read.evidence
    assert read.with_cold(cold).to_bytes() == whole.to_bytes()
    with pytest.raises(BatchError, match="not the cold part"):
        read.with_cold(cold + b"x")


@given(st.lists(st.integers(0, NO_LATENCY)))
def test_latencies_come_out_as_they_went_in(latency: list[int]) -> None:
    batch = ObservationsRecorded.of(
        7,
        0,
        1,
        edges=(),
        missing=(),
        latency=latency,
        lateness=[0] * len(latency),
        evidence={},
    )
    assert list(ObservationsRecorded.from_bytes(batch.to_bytes()).latency) == latency


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        pytest.param(
            ObservationsRecorded.of(
                8, 0, 1, edges=(), missing=(), latency=[], lateness=[], evidence={}
            ),
            "assignment 8",
            id="another assignment",
        ),
        pytest.param(
            ObservationsRecorded.of(
                7, 0, 10 * SECOND, edges=(), missing=(), latency=[1], lateness=[0], evidence={}
            ),
            "1 rows and 0 missing, the assignment 2 slots",
            id="a slot is neither row nor missing",
        ),
        pytest.param(
            ObservationsRecorded.of(
                7,
                0,
                10 * SECOND,
                edges=[Edge(0, SECOND // 2, BAD)],
                missing=(),
                latency=[1, 1],
                lateness=[0, 0],
                evidence={},
            ),
            "belongs to no row",
            id="an edge before the first row",
        ),
        pytest.param(
            ObservationsRecorded.of(
                7,
                0,
                10 * SECOND,
                edges=(),
                missing=[Missing(0, 3 * SECOND)],
                latency=[1],
                lateness=[0],
                evidence={},
            ),
            "not due",
            id="a missing slot that is not due",
        ),
    ],
)
def test_a_batch_that_does_not_fit_its_assignment_is_refused(
    batch: ObservationsRecorded, message: str
) -> None:
    with pytest.raises(BatchError, match=message):
        runs(batch, EVERY_10_S)


TICK = 100
SEGMENTED = assigned(
    probe("a", 3, Segment(interval=TICK)),
    probe("b", 70, Segment(to=1_000, interval=3 * TICK), Segment(from_=1_000, interval=TICK)),
    probe("c", 0, Segment(from_=500, to=1_500, interval=2 * TICK)),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, int, list[Row], dict[int, Outcome]]:
    begin = draw(st.integers(0, 1_000))
    end = begin + draw(st.integers(1, 2_000))
    rows = []
    for due, index in SEGMENTED.plan(begin, end):
        if draw(st.integers(0, 3)):
            late = draw(st.sampled_from([0, 0, 0, 5, 30]))
            outcome = draw(st.sampled_from([GOOD, GOOD, BAD, DEGRADED, Outcome.INCONCLUSIVE]))
            rows.append(Row(index, due, due + late, outcome, draw(st.none() | st.integers(0, 9))))
    before = draw(st.dictionaries(st.integers(0, 2), st.sampled_from(Outcome)))
    return begin, end, rows, before


@settings(deadline=None)
@given(histories())
def test_stretches_say_the_same_as_the_rows_one_by_one(
    history: tuple[int, int, list[Row], dict[int, Outcome]],
) -> None:
    begin, end, rows, before = history
    batch, _ = assemble(SEGMENTED, begin, end, rows, before)
    read = ObservationsRecorded.from_bytes(batch.to_bytes())
    assert read == batch
    for index, stretches in enumerate(runs(read, SEGMENTED)):
        spread = []
        for s in stretches:
            step = (s.last - s.first) // (s.count - 1) if s.count > 1 else 0
            known = before[index] if s.outcome is None else s.outcome
            assert s.interval == SEGMENTED.probes[index].interval_at(s.first)
            spread += [(s.first + step * n, known) for n in range(s.count)]
        assert spread == [_seen(index, r) for r in rows if r.probe == index]


def _seen(index: int, r: Row) -> tuple[int, Outcome]:
    interval = SEGMENTED.probes[index].interval_at(r.due)
    assert interval is not None
    late = r.started - r.due > allowed_lateness(interval)
    return (r.started if late else r.due), r.outcome


def test_a_year_of_good_results_is_read_as_one_stretch() -> None:
    minute = assigned(probe("a", 0, Segment(interval=60 * SECOND)))
    rows = 525_600
    batch = ObservationsRecorded.of(
        7,
        0,
        rows * 60 * SECOND,
        edges=[Edge(0, 0, GOOD)],
        missing=(),
        latency=[1] * rows,
        lateness=[0] * rows,
        evidence={},
    )
    assert runs(batch, minute)[0] == [Stretch(0, (rows - 1) * 60 * SECOND, rows, GOOD, 60 * SECOND)]


WRITTEN_BY_VERSION_1 = bytes.fromhex(
    "010000000700000000000f42400000000001d905c00000000400000001000000010000001d00000044"  # head
    "06c0843d"  # an edge
    "01c0b19f0580ade20401"  # a run of missing slots
    "780163f8cfc0c000c49cff39b912fe1fd100f218189819180052fd0568"  # columns
    "789cab563254b2aa562a4a4d2ccecf53b20232d24a8b53539474944a522b4a8002c9f97979a9c92599f9790a08"
    "b9828cc4e2d46290c6943c206568545b5b0b009df51915"  # evidence
)


def test_a_batch_written_by_version_1_can_still_be_read() -> None:
    batch = ObservationsRecorded.from_bytes(WRITTEN_BY_VERSION_1)
    assert (batch.assignment, batch.begin, batch.end) == (7, 1 * SECOND, 31 * SECOND)
    assert batch.edges == (Edge(1, 2 * SECOND, BAD),)
    assert batch.missing == (Missing(1, 12 * SECOND), Missing(1, 22 * SECOND))
    assert list(batch.latency) == [2_400, NO_LATENCY, 2_500, 2_600]
    assert list(batch.lateness) == [0, 3, 0, 0]
    assert batch.evidence == {
        1: Evidence(reason="refused", text="connection refused", phases={"dns": 12})
    }
    assert runs(batch, EVERY_10_S) == (
        [Stretch(1 * SECOND, 21 * SECOND, 3, None, 10 * SECOND)],
        [Stretch(2 * SECOND, 2 * SECOND, 1, BAD, 10 * SECOND)],
    )


WRITTEN_BY_VERSION_2 = bytes.fromhex(
    "020000000700000000000f42400000000001d905c00000000400000001000000010000000c00000014000000"
    "4406c0843d01c0b19f0580ade20401780133fe6f620a00046a019c7801636040800406170d308f9981010008"
    "b100d0789cab563254b2aa562a4a4d2ccecf53b20232d24a8b53539474944a522b4a8002c9f97979a9c92599"
    "f9790a08b9828cc4e2d46290c6943c206568545b5b0b009df51915"
)


def test_a_batch_written_by_version_2_can_still_be_read() -> None:
    one = ObservationsRecorded.from_bytes(WRITTEN_BY_VERSION_1)
    two = ObservationsRecorded.from_bytes(WRITTEN_BY_VERSION_2)
    for what in ("begin", "end", "rows", "edges", "missing", "buckets", "lateness", "evidence"):
        assert getattr(two, what) == getattr(one, what)
    assert list(two.latency) == [2_400, NO_LATENCY, 2_500, 2_600]


@settings(deadline=None)
@given(st.sampled_from(["1", "2"]), st.integers(0, 10**6), st.integers(0, 255))
def test_damaged_bytes_are_refused_and_never_crash(layout: str, place: int, byte: int) -> None:
    damaged = bytearray({"1": WRITTEN_BY_VERSION_1, "2": WRITTEN_BY_VERSION_2}[layout])
    damaged[place % len(damaged)] = byte
    with contextlib.suppress(BatchError):
        batch = ObservationsRecorded.from_bytes(bytes(damaged))
        assert len(batch.latency) == batch.rows
        assert batch.evidence is not None
        assert runs(batch, EVERY_10_S)
