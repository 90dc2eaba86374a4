"""Voided and corrected results: the tables say what stands, the ledger what was recorded."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalogue.instants import HOUR, MINUTE
from catalogue.terms import LifecycleAsserted, TermsStated
from probes.outcome import Outcome
from slamon.app import corrections
from slamon.app.corrections import Selection
from slamon.sla.corrections import ObservationsCorrected, ObservationsVoided
from slamon.sla.runs import runs_of
from slamon.views import keeping
from slamon.views.asked import counted
from slamon.views.daybook import amended, unpack
from slamon.views.objectives import judged_objectives
from slamon.views.origins import Origins
from slamon.views.tables import pace_day, probe_day, probe_last
from tests.views.worlds.world import assert_kept_days_are_what_is_computed_now

DAY = 24 * HOUR
PAPER = "imp-paper/svc-paper"
GOOD, BAD = Outcome.GOOD, Outcome.BAD
SETTLED = 40 * DAY
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)


def choose(world: Any, check: str, place: str, begin: int, end: int) -> Any:
    with world.views.reading() as connection:
        return corrections.choose(
            Origins(connection), Selection(check, place, begin, end), now=2**60
        )


def void(world: Any, check: str, place: str, begin: int, end: int) -> None:
    chosen = choose(world, check, place, begin, end)
    corrections.void(world.ledger, chosen, reason="a false alarm", actor="rita")
    world.fold()


def correct(world: Any, outcome: Outcome, check: str, place: str, begin: int, end: int) -> None:
    chosen = choose(world, check, place, begin, end)
    corrections.correct(world.ledger, chosen, outcome, reason="a false alarm", actor="rita")
    world.fold()


def standing(world: Any, check: str, place: str) -> dict[int, Outcome]:
    """Every result that stands."""
    with world.views.reading() as connection:
        rows = connection.execute(
            select(probe_day.c.runs).where(
                probe_day.c.check == check, probe_day.c.location == place
            )
        )
        return {
            at: outcome for row in rows for run in unpack(row.runs) for at, outcome in run.results()
        }


def newest(world: Any, check: str, place: str) -> Any:
    with world.views.reading() as connection:
        return connection.execute(
            select(probe_last).where(probe_last.c.check == check, probe_last.c.location == place)
        ).first()


def corrected_facts(world: Any) -> list[Any]:
    entries = world.ledger.since(0, limit=10_000)
    return [
        entry.fact
        for entry in entries
        if isinstance(entry.fact, ObservationsVoided | ObservationsCorrected)
    ]


@pytest.fixture
def probed(world: Any, kit: Any) -> Any:
    """Two days of one place: every result good but those of the first afternoon, one of them started late."""

    def row(due: int, index: int) -> Any:
        outcome = BAD if 12 * HOUR <= (due - kit.begin) < 20 * HOUR else GOOD
        late = 5 * MINUTE if (due - kit.begin) == 13 * HOUR else 0
        return kit.row(due, index, outcome, late=late)

    world.probe("agent-bonn", 48, row)
    world.fold()
    return world


def test_p1_voided_results_stand_no_more_and_stay_in_the_ledger(probed: Any, kit: Any) -> None:
    before = standing(probed, "prb-mail", "loc-bonn")
    batches = len(list(probed.ledger.stream("observations:agent-bonn:spool1:2026-03-20")))

    void(probed, "prb-mail", "loc-bonn", kit.begin + 12 * HOUR, kit.begin + 20 * HOUR)

    after = standing(probed, "prb-mail", "loc-bonn")
    gone = before.keys() - after.keys()
    assert sorted(at - kit.begin for at in gone) == [13 * HOUR + 5 * MINUTE, 17 * HOUR]
    assert after == {at: outcome for at, outcome in before.items() if at not in gone}
    assert len(list(probed.ledger.stream("observations:agent-bonn:spool1:2026-03-20"))) == batches


def test_a_correction_names_the_row_of_the_fact_that_holds_the_result(
    probed: Any, kit: Any
) -> None:
    void(probed, "prb-mail", "loc-bonn", kit.begin + 12 * HOUR, kit.begin + 40 * HOUR)

    assigned = probed.agents["agent-bonn"].assigned
    for fact in corrected_facts(probed):
        for (stream, sequence, row), at, latency in zip(
            fact.places, fact.at, fact.latency_us, strict=True
        ):
            (entry,) = [e for e in probed.ledger.stream(stream) if e.version == sequence]
            due, index = assigned.plan(entry.fact.begin, entry.fact.end)[row]
            assert assigned.probes[index].probe == "prb-mail"
            assert at - due in (0, 5 * MINUTE)
            assert (latency is None) == (kit.begin + 12 * HOUR <= due < kit.begin + 20 * HOUR)


def test_p1_corrected_results_stand_with_their_outcome(probed: Any, kit: Any) -> None:
    before = standing(probed, "prb-web", "loc-bonn")
    span = (kit.begin + 8 * HOUR, kit.begin + 20 * HOUR)

    correct(probed, Outcome.INCONCLUSIVE, "prb-web", "loc-bonn", *span)

    inside = {at for at in before if span[0] <= at < span[1]}
    assert standing(probed, "prb-web", "loc-bonn") == {
        at: Outcome.INCONCLUSIVE if at in inside else outcome for at, outcome in before.items()
    }


def test_the_newest_result_is_the_newest_that_stands(probed: Any, kit: Any) -> None:
    last = newest(probed, "prb-web", "loc-bonn")
    assert last.at == kit.begin + 46 * HOUR

    void(probed, "prb-web", "loc-bonn", kit.begin + 44 * HOUR, kit.begin + 48 * HOUR)

    found = newest(probed, "prb-web", "loc-bonn")
    assert (found.at, found.outcome) == (kit.begin + 42 * HOUR, GOOD)
    assert found.position == probed.ledger.position()
    assert found.good == last.good - 1  # what was voided counts no more

    correct(probed, BAD, "prb-web", "loc-bonn", found.at, found.at + 1)
    again = newest(probed, "prb-web", "loc-bonn")
    assert (again.at, again.outcome, again.position) == (found.at, BAD, found.position)


def test_a_check_of_which_nothing_stands_is_as_if_it_was_never_asked(world: Any, kit: Any) -> None:
    world.take_in([(kit.begin + n * HOUR, GOOD) for n in (1, 30)])
    world.fold()

    void(world, PAPER, "loc-bonn", kit.begin, kit.begin + 3 * DAY)

    assert standing(world, PAPER, "loc-bonn") == {}
    assert newest(world, PAPER, "loc-bonn") is None
    with world.views.reading() as connection:
        assert counted(connection, PAPER) == ()


def test_p1_a_result_recorded_after_the_void_counts_again(world: Any, kit: Any) -> None:
    at = kit.begin + HOUR
    world.take_in([(at, BAD)])
    world.fold()
    void(world, PAPER, "loc-bonn", at, at + 1)

    world.take_in([(at, GOOD)])
    world.fold()

    assert standing(world, PAPER, "loc-bonn") == {at: GOOD}
    void(world, PAPER, "loc-bonn", at, at + 1)
    assert [fact.sequence for fact in corrected_facts(world)] == [(1,), (2,)]


def test_a_later_batch_does_not_follow_on_from_what_was_corrected(probed: Any, kit: Any) -> None:
    """Rows without an edge repeat the recorded outcome of the row before them, not the corrected one."""
    void(probed, "prb-mail", "loc-bonn", kit.begin + 40 * HOUR, kit.begin + 48 * HOUR)
    correct(probed, BAD, "prb-web", "loc-bonn", kit.begin + 40 * HOUR, kit.begin + 48 * HOUR)

    probed.probe("agent-bonn", 8, lambda due, index: kit.row(due, index, GOOD))
    probed.fold()

    for check in ("prb-mail", "prb-web"):
        found = standing(probed, check, "loc-bonn")
        assert {o for at, o in found.items() if at >= kit.begin + 48 * HOUR} == {GOOD}


WITHIN = {
    "id": "sla-quick",
    "kind": "sla",
    "name": dict.fromkeys(("en", "fr", "es"), "quick"),
    "customer": "party-us",
    "provider": "party-them",
    "tz": "UTC",
    "in_force": {"from": "2026-03-01", "to": None},
    "recommendations": [],
    "objectives": [
        {
            "id": "o1",
            "service": "svc-mail",
            "indicator": "latency",
            "target": {"within": "PT0.010S", "share": "95.00"},
            "period": "calendar_month",
            "service_hours": "hours-always",
            "data": ["prb-mail"],
            "mode": "shadow",
            "remedy": {"kind": "review_item", "after_periods": 1},
        }
    ],
    "prov": {"_": "I"},
}


def _promise(world: Any) -> None:
    signed = {"state": "in_force", "signed_on": {"value": "2026-02-01", "precision": "day"}}
    stated = TermsStated(catalogue="small", terms=WITHIN)
    world.append("agreement:sla-quick", stated, LifecycleAsserted(values=signed))


def _paced(world: Any) -> dict[int, Outcome]:
    with world.views.reading() as connection:
        rows = connection.execute(select(pace_day.c.runs).where(pace_day.c.check == "prb-mail"))
        return {at: o for row in rows for run in unpack(row.runs) for at, o in run.results()}


@pytest.mark.parametrize("promised", ["before", "after"])
def test_p1_a_promise_about_latency_counts_what_stands(
    probed: Any, kit: Any, promised: str
) -> None:
    """Every good result took 20 ms, twice as long as promised; a corrected one has no latency at all."""
    if promised == "before":
        _promise(probed)
        probed.fold()
        assert set(_paced(probed).values()) == {BAD}

    void(probed, "prb-mail", "loc-bonn", kit.begin + 20 * HOUR, kit.begin + 48 * HOUR)
    correct(probed, GOOD, "prb-mail", "loc-bonn", kit.begin + 16 * HOUR, kit.begin + 20 * HOUR)
    if promised == "after":
        _promise(probed)
        probed.fold()

    assert {(at - kit.begin) / HOUR: outcome for at, outcome in sorted(_paced(probed).items())} == {
        1: BAD,
        5: BAD,
        9: BAD,
        13 + 5 / 60: BAD,
        17: Outcome.INCONCLUSIVE,
    }


numbers = st.integers(0, 2**32)
OFFSETS = st.lists(st.integers(0, 200), min_size=2, max_size=12, unique=True)


@settings(max_examples=6, phases=FOUND)
@given(offsets=OFFSETS, seed=numbers)
def test_p1_voiding_one_by_one_in_any_order_equals_importing_without(
    kit: Any, offsets: list[int], seed: int
) -> None:
    chance = random.Random(seed)
    rows = [(kit.begin + n * HOUR, chance.choice(list(Outcome))) for n in sorted(offsets)]
    voided = chance.sample(rows, chance.randint(1, len(rows)))
    with kit.opened() as one, kit.opened() as other:
        for world, results in ((one, rows), (other, [r for r in rows if r not in voided])):
            world.state_promises()
            if results:
                world.take_in(results)
            world.fold()
        for at, _ in voided:
            if chance.random() < 0.5:
                one.settle(kit.begin + SETTLED)
            void(one, PAPER, "loc-bonn", at, at + 1)
        assert _told(one) == _told(other)
        one.settle(kit.begin + SETTLED)
        other.settle(kit.begin + SETTLED)
        assert _kept(one) == _kept(other)


def _told(world: Any) -> Any:
    with world.views.reading() as connection:
        last = connection.execute(select(probe_last.c.at, probe_last.c.outcome)).all()
        day = probe_day.c  # not since when and until when: the histories differ in their positions
        told = select(day.check, day.location, day.day, day.runs, day.basis).order_by(day.day)
        return connection.execute(told).all(), last


def _kept(world: Any) -> Any:
    with world.views.reading() as connection:
        return [
            keeping.kept(connection, each.key, "", "9999") for each in judged_objectives(connection)
        ]


STEPS = st.one_of(
    st.tuples(st.just("probe"), st.integers(0, 1), st.integers(1, 100), numbers),
    st.tuples(st.just("import"), OFFSETS, numbers),
    st.tuples(st.just("amend"), st.integers(-24, 240), st.integers(1, 60), numbers),
    st.tuples(st.just("amend"), st.integers(-24, 240), st.integers(1, 60), numbers),
    st.tuples(st.just("settle"), st.integers(0, 720)),
    st.tuples(st.just("fold"), st.integers(1, 12)),
)


@settings(max_examples=8, phases=FOUND)
@given(steps=st.lists(STEPS, min_size=4, max_size=25))
def test_rebuilt_views_equal_those_that_followed_corrections(kit: Any, steps: list[Any]) -> None:
    with kit.opened() as world:
        world.state_promises()
        for agent in kit.agents:
            world.assign(agent)
        for step in steps:
            _take(world, kit, step)
        world.fold()
        fresh = world.anew()
        with world.views.reading() as followed, fresh.reading() as rebuilt:
            but = ("objective_day", "objective_period")
            assert kit.dump(followed, but=but) == kit.dump(rebuilt, but=but)
            assert_kept_days_are_what_is_computed_now(followed, rebuilt)


def _take(world: Any, kit: Any, step: tuple[Any, ...]) -> None:
    match step:
        case "probe", agent, hours, seed:
            world.probe(kit.agents[agent], hours, kit.chance(seed))
        case "import", offsets, seed:
            chance = random.Random(seed)
            rows = [(kit.begin + n * HOUR, chance.choice(list(Outcome))) for n in offsets]
            world.take_in(rows)
        case "amend", first, length, seed:
            _amend(world, kit, first, length, random.Random(seed))
        case "settle", now:
            world.settle(kit.begin + now * HOUR)
        case "fold", limit:
            world.fold(limit)


def _amend(world: Any, kit: Any, first: int, length: int, chance: random.Random) -> None:
    """Void or correct what stands of a check in some hours, if anything does."""
    world.fold()
    check = chance.choice([*kit.probes, PAPER])
    with world.views.reading() as connection:
        origins = Origins(connection)
        places = origins.places(check)
        begin = kit.begin + first * HOUR
        spans = [origins.chosen(check, place, begin, begin + length * HOUR) for place in places]
    for chosen in spans:
        outcome = chance.choice([None, *Outcome])
        if outcome is None:
            corrections.void(world.ledger, chosen, reason="why", actor="rita")
        else:
            corrections.correct(world.ledger, chosen, outcome, reason="why", actor="rita")


@given(
    instants=st.lists(st.integers(0, 40), unique=True, max_size=20).map(sorted),
    became=st.dictionaries(st.integers(0, 40), st.none() | st.sampled_from(Outcome), max_size=10),
)
def test_runs_are_amended_as_single_results_would_be(
    instants: list[int], became: dict[int, Outcome | None]
) -> None:
    held = runs_of(((at, GOOD) for at in instants), validity=3)
    wanted = {at: became.get(at, GOOD) for at in instants}

    found = dict(result for run in amended(held, became) for result in run.results())

    assert found == {at: outcome for at, outcome in wanted.items() if outcome is not None}
