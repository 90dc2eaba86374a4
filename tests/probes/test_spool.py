"""The spool: a row is in it or in one batch, and no slot is forgotten, whatever happens between."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.assembly import Row
from probes.batch import Missing, ObservationsRecorded
from probes.closing import DAY
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment, TcpSpec
from probes.spool import Parcel, Spool

SECOND = 1_000_000
DAY_20K = 20_000 * DAY
GOOD, BAD = Outcome.GOOD, Outcome.BAD


def assigned(version: int = 1) -> AgentAssigned:
    probe = AssignedProbe(
        probe="prb-a",
        spec=TcpSpec(host="a.example", port=1, timeout=1),
        phase=0,
        segments=(Segment(interval=10 * SECOND),),
    )
    return AgentAssigned(version=version, location="loc-bonn", probes=(probe,))


def at(seconds: int) -> int:
    return DAY_20K + seconds * SECOND


def row(seconds: int, outcome: Outcome = GOOD) -> Row:
    return Row(0, at(seconds), at(seconds) + 5, outcome, 77)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent" / "spool.db"


@pytest.fixture
def spool(path: Path) -> Iterator[Spool]:
    spool = Spool(path)
    yield spool
    spool.close()


def carried(spool: Spool) -> list[tuple[Parcel, ObservationsRecorded]]:
    parcels = []
    while parcel := spool.oldest():
        parcels.append((parcel, ObservationsRecorded.from_bytes(parcel.data)))
        spool.acknowledge(parcel)
    return parcels


def test_rows_become_a_batch_and_are_no_longer_rows(spool: Spool) -> None:
    evidence = Evidence(reason="refused")
    spool.follow(assigned(), at(0))
    spool.record(1, [row(0), Row(0, at(20), at(20), BAD, None, evidence)])
    spool.close_until(1, at(30))
    ((parcel, batch),) = carried(spool)
    assert (parcel.day, parcel.sequence) == ("2024-10-04", 1)
    assert (batch.begin, batch.end, batch.rows) == (at(0), at(30), 2)
    assert batch.missing == (Missing(0, at(10)),)
    assert batch.evidence == {1: evidence}
    assert spool.silent_since(spool.spans()[0], at(35)) == at(30)


def test_batches_of_a_day_are_numbered_from_one_also_after_acknowledgement(spool: Spool) -> None:
    spool.follow(assigned(), at(86_380))
    for end in (86_390, 86_400, 86_410):
        spool.close_until(1, at(end))
    first = carried(spool)
    spool.close_until(1, at(86_420))
    numbers = [(parcel.day, parcel.sequence) for parcel, _ in first + carried(spool)]
    assert numbers == [("2024-10-04", 1), ("2024-10-04", 2), ("2024-10-05", 1), ("2024-10-05", 2)]


def test_the_outcome_before_a_batch_is_remembered(spool: Spool) -> None:
    spool.follow(assigned(), at(0))
    spool.record(1, [row(0), row(10), row(20, BAD)])
    spool.close_until(1, at(10))
    spool.close_until(1, at(20))
    spool.close_until(1, at(30))
    spool.close_until(1, at(40))
    spool.record(1, [row(40)])
    spool.close_until(1, at(50))
    edges = [[edge.outcome for edge in batch.edges] for _, batch in carried(spool)]
    assert edges == [[GOOD], [], [BAD], [], [GOOD]]


def test_a_span_without_slots_makes_no_batch(spool: Spool) -> None:
    spool.follow(assigned(), at(1))
    spool.close_until(1, at(9))
    assert spool.oldest() is None
    assert spool.spans()[0].begin == at(9)


def test_another_assignment_begins_where_the_old_one_ends(spool: Spool) -> None:
    spool.follow(assigned(1), at(0))
    spool.record(1, [row(0), row(10)])
    spool.follow(assigned(2), at(15))
    spool.record(2, [row(20, BAD)])
    assert [(s.begin, s.until) for s in spool.spans()] == [(at(0), at(15)), (at(15), None)]
    spool.close_until(1, at(15))
    spool.close_until(2, at(30))
    batches = [batch for _, batch in carried(spool)]
    assert [(b.assignment, b.begin, b.end, b.rows) for b in batches] == [
        (1, at(0), at(15), 2),
        (2, at(15), at(30), 1),
    ]
    assert [s.assignment.version for s in spool.spans()] == [2]


def test_an_opened_again_spool_is_the_same_spool(path: Path) -> None:
    spool = Spool(path)
    spool.follow(assigned(), at(0))
    spool.record(1, [row(0)])
    spool.mark(clean=False)
    gap = ProbingInterrupted(from_=1, to=2, reason="restart")
    spool.interrupted(gap)
    spool.interrupted(gap)
    spool.close()
    again = Spool(path)
    assert again.id == spool.id
    assert not again.clean
    assert again.spans()[0].assignment == assigned()
    assert again.silent_since(again.spans()[0], at(35)) == at(10)
    assert again.silent_since(again.spans()[0], at(10)) == at(10)
    assert again.interruptions() == (gap,)
    again.reported(gap)
    assert again.interruptions() == ()
    again.close()


def test_two_spools_never_have_the_same_id(path: Path, spool: Spool) -> None:
    other = Spool(path.with_name("other.db"))
    assert len({spool.id, other.id}) == 2
    other.close()


def test_a_row_is_recorded_once(spool: Spool) -> None:
    spool.follow(assigned(), at(0))
    spool.record(1, [row(0)])
    with pytest.raises(sqlite3.IntegrityError):
        spool.record(1, [row(10), row(0)])
    spool.close_until(1, at(20))
    ((_, batch),) = carried(spool)
    assert (batch.rows, len(batch.missing)) == (1, 1)
