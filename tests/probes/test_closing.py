"""Closing: when a batch ends."""

from __future__ import annotations

import pytest

from probes.assembly import Row
from probes.closing import DAY, OpenBatch, longest_wait, pieces
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec

SECOND = 1_000_000
BEGIN = 20_000 * DAY + 3600 * SECOND
GOOD, BAD = Outcome.GOOD, Outcome.BAD


def at(seconds: float) -> int:
    return BEGIN + int(seconds * SECOND)


def row(seconds: float, outcome: Outcome = GOOD, probe: int = 0) -> Row:
    return Row(probe, at(seconds), at(seconds), outcome, 1)


def opened(*rows: Row) -> OpenBatch:
    batch = OpenBatch(BEGIN, {0: GOOD})
    for each in rows:
        batch.note(each)
    return batch


@pytest.mark.parametrize(
    ("rows", "settled", "end"),
    [
        pytest.param([row(1)], at(30), None, id="steady results wait"),
        pytest.param([row(1)], at(60), at(60), id="but not longer than a minute"),
        pytest.param([], at(60), at(60), id="nor do slots without any result"),
        pytest.param([row(1), row(2, BAD)], at(2.5), at(2.5), id="a change is closed at once"),
        pytest.param([row(0.5, BAD)], at(0.9), None, id="with what changes in the same second"),
        pytest.param([row(0.5, BAD)], at(1), at(1), id="which has then passed"),
        pytest.param([row(2, BAD)], at(2), None, id="once the slots before it are settled"),
        pytest.param([row(1, GOOD, probe=1)], at(2), at(2), id="a probe never seen is a change"),
        pytest.param([row(n / 100) for n in range(1000)], at(10), at(10), id="a thousand rows"),
        pytest.param([row(n / 100) for n in range(1000)], at(9.99), None, id="one row less"),
    ],
)
def test_a_batch_closes(rows: list[Row], settled: int, end: int | None) -> None:
    assert opened(*rows).end(settled) == end


@pytest.mark.parametrize(
    ("intervals", "longest"),
    [
        pytest.param([], 60, id="a minute where nothing is due"),
        pytest.param([300, 60], 60, id="a minute where all are slow"),
        pytest.param([300, 10], 10, id="the shortest interval where one is fast"),
    ],
)
def test_results_are_handed_in_while_they_speak(intervals: list[int], longest: int) -> None:
    probes = tuple(
        AssignedProbe(
            probe=f"prb-{n}",
            spec=TcpSpec(host="a.example", port=1, timeout=1),
            phase=0,
            segments=(Segment(interval=seconds * SECOND),),
        )
        for n, seconds in enumerate(intervals)
    )
    assignment = AgentAssigned(version=1, location="loc-bonn", probes=probes)

    assert longest_wait(assignment) == longest * SECOND
    batch = OpenBatch(BEGIN, {}, longest_wait(assignment))
    assert batch.end(at(longest) - 1) is None
    assert batch.end(at(longest)) == at(longest)


def test_no_batch_reaches_over_midnight() -> None:
    midnight = 20_001 * DAY
    batch = OpenBatch(midnight - SECOND, {})
    assert batch.end(midnight - 1) is None
    assert batch.end(midnight) == midnight
    assert batch.end(midnight + 5 * SECOND) == midnight


def test_a_batch_ends_where_another_assignment_takes_over() -> None:
    batch = opened(row(1))
    batch.until = at(3)
    assert batch.end(at(2)) is None
    assert batch.end(at(4)) == at(3)
    assert not batch.closed(at(3))


def test_after_closing_only_later_rows_count() -> None:
    batch = opened(row(1, BAD), row(5, GOOD))
    assert batch.closed(at(2))
    assert batch.begin == at(2)
    assert batch.end(at(3)) is None
    assert batch.end(at(6)) == at(6)


def test_rows_after_the_end_count_in_the_next_batch() -> None:
    batch = opened(*(row(n / 100) for n in range(1500)))
    assert batch.closed(at(5))
    assert batch.end(at(14.99)) is None
    assert batch.end(at(15)) == at(15)


def test_a_long_gap_is_cut_by_days_and_by_about_a_thousand_slots() -> None:
    probe = AssignedProbe(
        probe="prb-a",
        spec=TcpSpec(host="a.example", port=1, timeout=1),
        phase=0,
        segments=(Segment(to=at(2 * 86_400), interval=10 * SECOND),),
    )
    assignment = AgentAssigned(version=1, location="loc-bonn", probes=(probe,))
    spans = list(pieces(assignment, BEGIN, at(9 * 86_400)))
    counts = [len(list(probe.slots(begin, end))) for begin, end in spans]
    assert sum(counts) == 2 * 8640
    assert max(counts) <= 1000
    assert 0 not in counts
    assert all(begin // DAY == (end - 1) // DAY for begin, end in spans)
