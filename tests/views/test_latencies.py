"""`latency_day` counts what attempts say one by one, whatever their probes' rhythm and wherever batches are cut."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalogue.instants import HOUR, MINUTE, format_instant
from probes.assembly import Row, assemble
from probes.batch import ObservationsRecorded
from probes.columns import deflate, to_planes
from probes.latency import BEGINS
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from slamon.views import percentiles
from slamon.views.counting import unpack
from slamon.views.fold import Folder
from slamon.views.latencies import Latencies, counted_upto
from slamon.views.past import as_known, at_position
from slamon.views.rebuilding import rebuild
from slamon.views.tables import latency_day

DAY = 24 * HOUR
MS = 1_000
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)

Counts = dict[tuple[str, str, int], Counter[int]]

# 13 min and 7 min repeat together after 91 min only: those are counted one by one.
rhythms = st.sampled_from([5, 7, 10, 10, 13, 20, 60])
cuts = st.one_of(st.none(), st.none(), st.none(), st.integers(1, 3 * 24 * 60))
probes = st.lists(
    st.tuples(rhythms, rhythms, cuts, cuts, st.sampled_from([0, 0, 3, 31])), min_size=1, max_size=4
)
spells = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from([11, 60, 240, 1440]),
        st.sampled_from(["go on", "go on", "pause", "pause", "new spool", "assign"]),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=14,
)


def _probe(number: int, begin: int, drawn: tuple[int, int, Any, Any, int]) -> AssignedProbe:
    """A probe that may begin late, change its interval in the midst of a day, or both."""
    first, second, late, change, phase = drawn
    since = None if late is None else begin + late * MINUTE
    segments: tuple[Segment, ...] = (Segment(**{"from": since}, interval=first * MINUTE),)
    if change is not None:
        at = (since or begin) + change * MINUTE
        segments = (
            Segment(**{"from": since, "to": at}, interval=first * MINUTE),
            Segment(**{"from": at}, interval=second * MINUTE),
        )
    spec = TcpSpec(host="target.example", port=25, timeout=MINUTE)
    phase = phase % first * MINUTE
    return AssignedProbe(probe=f"prb-{number}", spec=spec, phase=phase, segments=segments)


class _Teller:
    """An agent that hands in batches, and remembers what each attempt took."""

    def __init__(self, world: Any, kit: Any, name: str, drawn: Any, seed: int) -> None:
        self.world, self.name, self.location = world, name, f"loc-{name}"
        self.until, self.spool, self.version = kit.begin, 1, 0
        self.random = Random(seed)
        self.before: dict[int, Outcome] = {}
        self.probes = tuple(_probe(n, kit.begin, each) for n, each in enumerate(drawn))
        self.counts: Counts = {}
        self.assign()

    def assign(self) -> None:
        """Be told of the probes in another order."""
        self.version += 1
        shuffled = tuple(self.random.sample(self.probes, len(self.probes)))
        self.assigned = AgentAssigned(version=self.version, location=self.location, probes=shuffled)
        self.before = {}
        self.world.append(f"assignment:{self.name}", self.assigned)

    def pause(self, *, new_spool: bool) -> None:
        self.until += self.random.randint(1, 90) * MINUTE
        self.spool += new_spool
        self.before = {}

    def probe(self, minutes: int) -> None:
        """Hand in one batch, or two where midnight lies between."""
        end = self.until + minutes * MINUTE
        while self.until < end:
            upto = min(end, (self.until // DAY + 1) * DAY)
            if self.assigned.plan(self.until, upto):
                self._hand_in(upto)
            self.until = upto

    def _hand_in(self, upto: int) -> None:
        rows = list(self._rows(upto))
        batch, self.before = assemble(self.assigned, self.until, upto, rows, self.before)
        batch = self.random.choice([_as_it_is, written_by_version_1, _archived])(batch)
        day = format_instant(self.until)[:10]
        self.world.append(f"observations:{self.name}:s{self.spool}:{day}", batch)

    def _rows(self, upto: int) -> Iterator[Row]:
        for due, index in self.assigned.plan(self.until, upto):
            chance = self.random.random()
            if chance < 0.1:
                continue
            latency = None if chance < 0.2 else int(2 ** self.random.uniform(5, 25))
            yield Row(index, due, due, Outcome.GOOD, latency)
            if latency is not None:
                check = self.assigned.probes[index].probe
                found = self.counts.setdefault((check, self.location, due // DAY), Counter())
                found[bisect_right(BEGINS, latency) - 1] += 1


def _as_it_is(batch: ObservationsRecorded) -> ObservationsRecorded:
    return batch


def _archived(batch: ObservationsRecorded) -> ObservationsRecorded:
    return batch.without_cold()[0]


def written_by_version_1(batch: ObservationsRecorded) -> ObservationsRecorded:
    """The same rows in the layout without buckets."""
    head, older = struct.Struct(">BIqqIIIIII"), struct.Struct(">BIqqIIIII")
    _, assignment, begin, end, rows, edges, gaps, told, columns, evidence = head.unpack_from(
        batch.stored
    )
    between = batch.stored[head.size : len(batch.stored) - told - columns - evidence]
    kept = batch.stored[len(batch.stored) - evidence :]
    whole = deflate(to_planes("I", batch.latency) + to_planes("H", batch.lateness))
    first = older.pack(1, assignment, begin, end, rows, edges, gaps, len(whole), evidence)
    return ObservationsRecorded.from_bytes(first + between + whole + kept)


def _stored(store: Any) -> Counts:
    with store.reading() as connection:
        rows = connection.execute(select(latency_day)).all()
    return {(row.check, row.location, row.day): unpack(row.counts) for row in rows}


@settings(max_examples=25, phases=FOUND)
@given(drawn=probes, spells=spells, seed=st.integers(0, 2**32))
def test_counts_equal_the_attempts_one_by_one(
    kit: Any, drawn: Any, spells: list[tuple[int, int, str, int]], seed: int
) -> None:
    with kit.opened() as world:
        tellers = [_Teller(world, kit, name, drawn, seed + n) for n, name in enumerate(kit.agents)]
        latencies = Latencies(world.ledger, world.views)
        for agent, minutes, then, facts in spells:
            teller = tellers[agent]
            teller.probe(minutes)
            if then == "assign":
                teller.assign()
            elif then != "go on":
                teller.pause(new_spool=then == "new spool")
            if facts:
                world.fold(facts)
                latencies.step(facts)
        Folder(world.ledger, world.views).catch_up()
        latencies.catch_up()

        told = {key: counts for teller in tellers for key, counts in teller.counts.items()}
        assert _stored(world.views) == told
        anew = world.anew()
        Latencies(world.ledger, anew).catch_up()
        assert _stored(anew) == told


@pytest.fixture
def told(world: Any, kit: Any) -> Any:
    """One agent's first day, in which each tenth answer took long."""

    def rows(due: int, index: int) -> Row:
        latency = 400 * MS if due // HOUR % 10 == 0 else 20 * MS
        return Row(index, due, due, Outcome.GOOD, latency)

    world.probe("agent-bonn", 24, rows)
    world.fold()
    Latencies(world.ledger, world.views).catch_up()
    return world


def test_what_the_views_have_not_folded_yet_is_not_counted(told: Any, kit: Any) -> None:
    before = _stored(told.views)
    told.probe("agent-bonn", 24, lambda due, index: kit.row(due, index, Outcome.GOOD))

    assert Latencies(told.ledger, told.views).step() is None
    assert _stored(told.views) == before
    with told.views.reading() as connection:
        assert counted_upto(connection) == told.views.position()


def test_a_step_without_time_counts_one_fact(told: Any, kit: Any) -> None:
    for _ in range(3):
        told.probe("agent-bonn", 4, lambda due, index: kit.row(due, index, Outcome.GOOD))
    told.fold()
    latencies = Latencies(told.ledger, told.views)
    before = told.ledger.position() - 3

    assert [latencies.step(seconds=0.0) for _ in range(4)] == [
        before + 1,
        before + 2,
        before + 3,
        None,
    ]


def test_what_went_to_an_archive_without_buckets_is_not_counted(told: Any, kit: Any) -> None:
    before, agent = _stored(told.views), told.agents["agent-outside"]
    rows = [
        kit.row(due, index, Outcome.GOOD)
        for due, index in agent.assigned.plan(kit.begin, kit.begin + 6 * HOUR)
    ]
    batch, _ = assemble(agent.assigned, kit.begin, kit.begin + 6 * HOUR, rows, {})
    thin = _archived(written_by_version_1(batch))
    told.append("observations:agent-outside:spool1:2026-03-20", thin)
    told.fold()

    assert Latencies(told.ledger, told.views).step() == told.ledger.position()
    assert _stored(told.views) == before


def test_views_rebuilt_beside_have_their_latencies(told: Any, kit: Any) -> None:
    before = _stored(told.views)

    rebuild(told.ledger, told.views, kit.begin + DAY)

    assert _stored(told.views) == before != {}


def test_views_are_rebuilt_though_the_latencies_of_a_batch_are_damaged(
    told: Any, kit: Any, caplog: pytest.LogCaptureFixture
) -> None:
    told.probe("agent-outside", 4, lambda due, index: kit.row(due, index, Outcome.GOOD))
    batch = told.ledger.since(told.ledger.position() - 1, limit=1)[0].fact
    end = len(batch.stored) - batch.lengths[1] - batch.lengths[2]
    damaged = batch.stored[: end - batch.lengths[0]] + bytes(batch.lengths[0]) + batch.stored[end:]
    told.append(
        "observations:agent-outside:spool2:2026-03-20", ObservationsRecorded.from_bytes(damaged)
    )

    rebuild(told.ledger, told.views, kit.begin + DAY)

    assert told.views.position() == told.ledger.position()
    assert _stored(told.views) == {}
    assert "spool2:2026-03-20 is damaged" in caplog.text


def test_percentiles_of_several_days_are_of_all_counts_together(told: Any, kit: Any) -> None:
    def slow(due: int, index: int) -> Row:
        return Row(index, due, due, Outcome.GOOD, 400 * MS)

    told.probe("agent-bonn", 4, slow)
    told.fold()
    Latencies(told.ledger, told.views).catch_up()

    with told.views.reading() as connection:
        days, overall = percentiles.of_days(connection, kit.probes, kit.begin + DAY, back=2)

    assert [(day.date, day.count) for day in days] == [("2026-03-20", 18), ("2026-03-21", 3)]
    for day, exact in zip(days, (20, 400), strict=True):
        assert abs(day.p50_us - exact * MS) <= exact * 31
    assert overall is not None
    assert overall.count == 21
    # Half of all is within 20 ms: half of each day, averaged, would be 210 ms.
    assert abs(overall.p50_us - 20 * MS) <= 20 * 31


def test_a_service_tells_how_long_its_probes_took_at_all_places(told: Any, kit: Any) -> None:
    told.probe("agent-outside", 24, lambda due, index: kit.row(due, index, Outcome.GOOD))
    told.fold()
    Latencies(told.ledger, told.views).catch_up()

    service = told.reading.service("svc-mail", kit.begin + DAY)

    assert [(day.date, day.count) for day in service.latency] == [("2026-03-20", 12)]
    assert service.latency_overall.count == 12


def test_a_probe_tells_what_its_slowest_answers_took_on_its_newest_day(told: Any, kit: Any) -> None:
    lines = {(line.probe, line.location): line for line in told.reading.probes(kit.begin + DAY)}

    slow = {key: line.p95_us for key, line in lines.items()}
    assert slow["prb-mail", "loc-outside"] is None
    assert abs(slow["prb-mail", "loc-bonn"] - 20 * MS) <= 20 * 31


def test_a_day_that_was_told_of_later_is_not_shown_as_known_before(told: Any, kit: Any) -> None:
    then = told.ledger.position()
    told.probe("agent-outside", 24, lambda due, index: kit.row(due, index, Outcome.GOOD))
    told.probe("agent-bonn", 24, lambda due, index: kit.row(due, index, Outcome.GOOD))
    told.fold()
    Latencies(told.ledger, told.views).catch_up()

    with as_known(told.views, told.ledger, at_position(told.ledger, then)) as tables:
        known = {(check, place) for check, place, _ in _stored(tables)}

    assert known == {(check, "loc-bonn") for check in kit.probes}
