"""`pace_day` holds each result against each bound that is promised, whenever the promise came."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalogue.changes import Change
from catalogue.instants import HOUR, MINUTE
from catalogue.terms import (
    LifecycleAsserted,
    TermsAmended,
    TermsCorrected,
    TermsStated,
    TermsWithdrawn,
)
from probes.assembly import Row
from probes.outcome import Outcome
from slamon.views.cases import case_runs, paced_runs
from slamon.views.daybook import unpack
from slamon.views.shelf import Source
from slamon.views.tables import pace_bound, pace_day

FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
DAY = 24 * HOUR
PLACES = {"agent-bonn": "loc-bonn", "agent-outside": "loc-outside"}
LATENCIES = (None, 10_000, 50_000, 50_001, 300_000)

Seen = dict[tuple[str, str, int], dict[int, Outcome]]


def _latency(name: str, within: str, data: str, service: str) -> dict[str, Any]:
    return {
        "id": name,
        "service": service,
        "indicator": "latency",
        "target": {"within": within, "share": "95.00"},
        "period": "calendar_month",
        "service_hours": "hours-always",
        "data": [data],
        "mode": "shadow",
        "remedy": {"kind": "review_item", "after_periods": 1},
    }


def _promise(world: Any, name: str, within: str, data: str, service: str) -> None:
    """State an agreement that promises how long results may take."""
    terms = {
        "id": name,
        "kind": "sla",
        "name": {"en": name, "fr": name, "es": name},
        "customer": "party-us",
        "provider": "party-them",
        "tz": "UTC",
        "in_force": {"from": "2026-03-01", "to": None},
        "recommendations": [],
        "objectives": [_latency("o1", within, data, service)],
        "prov": {"_": "I"},
    }
    lifecycle = {"state": "in_force", "signed_on": {"value": "2026-02-01", "precision": "day"}}
    world.append(
        f"agreement:{name}",
        TermsStated(catalogue="small", terms=terms),
        LifecycleAsserted(values=lifecycle),
    )


def _rows(seed: int) -> Callable[[int, int], Row | None]:
    """Results as they come: of any outcome and latency, some missing, some late."""
    chance = random.Random(seed)

    def row(due: int, index: int) -> Row | None:
        if chance.random() < 0.1:
            return None
        late = chance.choice([0, 0, 0, 30_000_000])
        outcome = chance.choices(list(Outcome), (80, 10, 10, 5))[0]
        return Row(index, due, due + late, outcome, chance.choice(LATENCIES))

    return row


def _stored(world: Any) -> Seen:
    found: Seen = {}
    with world.views.reading() as connection:
        for stored in connection.execute(select(pace_day)):
            seen = {at: out for run in unpack(stored.runs) for at, out in run.results()}
            found.setdefault((stored.check, stored.location, stored.bound), {}).update(seen)
    return found


def _bounds(world: Any) -> set[tuple[str, int]]:
    with world.views.reading() as connection:
        return {(row.check, row.bound) for row in connection.execute(select(pace_bound))}


def _by_hand(kit: Any, world: Any, bounds: set[tuple[str, int]]) -> Seen:
    """Row by row."""
    found: Seen = {}
    for agent in world.agents.values():
        for row in agent.rows:
            at = row.started if row.started - row.due > 5_000_000 else row.due
            check = kit.probes[row.probe]
            for bound in (bound for named, bound in bounds if named == check):
                outcome = row.outcome
                if outcome in {Outcome.GOOD, Outcome.DEGRADED}:
                    slow = row.latency is not None and row.latency > bound
                    outcome = Outcome.BAD if slow else Outcome.GOOD
                    outcome = Outcome.INCONCLUSIVE if row.latency is None else outcome
                found.setdefault((check, PLACES[agent.name], bound), {})[at] = outcome
    return found


numbers = st.integers(0, 2**32)
instants = st.integers(0, 500).map(lambda n: n * HOUR)
names = st.sampled_from(("sla-a", "sla-b"))
withins = st.sampled_from(("PT0.05S", "PT0.2S"))
STEPS = st.one_of(
    st.tuples(st.just("probe"), st.integers(0, 1), st.integers(1, 80), numbers),
    st.tuples(st.just("probe"), st.integers(0, 1), st.integers(1, 80), numbers),
    st.tuples(st.just("promise"), names, withins, st.integers(0, 2)),
    st.tuples(st.just("withdraw"), names),
    st.tuples(st.just("correct"), names, withins),
    st.tuples(
        st.just("import"),
        st.lists(
            st.tuples(instants, st.sampled_from(Outcome), st.sampled_from(LATENCIES)),
            min_size=1,
            max_size=4,
        ),
    ),
    st.tuples(st.just("assign"), st.integers(0, 1), st.permutations((0, 1, 2))),
    st.tuples(st.just("fold"), st.integers(1, 9)),
)


def _take(world: Any, kit: Any, step: tuple[Any, ...], promised: dict[str, str]) -> None:
    match step:
        case "probe", agent, hours, seed:
            world.probe(kit.agents[agent], hours, _rows(seed))
        case "promise", name, within, number if name not in promised:
            service = ("svc-mail", "svc-web", "svc-paper")[number]
            data = ("prb-mail", "prb-web", "imp-paper")[number]
            _promise(world, name, within, data, service)
            promised[name] = within
        case "withdraw", name if promised.get(name):
            world.append(f"agreement:{name}", TermsWithdrawn())
            promised[name] = ""
        case "correct", name, within if promised.get(name):
            change = Change(path="objectives.o1.target.within", old=promised[name], new=within)
            world.append(
                f"agreement:{name}", TermsCorrected(reason="typed wrong", changes=(change,))
            )
            promised[name] = within
        case "import", found:
            results = [(kit.begin + at, outcome) for at, outcome, _ in found]
            world.take_in(results, [took for _, _, took in found])
        case "assign", agent, order:
            world.assign(kit.agents[agent], tuple(kit.probes[n] for n in order))
        case "fold", limit:
            world.fold(limit)
        case _:
            pass  # what is promised already, or no more, cannot be promised or withdrawn again


@settings(max_examples=25, phases=FOUND)
@given(steps=st.lists(STEPS, min_size=4, max_size=25))
def test_bounds_promised_at_any_time_are_filled_in_as_if_they_had_always_been(
    kit: Any, steps: list[tuple[Any, ...]]
) -> None:
    promised: dict[str, str] = {}
    with kit.opened() as world:
        world.state_promises()
        for agent in kit.agents:
            world.assign(agent)
        for step in steps:
            _take(world, kit, step, promised)
        world.fold()

        with world.views.reading() as one, world.anew().reading() as two:
            tables = ("pace_day", "pace_bound", "probe_day")
            first, second = kit.dump(one), kit.dump(two)
        assert {name: first[name] for name in tables} == {name: second[name] for name in tables}


@settings(max_examples=15, phases=FOUND)
@given(
    spells=st.lists(
        st.tuples(st.integers(0, 1), st.integers(1, 60), numbers), min_size=1, max_size=8
    ),
    before=st.booleans(),
    limit=st.integers(1, 9),
)
def test_each_result_is_held_against_each_bound_of_its_check(
    kit: Any, spells: list[tuple[int, int, int]], *, before: bool, limit: int
) -> None:
    with kit.opened() as world:
        world.state_promises()
        for agent in kit.agents:
            world.assign(agent)
        if before:
            _promise(world, "sla-a", "PT0.05S", "prb-mail", "svc-mail")
        for agent, hours, seed in spells:
            world.probe(kit.agents[agent], hours, _rows(seed))
        _promise(world, "sla-b", "PT0.2S", "prb-mail", "svc-mail")
        while world.views.position() < world.ledger.position():
            world.fold(limit)

        bounds = {("prb-mail", 200_000)} | ({("prb-mail", 50_000)} if before else set())
        assert _bounds(world) == bounds
        assert _stored(world) == _by_hand(kit, world, bounds)


def test_a_batch_that_never_said_how_its_probe_began_is_filled_in_as_it_was_folded(
    world: Any, kit: Any
) -> None:
    # As if the agent had told of a good result before, in a spool that nobody has.
    world.agents["agent-bonn"].before = dict.fromkeys(range(3), Outcome.GOOD)
    outcomes = [Outcome.GOOD, Outcome.BAD]
    for outcome in outcomes:
        world.probe("agent-bonn", 24, lambda due, i, o=outcome: Row(i, due, due, o, 10_000))
    world.fold()
    _promise(world, "sla-a", "PT0.05S", "prb-mail", "svc-mail")
    world.fold()

    held = _stored(world)["prb-mail", "loc-bonn", 50_000]
    assert [held[at] for at in sorted(held)] == [Outcome.INCONCLUSIVE] * 6 + [Outcome.BAD] * 6


@pytest.fixture
def fast(world: Any) -> Any:
    """A world in which mail has to answer within 50 ms."""
    _promise(world, "sla-a", "PT0.05S", "prb-mail", "svc-mail")
    world.fold()
    return world


@pytest.mark.parametrize(
    ("outcome", "latency", "held"),
    [
        pytest.param(Outcome.GOOD, 50_000, Outcome.GOOD, id="a good result exactly at the bound"),
        pytest.param(Outcome.GOOD, 50_001, Outcome.BAD, id="a good result a microsecond later"),
        pytest.param(Outcome.DEGRADED, 10_000, Outcome.GOOD, id="a degraded one that was quick"),
        pytest.param(Outcome.BAD, 10_000, Outcome.BAD, id="a failure, however quick"),
        pytest.param(Outcome.INCONCLUSIVE, 10_000, Outcome.INCONCLUSIVE, id="an inconclusive one"),
        pytest.param(Outcome.GOOD, None, Outcome.INCONCLUSIVE, id="a good one of unknown latency"),
    ],
)
def test_what_a_result_is_for_a_bound(
    fast: Any, kit: Any, outcome: Outcome, latency: int | None, held: Outcome
) -> None:
    fast.probe("agent-bonn", 4, lambda due, index: Row(index, due, due, outcome, latency))
    fast.fold()

    (found,) = _stored(fast)["prb-mail", "loc-bonn", 50_000].values()
    assert found is held


def test_a_slow_answer_stays_a_good_result_for_availability(fast: Any, kit: Any) -> None:
    fast.probe("agent-bonn", 4, lambda due, index: Row(index, due, due, Outcome.GOOD, 900_000))
    fast.fold()

    source = Source("prb-mail", "loc-bonn", HOUR)
    with fast.views.reading() as connection:
        span = (kit.begin, kit.begin + DAY)
        assert [r.outcome for r in paced_runs(connection, source, None, *span)] == [Outcome.GOOD]
        assert [r.outcome for r in paced_runs(connection, source, 50_000, *span)] == [Outcome.BAD]


def test_equal_results_in_a_row_stay_one_run_a_day(fast: Any, kit: Any) -> None:
    fast.probe("agent-bonn", 48, lambda due, index: Row(index, due, due, Outcome.GOOD, 20_000))
    fast.fold()

    source = Source("prb-mail", "loc-bonn", HOUR)
    with fast.views.reading() as connection:
        runs = paced_runs(connection, source, 50_000, kit.begin, kit.begin + 2 * DAY)
        part = paced_runs(connection, source, 50_000, kit.begin + HOUR, kit.begin + 9 * HOUR)
    assert [run.count for run in runs] == [6, 6]
    assert [(run.first, run.count) for run in part] == [(kit.begin + HOUR, 2)]


def test_a_bound_that_is_amended_is_followed_beside_the_one_before(fast: Any) -> None:
    change = Change(path="objectives.o1.target.within", old="PT0.05S", new="PT0.2S")
    fast.append(
        "agreement:sla-a",
        TermsAmended(**{"from": "2026-04-01"}, reason="agreed", changes=(change,)),
    )
    fast.fold()

    assert _bounds(fast) == {("prb-mail", 50_000), ("prb-mail", 200_000)}


def test_a_bound_that_nobody_promises_any_more_is_forgotten(fast: Any) -> None:
    fast.probe("agent-bonn", 48, _rows(1))
    fast.fold()
    fast.append("agreement:sla-a", TermsWithdrawn())
    fast.fold()

    assert (_bounds(fast), _stored(fast)) == (set(), {})


def test_a_bound_in_days_bounds_nothing_and_does_not_stop_the_fold(world: Any) -> None:
    _promise(world, "sla-a", "P1D", "prb-mail", "svc-mail")
    world.fold()

    assert _bounds(world) == set()


def test_results_that_nobody_vouches_for_are_no_cases(fast: Any, kit: Any) -> None:
    def row(due: int, index: int) -> Row | None:
        control_is_bad = index == 0 and due < kit.begin + DAY
        return Row(index, due, due, Outcome.BAD if control_is_bad else Outcome.GOOD, 20_000)

    fast.probe("agent-bonn", 48, row)
    fast.fold()

    validity = kit.interval + 2 * MINUTE
    mail, control = (Source(name, "loc-bonn", validity) for name in ("prb-mail", "prb-control"))
    with fast.views.reading() as connection:
        span = (kit.begin, kit.begin + 2 * DAY)
        (vouched,) = case_runs(connection, [mail], [control], 50_000, span)
        (alone,) = case_runs(connection, [mail], [], 50_000, span)
        job = replace(mail, reported=True)
        assert case_runs(connection, [job], [control], 50_000, span) == (alone,)
    assert [(run.outcome, run.count) for run in vouched] == [
        (Outcome.INCONCLUSIVE, 6),
        (Outcome.GOOD, 6),
    ]
    assert [run.outcome for run in alone] == [Outcome.GOOD, Outcome.GOOD]


def test_results_of_a_place_without_its_control_probe_are_no_cases(fast: Any, kit: Any) -> None:
    fast.probe("agent-bonn", 8, lambda due, index: Row(index, due, due, Outcome.GOOD, 20_000))
    fast.fold()

    mail = Source("prb-mail", "loc-bonn", 5 * HOUR)
    elsewhere = Source("prb-control", "loc-outside", 5 * HOUR)
    with fast.views.reading() as connection:
        (runs,) = case_runs(connection, [mail], [elsewhere], None, (kit.begin, kit.begin + DAY))
    assert [run.outcome for run in runs] == [Outcome.INCONCLUSIVE]
