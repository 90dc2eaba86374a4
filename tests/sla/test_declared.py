"""Declared states over probed ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.intervals import Steps, constant, steps
from slamon.sla.declared import Declared, evidence_of, overlay
from slamon.sla.judgement import State

PROBED: Steps[State] = steps([(0, "up"), (10, "down"), (20, "up")], 30)


def said(begin: int, end: int, state: State, position: int = 1) -> Declared:
    return Declared(begin, end, state, f"svc-a/inc-{position}", position)


@pytest.mark.parametrize(
    ("declared", "points"),
    [
        pytest.param([], PROBED.points, id="P6 without a declaration probes speak"),
        pytest.param(
            [said(5, 15, "degraded")],
            ((0, "up"), (5, "degraded"), (15, "down"), (20, "up")),
            id="P6 what is declared holds over what was probed",
        ),
        pytest.param(
            [said(10, 20, "up")], ((0, "up"),), id="P6 a false outage is declared away, to the edge"
        ),
        pytest.param(
            [said(-5, 3, "down"), said(28, 99, "down")],
            ((0, "down"), (3, "up"), (10, "down"), (20, "up"), (28, "down")),
            id="P6 nothing is said outside of the span of the states",
        ),
        pytest.param([said(30, 40, "down"), said(-9, 0, "down")], PROBED.points, id="P6 half open"),
        pytest.param(
            [said(0, 20, "down", 2), said(5, 25, "unknown", 1)],
            ((0, "down"), (20, "unknown"), (25, "up")),
            id="P6 of two the one recorded last holds where both speak",
        ),
        pytest.param(
            [said(0, 30, "down", 1), said(5, 6, "up", 3), said(4, 8, "degraded", 2)],
            ((0, "down"), (4, "degraded"), (5, "up"), (6, "degraded"), (8, "down")),
            id="P6 what was recorded before speaks again after",
        ),
        pytest.param([said(7, 7, "down"), said(9, 8, "down")], PROBED.points, id="P6 no time"),
    ],
)
def test_declared_states_hold(declared: list[Declared], points: tuple[Any, ...]) -> None:
    assert overlay(PROBED, declared) == Steps(points, 30)


def test_the_time_that_stands_by_declaration_is_told_by_state() -> None:
    declared = [said(5, 15, "degraded", 1), said(10, 12, "up", 2), said(25, 99, "up", 3)]

    assert evidence_of(PROBED, declared, (0, 30)) == {"degraded": 8, "up": 7}
    assert evidence_of(PROBED, declared, (11, 26)) == {"degraded": 3, "up": 2}
    assert evidence_of(PROBED, [], (0, 30)) == {}


def test_states_of_no_time_stay_so() -> None:
    assert overlay(constant("up", (5, 5)), [said(0, 9, "down")]) == Steps((), 5)


STATES = st.sampled_from(("up", "degraded", "down", "unknown"))
SPANS = st.tuples(st.integers(-5, 25), st.integers(0, 12), STATES)


@given(
    probed=st.lists(st.tuples(st.integers(0, 20), STATES), max_size=5),
    spans=st.lists(SPANS, max_size=5),
    order=st.randoms(use_true_random=False),
)
def test_at_every_instant_the_newest_declaration_holds_or_the_probe(
    probed: list[Any], spans: list[Any], order: Any
) -> None:
    states: Steps[State] = steps([(0, "up"), *sorted(probed)], 20)
    declared = [said(a, a + n, state, place) for place, (a, n, state) in enumerate(spans)]
    order.shuffle(declared)
    wanted: list[tuple[int, State]] = []
    by_word = 0
    for at in range(20):
        speaking = [each for each in declared if each.begin <= at < each.end]
        newest = max(speaking, key=lambda each: each.position, default=None)
        (found,) = (state for begin, end, state in states.pieces() if begin <= at < end)
        wanted.append((at, newest.state if newest else found))
        by_word += newest is not None

    assert overlay(states, declared) == steps(wanted, 20)
    assert sum(evidence_of(states, declared, (0, 20)).values()) == by_word
