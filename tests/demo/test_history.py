from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby, pairwise

import pytest

from catalogue.instants import MINUTE, at_clock, local_date, moment_of, parse_instant
from probes.batch import NO_LATENCY, ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment, phase_of
from probes.specs.lines import TcpSpec
from probes.stretches import runs
from slamon.demo.history import history

PROBES = ("prb-control", "prb-unv-gateway", "prb-unv-dns", "prb-unv-mail")
CONTROL, GATEWAY, DNS, MAIL = range(4)
TZ = "Europe/Berlin"
WEEK = 7 * 24 * 60 * MINUTE

Made = list[tuple[str, int, ObservationsRecorded]]
Seen = dict[tuple[int, int], Outcome]


def _assigned() -> AgentAssigned:
    spec = TcpSpec(host="target.example", port=443, timeout=10_000_000)
    return AgentAssigned(
        version=3,
        location="loc-bonn",
        simulated=True,
        probes=tuple(
            AssignedProbe(
                probe=probe,
                spec=spec,
                phase=phase_of(probe, MINUTE),
                segments=(Segment(interval=MINUTE),),
            )
            for probe in PROBES
        ),
    )


ASSIGNED = _assigned()


def _made(begin: str, end: str) -> Made:
    span = parse_instant(begin, TZ), parse_instant(end, TZ)
    return list(history(ASSIGNED, *span, agent="demo", spool="generated"))


@pytest.fixture(scope="module")
def days() -> Made:
    return _made("2026-04-07T10:17:23", "2026-04-15T21:00:00")


@pytest.fixture(scope="module")
def months() -> Seen:
    """Three months, read row by row."""
    return _seen(batch for _, _, batch in _made("2026-08-01T00:00", "2026-11-01T00:00"))


def test_the_same_arguments_give_the_same_bytes(days: Made) -> None:
    again = _made("2026-04-07T10:17:23", "2026-04-15T21:00:00")

    assert [batch.to_bytes() for _, _, batch in again] == [batch.to_bytes() for _, _, batch in days]


def test_a_day_is_the_same_wherever_the_history_begins(days: Made) -> None:
    later = _seen(batch for _, _, batch in _made("2026-04-11T00:00", "2026-04-15T21:00:00"))

    whole = _seen(batch for _, _, batch in days)
    assert later == {slot: outcome for slot, outcome in whole.items() if slot in later}


def test_batches_join_from_the_first_instant_to_the_last(days: Made) -> None:
    batches = [batch for _, _, batch in days]

    assert batches[0].begin == parse_instant("2026-04-07T10:17:23", TZ)
    assert batches[-1].end == parse_instant("2026-04-15T21:00:00", TZ)
    assert all(a.end == b.begin for a, b in pairwise(batches))


def test_streams_are_utc_days_and_sequences_are_dense(days: Made) -> None:
    streams = {name: list(group) for name, group in groupby(days, key=lambda each: each[0])}

    assert next(iter(streams)) == "observations:demo:generated:2026-04-07"
    assert len(streams) == 9
    for name, group in streams.items():
        assert [sequence for _, sequence, _ in group] == list(range(1, len(group) + 1))
        for _, _, batch in group:
            assert name.endswith(str(moment_of(batch.begin).date()))
            assert name.endswith(str(moment_of(batch.end - 1).date()))


def test_each_slot_is_a_row_or_missing(days: Made) -> None:
    for _, _, batch in days:
        plan = ASSIGNED.plan(batch.begin, batch.end)
        missing = {(each.due, each.probe) for each in batch.missing}
        assert missing <= set(plan)
        assert batch.rows == len(plan) - len(missing) <= 1000
        assert len(batch.latency) == len(batch.lateness) == batch.rows
    assert any(batch.missing for _, _, batch in days)


def test_the_batches_read_back_and_fold(days: Made) -> None:
    for _, _, batch in days:
        read = ObservationsRecorded.from_bytes(batch.to_bytes())
        rows = sum(stretch.count for each in runs(read, ASSIGNED) for stretch in each)
        assert (rows, read.assignment) == (batch.rows, 3)


def test_the_first_rows_and_those_after_a_missing_slot_are_edges(days: Made) -> None:
    edges = {(edge.at, edge.probe) for _, _, batch in days for edge in batch.edges}
    missing = {(each.due, each.probe) for _, _, batch in days for each in batch.missing}
    after = {(due + MINUTE, probe) for due, probe in missing} - missing

    assert [edge.probe for edge in sorted(days[0][2].edges, key=lambda e: e.probe)][:4] == [
        0,
        1,
        2,
        3,
    ]
    assert after <= edges


def test_each_failure_begins_with_evidence_at_its_row(days: Made) -> None:
    failures = 0
    for _, _, batch in days:
        missing = {(each.due, each.probe) for each in batch.missing}
        rows = [slot for slot in ASSIGNED.plan(batch.begin, batch.end) if slot not in missing]
        wanted = {(e.at, e.probe) for e in batch.edges if e.outcome != Outcome.GOOD}
        assert {rows[row] for row in batch.evidence} == wanted
        assert all(kept.reason and kept.text for kept in batch.evidence.values())
        failures += len(wanted)
    assert failures > 0


def test_latencies_are_slower_at_work_than_at_night() -> None:
    made = [batch for _, _, batch in _made("2026-09-01T00:00", "2026-09-05T00:00")]
    by_hour: dict[int, list[int]] = {}
    for batch in made:
        missing = {(each.due, each.probe) for each in batch.missing}
        rows = [slot for slot in ASSIGNED.plan(batch.begin, batch.end) if slot not in missing]
        for (due, probe), latency in zip(rows, batch.latency, strict=True):
            if probe == DNS and latency != NO_LATENCY:
                by_hour.setdefault(moment_of(due).hour, []).append(latency)

    night, noon = (sorted(by_hour[hour])[len(by_hour[hour]) // 2] for hour in (1, 9))

    assert 3_800 < night < 4_600
    assert 1.3 < noon / night < 1.7


def test_a_calm_day_has_the_latencies_of_that_weekday_in_the_week_before() -> None:
    made = [batch for _, _, batch in _made("2026-09-01T02:00", "2026-10-01T02:00")]
    calm: dict[int, list[Sequence[int]]] = {}
    for batch in made:
        if not (batch.edges or batch.missing) and batch.rows > 900:
            calm.setdefault(batch.begin % WEEK, []).append(batch.latency)

    repeated = [each for each in calm.values() if len(each) > 1]
    assert len(repeated) > 20
    assert all(later == each[0] for each in repeated for later in each)
    assert len({tuple(each[0]) for each in calm.values()}) == len(calm)


@pytest.mark.parametrize(
    ("month", "begin", "end"),
    [
        pytest.param("August", "2026-08-01", "2026-09-01", id="August"),
        pytest.param("September", "2026-09-01", "2026-10-01", id="September"),
    ],
)
def test_an_ordinary_month_has_outages_and_keeps_its_promises(
    months: Seen, month: str, begin: str, end: str
) -> None:
    network, agreed = _in_business_hours(_down(months, (GATEWAY, DNS)), begin, end)
    mail = _within(_down(months, (MAIL,)), begin, end)

    assert network * 200 <= agreed, f"99.50 % is met in {month}"
    assert 0 < len(mail) * 100 <= (_midnight(end) - _midnight(begin)) // MINUTE


def test_the_last_whole_month_breaches_the_network_and_nothing_else(months: Seen) -> None:
    network, agreed = _in_business_hours(_down(months, (GATEWAY, DNS)), "2026-10-01", "2026-11-01")
    mail = _within(_down(months, (MAIL,)), "2026-10-01", "2026-11-01")

    assert 208 + 75 - 2 <= network <= 208 + 75 + 16, "the staged outages and at most two short ones"
    assert network * 100 > agreed * 2, "less than 98 % is delivered"
    assert len(mail) * 100 <= 31 * 24 * 60


def test_nearly_every_slot_is_known(months: Seen) -> None:
    for probe in range(4):
        outcomes = [outcome for (_, index), outcome in months.items() if index == probe]
        known = sum(outcome != Outcome.INCONCLUSIVE for outcome in outcomes)
        assert known * 100 > 99 * 92 * 24 * 60
    assert all(
        outcome == Outcome.GOOD for (_, index), outcome in months.items() if index == CONTROL
    )


def test_without_a_whole_month_nothing_is_in_breach() -> None:
    seen = _seen(batch for _, _, batch in _made("2026-10-01T00:01", "2026-11-01T00:00"))

    network, agreed = _in_business_hours(_down(seen, (GATEWAY, DNS)), "2026-10-01", "2026-11-01")

    assert network * 200 <= agreed


def _seen(batches: Iterable[ObservationsRecorded]) -> Seen:
    seen: Seen = {}
    last: dict[int, Outcome] = {}
    for batch in batches:
        read = ObservationsRecorded.from_bytes(batch.to_bytes())
        edges = {(edge.at, edge.probe): edge.outcome for edge in read.edges}
        missing = {(each.due, each.probe) for each in read.missing}
        for slot in ASSIGNED.plan(read.begin, read.end):
            if slot not in missing:
                last[slot[1]] = seen[slot] = edges.get(
                    slot, last.get(slot[1], Outcome.INCONCLUSIVE)
                )
    return seen


def _down(seen: Seen, probes: Sequence[int]) -> set[int]:
    """The minutes in which any of the probes is down: three bad results in a row, until two good ones."""
    down: set[int] = set()
    for probe in probes:
        results = [
            (due, outcome)
            for (due, index), outcome in seen.items()
            if index == probe and outcome != Outcome.INCONCLUSIVE
        ]
        is_down = False
        for place in range(len(results) - 2):
            three = [outcome for _, outcome in results[place : place + 3]]
            if three == [Outcome.BAD] * 3:
                is_down = True
            elif three[:2] == [Outcome.GOOD] * 2:
                is_down = False
            if is_down:
                down.add(results[place][0] // MINUTE)
    return down


def _midnight(day: str) -> int:
    return parse_instant(f"{day}T00:00", TZ)


def _within(minutes: set[int], begin: str, end: str) -> set[int]:
    return {each for each in minutes if _midnight(begin) <= each * MINUTE < _midnight(end)}


def _in_business_hours(down: set[int], begin: str, end: str) -> tuple[int, int]:
    """Count the minutes down and agreed, Monday to Friday from 08:00 to 18:00 in Bonn."""
    agreed: set[int] = set()
    day, last = local_date(_midnight(begin), TZ), local_date(_midnight(end), TZ)
    while day < last:
        if day.weekday() < 5:
            first = at_clock(day, 8 * 60, TZ) // MINUTE
            agreed |= set(range(first, first + 600))
        day += timedelta(days=1)
    return len(down & agreed), len(agreed)
