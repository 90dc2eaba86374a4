"""The spool: a row is in it or in one batch, and no slot is forgotten, whatever happens between."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_hex

import pytest

from probes.assembly import Row, assemble
from probes.batch import Missing, ObservationsRecorded
from probes.closing import DAY
from probes.evidence import Evidence
from probes.keeping import Keeping
from probes.outcome import Outcome
from probes.parcels import Parcel
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment
from probes.specs.lines import TcpSpec
from probes.spool import Spool
from probes.spool_file import SpoolError

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
    while parcel := spool.parcels.oldest():
        parcels.append((parcel, ObservationsRecorded.from_bytes(parcel.data)))
        spool.parcels.acknowledge(parcel, 0)
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
    assert spool.parcels.oldest() is None
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
    name = spool.id
    spool.close()
    again = Spool(path)
    assert again.id == name
    assert not again.clean
    assert again.spans()[0].assignment == assigned()
    assert again.silent_since(again.spans()[0], at(35)) == at(10)
    assert again.silent_since(again.spans()[0], at(10)) == at(10)
    assert again.interruptions() == (gap,)
    again.reported(gap, at(40))
    assert again.interruptions() == ()
    again.report_again()
    assert again.interruptions() == (gap,)
    again.close()


def test_two_spools_never_have_the_same_id(path: Path, spool: Spool) -> None:
    other = Spool(path.with_name("other.db"))
    assert len({spool.id, other.id}) == 2
    other.close()


def test_a_row_is_recorded_once(spool: Spool) -> None:
    spool.follow(assigned(), at(0))
    spool.record(1, [row(0)])
    spool.record(1, [row(10), row(0, BAD)])
    spool.close_until(1, at(20))
    ((_, batch),) = carried(spool)
    assert (batch.rows, len(batch.missing)) == (2, 0)
    assert [edge.outcome for edge in batch.edges] == [GOOD]


def edges(batch: ObservationsRecorded) -> list[tuple[int, Outcome]]:
    return [(edge.at, edge.outcome) for edge in batch.edges]


def closed(spool: Spool, *ends: int) -> None:
    """Close batches of good results, one every ten seconds, at these seconds."""
    spool.follow(assigned(), at(0))
    spool.record(1, [row(second) for second in range(0, ends[-1], 10)])
    for end in ends:
        spool.close_until(1, at(end))


def read(parcel: Parcel | None) -> ObservationsRecorded:
    assert parcel is not None
    return ObservationsRecorded.from_bytes(parcel.data)


def test_what_is_acknowledged_can_be_sent_again_from_any_number_on(spool: Spool) -> None:
    closed(spool, 10, 20, 30)
    first = [parcel for parcel, _ in carried(spool)]

    assert spool.parcels.oldest() is None
    assert spool.parcels.days() == ((spool.id, "2024-10-04"),)
    assert spool.parcels.numbered(spool.id, "2024-10-04") == 3
    assert spool.parcels.send_again(spool.id, "2024-10-04", 2)
    assert [parcel for parcel, _ in carried(spool)] == first[1:]


def test_after_a_batch_that_was_set_aside_the_next_lists_every_probe(spool: Spool) -> None:
    closed(spool, 10, 20, 30)
    first = spool.parcels.oldest()
    assert first is not None

    spool.parcels.set_aside(first, at(40))

    batches = [batch for _, batch in carried(spool)]
    assert [edges(batch) for batch in batches] == [[(at(10), GOOD)], []]


def test_after_the_last_batch_was_set_aside_the_open_span_begins_anew(spool: Spool) -> None:
    closed(spool, 10)
    first = spool.parcels.oldest()
    assert first is not None

    spool.parcels.set_aside(first, at(40))
    spool.record(1, [row(10)])
    spool.close_until(1, at(20))

    assert edges(read(spool.parcels.oldest())) == [(at(10), GOOD)]


def test_a_new_spool_takes_along_what_waits_and_tells_it_from_the_start(spool: Spool) -> None:
    closed(spool, 10, 20, 30)
    old = spool.id
    first = spool.parcels.oldest()
    assert first is not None
    spool.parcels.acknowledge(first, at(40))

    name = spool.parcels.renew()

    assert name == spool.id != old
    assert set(spool.parcels.days()) == {(old, "2024-10-04"), (name, "2024-10-04")}
    told = [(parcel.spool, parcel.sequence, edges(batch)) for parcel, batch in carried(spool)]
    assert told == [(name, 1, [(at(10), GOOD)]), (name, 2, [])]


def test_a_batch_that_is_too_large_goes_without_its_evidence(spool: Spool) -> None:
    spool.follow(assigned(), at(0))
    spool.record(1, [Row(0, at(0), at(0), BAD, None, Evidence(reason="refused"))])
    spool.close_until(1, at(10))
    heavy = spool.parcels.oldest()
    assert heavy is not None

    assert spool.parcels.lighten(heavy)

    light = spool.parcels.oldest()
    assert light is not None
    assert (edges(read(light)), read(light).evidence) == ([(at(0), BAD)], {})
    assert not spool.parcels.lighten(light)


def test_what_was_acknowledged_long_ago_is_thrown_away(spool: Spool) -> None:
    closed(spool, 10, 20, 30)
    for when in (at(100), at(200)):
        parcel = spool.parcels.oldest()
        assert parcel is not None
        spool.parcels.acknowledge(parcel, when)

    spool.parcels.empty(at(150), 2**40)

    assert not spool.parcels.send_again(spool.id, "2024-10-04", 1)
    assert [parcel.sequence for parcel, _ in carried(spool)] == [2, 3]


def test_a_spool_that_is_too_large_lets_go_of_what_the_centre_has_and_of_nothing_else(
    spool: Spool,
) -> None:
    spool.follow(assigned(), at(0))
    evidence = Evidence(text=token_hex(40_000))
    for second in range(0, 100, 10):
        spool.record(1, [Row(0, at(second), at(second), BAD, None, evidence)])
        spool.close_until(1, at(second + 10))
    for _ in range(6):
        parcel = spool.parcels.oldest()
        assert parcel is not None
        spool.parcels.acknowledge(parcel, at(200))

    held = spool.parcels.empty(0, 1)

    assert held > 1
    assert not spool.parcels.send_again(spool.id, "2024-10-04", 1)
    assert [parcel.sequence for parcel, _ in carried(spool)] == [7, 8, 9, 10]


def _filled(spool: Spool, *seconds: int) -> None:
    """Batches of one heavy row each that began at these seconds, none of them handed in."""
    if not spool.spans():
        spool.follow(assigned(), at(seconds[0]))
    for second in seconds:
        evidence = Evidence(text=token_hex(40_000))
        spool.record(1, [Row(0, at(second), at(second), BAD, None, evidence)])
        spool.close_until(1, at(second + 10))


@pytest.fixture
def small(path: Path) -> Iterator[Spool]:
    """A spool that holds a MiB at the most, which is some twenty heavy batches."""
    spool = Spool(path, Keeping(days=2, mib=1))
    yield spool
    spool.close()


def test_a_spool_that_is_full_loses_the_oldest_and_tells_of_all_that_it_lost(small: Spool) -> None:
    _filled(small, *range(0, 400, 10))

    rest = carried(small)
    lost = small.interruptions()
    assert rest[-1][1].end == at(400)
    assert 15 < len(rest) < 25
    # Nothing between what is told as lost and what is left, and nothing twice.
    ends = [lost[0].from_, *(each.to for each in lost)]
    assert ends[:-1] == [each.from_ for each in lost]
    assert (ends[0], ends[-1]) == (at(0), rest[0][1].begin)
    assert lost[0].reason.startswith("the spool was full: ")
    assert lost[0].reason.endswith(" were dropped")
    said = sum(int(each.reason.split()[4]) for each in lost)
    assert said + len(rest) == 40


def test_what_is_left_goes_out_in_order_under_a_new_name_and_tells_all_anew(small: Spool) -> None:
    before = small.id
    _filled(small, *range(0, 400, 10))

    rest = carried(small)
    assert {parcel.spool for parcel, _ in rest} == {small.id} != {before}
    assert [parcel.sequence for parcel, _ in rest] == list(range(1, len(rest) + 1))
    begins = [batch.begin for _, batch in rest]
    assert begins == sorted(begins)
    assert edges(rest[0][1]) == [(begins[0], BAD)]


def test_what_the_centre_has_goes_before_what_it_has_not(small: Spool) -> None:
    _filled(small, *range(0, 60, 10))
    delivered = len(carried(small))
    _filled(small, *range(60, 120, 10))

    assert delivered == 6
    assert len(carried(small)) == 6
    assert small.interruptions() == ()


def test_what_the_centre_does_not_take_for_too_long_is_told_as_lost(small: Spool) -> None:
    small.follow(assigned(), at(0))
    for day in range(5):
        begin = day * 86_400 + 10
        small.record(1, [row(begin)])
        small.close_until(1, at(begin + 10))

    (first, *_), *_ = [small.interruptions()]
    assert first.from_ == at(0)
    assert "the centre did not take them for 2 days: " in first.reason
    assert min(batch.begin for _, batch in carried(small)) >= at(2 * 86_400)


def test_a_clock_that_was_set_back_begins_anew_at_the_present(spool: Spool) -> None:
    closed(spool, 3600)
    spool.record(1, [row(3600)])

    spool.begin_at(at(50))
    spool.record(1, [row(50)])
    spool.close_until(1, at(60))

    *_, (_, batch) = carried(spool)
    assert (batch.begin, batch.rows, edges(batch)) == (at(50), 1, [(at(50), GOOD)])


def test_a_clock_that_was_set_back_asks_again_what_was_asked_under_the_later_time(
    spool: Spool,
) -> None:
    closed(spool, 3600)
    spool.record(1, [row(3600)])

    spool.begin_at(at(3600))
    spool.record(1, [row(3600, BAD)])
    spool.close_until(1, at(3610))

    *_, (_, batch) = carried(spool)
    assert edges(batch) == [(at(3600), BAD)]


def test_a_clock_that_was_set_back_leaves_one_span(spool: Spool) -> None:
    spool.follow(assigned(), at(3000))
    spool.follow(assigned(2), at(3600))

    spool.begin_at(at(50))

    assert [(each.assignment.version, each.begin) for each in spool.spans()] == [(2, at(50))]


def test_a_slot_whose_attempt_was_under_way_is_lost_though_a_later_one_has_ended(
    spool: Spool,
) -> None:
    (first,) = assigned().probes
    slow = TcpSpec(host="b.example", port=1, timeout=10 * SECOND)
    second = first.model_copy(update={"probe": "prb-b", "spec": slow, "phase": 5 * SECOND})
    spool.follow(assigned().model_copy(update={"probes": (first, second)}), at(0))
    spool.record(1, [row(0), row(10), row(20)])

    assert spool.silent_since(spool.spans()[0], at(35)) == at(15)


@pytest.fixture
def released(path: Path) -> Path:
    """A spool as the first releases left it: a row, a batch on its way, a gap to explain."""
    batch, _ = assemble(assigned(), at(0), at(10), [row(0)], {})
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.executescript(FORMAT_0)
        db.execute("insert into spool values ('0f' , 0)")
        body = assigned().model_dump_json()
        db.execute("insert into span values (1, ?, ?, null, ?)", [body, at(10), '{"0": 0}'])
        db.execute("insert into result values (1, ?, 0, ?, 2, 5, null)", [at(10), at(10)])
        db.execute("insert into day values ('2024-10-04', 4)")
        db.execute("insert into batch values ('2024-10-04', 4, ?)", [batch.to_bytes()])
        gap = ProbingInterrupted(from_=1, to=2, reason="restart")
        db.execute("insert into interruption values (?)", [gap.model_dump_json()])
        db.commit()
    return path


FORMAT_0 = """
create table spool (id text not null, clean integer not null);
create table span (
    version integer primary key, assignment text not null,
    begin integer not null, until integer, before text not null);
create table result (
    version integer, due integer, probe integer, started integer not null, outcome integer not null,
    latency integer, evidence text, primary key (version, due, probe)) without rowid;
create table day (day text primary key, batches integer not null) without rowid;
create table batch (
    day text, sequence integer, bytes blob not null, primary key (day, sequence));
create table interruption (body text primary key);
"""


def test_a_spool_of_an_older_release_is_brought_up_to_date_in_place(released: Path) -> None:
    for _ in range(2):
        spool = Spool(released)
        spool.close()
    spool = Spool(released)
    spool.close_until(1, at(20))

    found = carried(spool)
    assert [(parcel.spool, parcel.sequence) for parcel, _ in found] == [("0f", 4), ("0f", 5)]
    assert [edges(batch) for _, batch in found] == [[(at(0), GOOD)], [(at(10), BAD)]]
    assert [gap.reason for gap in spool.interruptions()] == ["restart"]
    assert (spool.clean, spool.centre) == (False, None)
    spool.close()


def test_the_last_outcomes_of_an_older_release_are_gone_on_from(path: Path) -> None:
    spool = Spool(path)
    spool.follow(assigned(), at(0))
    spool.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("alter table span add column assignment text")
        db.execute("update span set assignment = (select body from list)")
        db.execute("update span set before = ?", [json.dumps({"0": int(BAD)})])
        db.execute("drop table list")
        db.execute("pragma user_version = 2")
        db.commit()

    spool = Spool(path)
    spool.record(1, [row(0, BAD)])
    spool.close_until(1, at(10))

    assert [edges(batch) for _, batch in carried(spool)] == [[]]
    spool.close()


def test_a_list_that_comes_back_under_its_old_version_is_the_one_that_counts(spool: Spool) -> None:
    spool.follow(assigned(), at(0))
    spool.follow(assigned(2), at(5))
    spool.close_until(1, at(5))
    (again,) = assigned().probes
    other = AgentAssigned(
        version=1,
        location="loc-bonn",
        probes=(again.model_copy(update={"probe": "prb-b"}),),
    )

    spool.follow(other, at(10))

    assert [span.assignment for span in spool.spans()] == [assigned(2), other]


def test_a_spool_of_a_newer_release_is_left_alone(path: Path) -> None:
    Spool(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma user_version = 99")

    with pytest.raises(SpoolError, match="format 99"):
        Spool(path)


def test_a_copy_of_a_spool_is_not_used_by_two_agents_at_once(spool: Spool, path: Path) -> None:
    wait = sqlite3.connect(path, timeout=0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        wait.execute("select id from spool")
    wait.close()
    with pytest.raises(SpoolError, match="another agent uses this spool"):
        Spool(path)
