"""Views folded in any steps, with answers asked and days kept in between, equal views folded from zero."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from catalogue.changes import Change
from catalogue.instants import HOUR
from catalogue.periods import parse_period
from catalogue.terms import TermsAmended, TermsCorrected
from probes.outcome import Outcome
from slamon.sla.announcing import (
    ExclusionAnnounced,
    ExclusionGranted,
    ExclusionRefused,
    ExclusionWithdrawn,
)
from slamon.sla.review import BreachFound, BreachUpheld, BreachWaived
from slamon.views.reading import Reading
from tests.views.worlds.world import assert_kept_days_are_what_is_computed_now

DAY = 24 * HOUR
PROVISIONS = ("objective_day", "period_touched")  # computed ahead, marked on suspicion
AGREEMENTS = ("sla-strict", "sla-two-places", "sla-paper")

numbers = st.integers(0, 2**32)
hours = st.integers(1, 100)
agents = st.integers(0, 1)
instants = st.integers(-48, 720).map(lambda n: n * HOUR + 7)  # after the beginning

# The counterexample of a short run is told as it was found; the long one takes the time to make it small.
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)

STEPS = st.one_of(
    st.tuples(st.just("probe"), agents, hours, numbers),
    st.tuples(st.just("probe"), agents, hours, numbers),
    st.tuples(st.just("interrupt"), agents, hours, st.booleans()),
    st.tuples(st.just("assign"), agents, st.permutations((0, 1, 2)), st.booleans()),
    st.tuples(st.just("meet"), agents),
    st.tuples(st.just("probe again"), agents, hours, numbers),
    st.tuples(st.just("set aside"), agents, hours, numbers),
    st.tuples(
        st.just("import"),
        st.lists(st.tuples(instants, st.sampled_from(Outcome)), min_size=1, max_size=5),
    ),
    st.tuples(st.just("hear"), instants, st.sampled_from(Outcome)),
    st.tuples(st.just("amend"), st.integers(1, 28), st.sampled_from(("90.00", "99.00"))),
    st.tuples(st.just("correct"), st.sampled_from((1, 2))),
    st.tuples(st.just("close"), st.sampled_from(AGREEMENTS), st.sampled_from(("waived", "upheld"))),
    st.tuples(
        st.just("announce"),
        st.sampled_from(("sla-strict", "sla-paper")),
        st.integers(1, 3),
        st.sampled_from(("x1", "x2", "x9")),
        st.tuples(instants, hours, hours),
    ),
    st.tuples(
        st.just("rule"),
        st.sampled_from(("sla-strict", "sla-paper")),
        st.integers(1, 3),
        st.sampled_from((ExclusionGranted, ExclusionRefused, ExclusionWithdrawn)),
    ),
    st.tuples(st.just("fold"), st.integers(1, 12)),
    st.tuples(st.just("fold"), st.just(10_000)),
    st.tuples(st.just("settle"), instants),
    st.tuples(st.just("ask"), instants),
)


def _take(world: Any, kit: Any, step: tuple[Any, ...]) -> None:
    if not _read(world, kit, step):
        _write(world, kit, step)


def _read(world: Any, kit: Any, step: tuple[Any, ...]) -> bool:
    match step:
        case "fold", limit:
            world.fold(limit)
        case "settle", now:
            world.settle(kit.begin + now)
        case "ask", now:
            world.reading.overview(kit.begin + now)
        case _:
            return False
    return True


def _write(world: Any, kit: Any, step: tuple[Any, ...]) -> None:
    match step:
        case "probe", agent, length, seed:
            world.probe(kit.agents[agent], length, kit.chance(seed))
        case "interrupt", agent, length, new_spool:
            world.interrupt(kit.agents[agent], length, new_spool=new_spool)
        case "assign", agent, order, simulated:
            probes = tuple(kit.probes[n] for n in order[:2]) if order[0] else kit.probes
            world.assign(kit.agents[agent], probes, simulated=simulated)
        case "import", results:
            world.take_in([(kit.begin + at, outcome) for at, outcome in results])
        case "amend", day, target:
            _amend(world, day, target)
        case "correct", after:
            path = "measurement_rules.down_after"
            change = Change(path=path, old=3, new=after)
            world.append(
                "agreement:sla-strict", TermsCorrected(reason="typed wrong", changes=(change,))
            )
        case "close", agreement, decision:
            _close(world, agreement, decision)
        case _:
            _disturb(world, kit, step)


def _disturb(world: Any, kit: Any, step: tuple[Any, ...]) -> None:
    match step:
        case "probe again", agent, length, seed:
            world.probe_again(kit.agents[agent], length, kit.chance(seed))
        case "set aside", agent, length, seed:
            world.probe(kit.agents[agent], length, kit.chance(seed), aside=True)
        case "hear", at, outcome:
            world.hear(kit.begin + at, outcome)
        case "meet", agent:
            world.assign(kit.agents[agent], location="loc-bonn")
        case _:
            _exclude(world, kit, step)


def _exclude(world: Any, kit: Any, step: tuple[Any, ...]) -> None:
    match step:
        case "announce", agreement, number, clause, times:
            _announce(world, kit, f"exclusion:{agreement}:a{number}", clause, times)
        case "rule", agreement, number, ruling:
            stream = f"exclusion:{agreement}:a{number}"
            if world.ledger.version(stream):
                world.append(stream, ruling(reason="so it was"))


def _announce(world: Any, kit: Any, stream: str, clause: str, times: tuple[int, int, int]) -> None:
    begin, length, notice = kit.begin + times[0], times[1] * HOUR, times[2] * HOUR
    if world.ledger.version(stream):
        return
    fact = ExclusionAnnounced(
        clause=clause,
        services=("svc-mail",) if times[1] % 2 else (),
        begin=begin,
        end=begin + length,
        received_at=begin - notice,
        evidence="mail",
        reason="why",
    )
    world.append(stream, fact)


def _amend(world: Any, day: int, target: str) -> None:
    change = Change(path="objectives.o1.target", old="97.00", new=target)
    fact = TermsAmended(**{"from": f"2026-04-{day:02}"}, reason="agreed", changes=(change,))
    world.append("agreement:sla-paper", fact)


def _close(world: Any, agreement: str, decision: str) -> None:
    """Close March with the figures the views give, whatever they are, and decide on a breach of each."""
    if world.ledger.version(f"period:{agreement}:2026-03"):
        return
    world.fold()
    offer = world.close_period(agreement, "2026-03", parse_period("2026-03", "UTC").end + 3 * DAY)
    for figure in offer.figures:
        found = BreachFound(ratio="1/2", target=figure.target, position=offer.position)
        decided = (
            BreachWaived(reason="once") if decision == "waived" else BreachUpheld(reason="yes")
        )
        world.append(f"breach:{agreement}:{figure.objective}:2026-03", found, decided)


def _kept_days_are_what_is_computed_now(world: Any, kit: Any) -> None:
    """Every day that is kept equals the same day computed from results alone."""
    fresh = world.anew()
    with world.views.reading() as kept, fresh.reading() as source:
        assert_kept_days_are_what_is_computed_now(kept, source)


def _tell(world: Any, kit: Any, steps: list[tuple[Any, ...]]) -> None:
    world.state_promises()
    for agent in kit.agents:
        world.assign(agent)
    for step in steps:
        _take(world, kit, step)
    world.fold()


def _agrees(kit: Any, steps: list[tuple[Any, ...]], nows: list[int]) -> None:
    with kit.opened() as world:
        _tell(world, kit, steps)
        _kept_days_are_what_is_computed_now(world, kit)
        other = world.read_anew()
        with world.views.reading() as one, world.stores[-1].reading() as two:
            assert kit.dump(one, but=PROVISIONS) == kit.dump(two, but=PROVISIONS)
        for now in (kit.begin + each for each in nows):
            # Who asks for the first time gets the figures of this instant.
            fresh = Reading(world.stores[-1], world.ledger, world.founded)
            assert world.reading.overview(now) == fresh.overview(now)
            for agreement in AGREEMENTS:
                assert world.reading.exclusions(agreement) == other.exclusions(agreement)
                for label in ("2026-03", "2026-04"):
                    assert world.reading.judge(agreement, label, now) == other.judge(
                        agreement, label, now
                    )


@settings(max_examples=20, phases=FOUND)
@given(
    steps=st.lists(STEPS, min_size=5, max_size=30),
    nows=st.lists(instants, min_size=1, max_size=3),
)
def test_views_folded_in_steps_equal_views_folded_at_once(
    kit: Any, steps: list[tuple[Any, ...]], nows: list[int]
) -> None:
    _agrees(kit, steps, nows)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_long_histories_folded_in_steps_equal_those_folded_at_once(kit: Any) -> None:
    @settings(kit.soaked)
    @given(
        steps=st.lists(STEPS, min_size=5, max_size=80),
        nows=st.lists(instants, min_size=1, max_size=3),
    )
    def agrees(steps: list[tuple[Any, ...]], nows: list[int]) -> None:
        _agrees(kit, steps, nows)

    agrees()
