"""Declared incidents in the views: what holds, what is listed, and which kept days are judged anew."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from catalogue.instants import HOUR
from probes.outcome import Outcome
from slamon.sla.declared import Declared
from slamon.sla.declaring import DeclarationEnded, DeclarationWithdrawn, StateDeclared
from slamon.views import declared, keeping
from slamon.views.objectives import judged_objectives
from slamon.views.shelf import FAR
from tests.views.worlds.world import assert_kept_days_are_what_is_computed_now

DAY = 24 * HOUR
STREAM = "declaration:svc-paper:inc-1"
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)


def said(begin: int, end: int | None, state: Any = "down") -> StateDeclared:
    return StateDeclared(state=state, begin=begin, end=end, reason="no paper", evidence="call 4711")


def held(world: Any) -> Any:
    with world.views.reading() as connection:
        return declared.declarations(connection), declared.position_of(connection)


def kept_down(world: Any) -> dict[str, int]:
    """The down time (µs) of the days that are kept of the paper service."""
    with world.views.reading() as connection:
        (judged,) = [
            each for each in judged_objectives(connection) if each.agreement == "sla-paper"
        ]
        days = keeping.kept(connection, judged.key, "", "9999")
        return {label: figures.tally.down for label, (figures, _) in days.items()}


def test_p6_what_is_declared_holds_until_it_is_withdrawn(world: Any, kit: Any) -> None:
    begin, end = kit.begin, kit.begin + 2 * HOUR
    world.append(STREAM, said(begin, None))
    world.fold()
    first = world.ledger.position()
    one = Declared(begin, FAR, "down", "svc-paper/inc-1", first)
    assert held(world) == ((("svc-paper", one),), first)

    world.append(STREAM, DeclarationEnded(end=end, reason="there is paper"))
    world.fold()
    ended = Declared(begin, end, "down", "svc-paper/inc-1", first)
    assert held(world) == ((("svc-paper", ended),), first + 1)

    world.append(STREAM, DeclarationWithdrawn(reason="another service"))
    world.fold()
    assert held(world) == ((), first + 2)


def test_nothing_declared_is_at_no_position(world: Any) -> None:
    assert held(world) == ((), 0)


def test_all_are_listed_by_begin_with_who_said_why(world: Any, kit: Any) -> None:
    world.append(STREAM, said(kit.begin + DAY, None))
    world.append(STREAM, DeclarationWithdrawn(reason="another service"))
    world.append("declaration:svc-mail:inc-1", said(kit.begin, kit.begin + HOUR, "degraded"))
    world.fold()

    mail, paper = world.reading.declarations(None)

    assert (mail.declaration, mail.status, mail.because) == ("svc-mail/inc-1", "ended", None)
    assert (mail.from_, mail.to) == ("2026-03-20T00:00:00Z", "2026-03-20T01:00:00Z")
    assert (paper.declaration, paper.status) == ("svc-paper/inc-1", "withdrawn")
    assert (paper.because, paper.actor, paper.to) == ("another service", "tester", None)
    assert world.reading.declarations("svc-paper") == (paper,)


@pytest.mark.parametrize(
    ("facts", "down"),
    [
        pytest.param((), 0, id="P6 nothing declared"),
        pytest.param((said(6 * HOUR, 8 * HOUR),), 2 * HOUR, id="P6 declared down"),
        pytest.param((said(6 * HOUR, 8 * HOUR, "up"),), 0, id="P6 declared up"),
        pytest.param(
            (said(6 * HOUR, None), DeclarationEnded(end=9 * HOUR, reason="paper")),
            3 * HOUR,
            id="P6 ended",
        ),
        pytest.param(
            (said(6 * HOUR, 8 * HOUR), DeclarationWithdrawn(reason="no")), 0, id="P6 withdrawn"
        ),
    ],
)
def test_kept_days_of_the_service_are_judged_anew(
    world: Any, kit: Any, facts: tuple[Any, ...], down: int
) -> None:
    world.take_in([(kit.begin + n * DAY, Outcome.GOOD) for n in range(5)])
    world.fold()
    world.settle(kit.begin + 5 * DAY)
    assert kept_down(world)["2026-03-21"] == 0

    for fact in facts:
        world.append(STREAM, _on_the_second_day(fact, kit.begin + DAY))
        world.fold()
        world.settle(kit.begin + 5 * DAY)

    assert kept_down(world)["2026-03-21"] == down


def _on_the_second_day(fact: Any, midnight: int) -> Any:
    named = {name: getattr(fact, name, None) for name in ("begin", "end")}
    return fact.model_copy(
        update={name: midnight + at for name, at in named.items() if at is not None}
    )


SERVICES = st.sampled_from(("svc-paper", "svc-mail", "svc-web"))
STATES = st.sampled_from(("up", "degraded", "down", "unknown"))
HOURS = st.integers(-24, 240)
STEPS = st.one_of(
    st.tuples(st.just("declare"), SERVICES, HOURS, st.none() | st.integers(1, 60), STATES),
    st.tuples(st.just("declare"), SERVICES, HOURS, st.none() | st.integers(1, 60), STATES),
    st.tuples(st.just("withdraw"), st.integers(0, 9)),
    st.tuples(st.just("probe"), st.integers(1, 100), st.integers(0, 2**32)),
    st.tuples(st.just("settle"), st.integers(0, 400)),
    st.tuples(st.just("fold"), st.integers(1, 12)),
)


@settings(max_examples=6, phases=FOUND)
@given(steps=st.lists(STEPS, min_size=4, max_size=20))
def test_rebuilt_views_equal_those_that_followed_declarations(kit: Any, steps: list[Any]) -> None:
    with kit.opened() as world:
        world.state_promises()
        for agent in kit.agents:
            world.assign(agent)
        streams: list[str] = []
        for step in steps:
            _take(world, kit, step, streams)
        world.fold()
        fresh = world.anew()
        with world.views.reading() as followed, fresh.reading() as rebuilt:
            but = ("objective_day", "objective_period")
            assert kit.dump(followed, but=but) == kit.dump(rebuilt, but=but)
            assert_kept_days_are_what_is_computed_now(followed, rebuilt)


def _take(world: Any, kit: Any, step: tuple[Any, ...], streams: list[str]) -> None:
    match step:
        case "declare", service, hour, length, state:
            begin = kit.begin + hour * HOUR
            streams.append(f"declaration:{service}:inc-{world.ledger.position()}")
            fact = said(begin, None if length is None else begin + length * HOUR, state)
            world.append(streams[-1], fact)
        case "withdraw", which if which < len(streams):
            world.append(streams.pop(which), DeclarationWithdrawn(reason="no"))
        case "probe", hours, seed:
            world.probe(kit.agents[0], hours, kit.chance(seed))
        case "settle", now:
            world.settle(kit.begin + now * HOUR)
        case "fold", limit:
            world.fold(limit)
