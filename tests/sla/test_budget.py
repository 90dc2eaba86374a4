from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalogue.intervals import Intervals, Steps, norm, steps
from slamon.sla.availability import Policy, quotient
from slamon.sla.budget import breach_instant, budget_of, planned_time
from slamon.sla.judgement import Effect, State
from slamon.sla.tally import Tally, Windows, classify, pieces

END = 60
SPAN = (0, END)
WHOLE: Intervals = (SPAN,)

states = st.lists(
    st.tuples(st.integers(0, END), st.sampled_from(["up", "up", "degraded", "down", "unknown"])),
    max_size=10,
).map(lambda points: steps([(0, "up"), *sorted(points, key=lambda point: point[0])], END))
windows = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=3).map(norm)
EFFECTS: tuple[Effect, ...] = get_args(Effect)


@st.composite
def exclusions(draw: st.DrawFn) -> Windows:
    """Disjoint windows, each with an effect of its own."""
    return tuple((begin, end, draw(st.sampled_from(EFFECTS))) for begin, end in draw(windows))


policies = st.builds(
    Policy,
    excused=st.sampled_from([None, *EFFECTS]),
    unknown=st.sampled_from(["exclude", "as_available", "as_unavailable"]),
    degraded_is_available=st.booleans(),
)
goals = st.sampled_from(
    [Fraction(1), Fraction(99, 100), Fraction(9, 10), Fraction(1, 2), Fraction(0)]
)


def best_still_possible(
    function: Steps[State], agreed: Intervals, excused: Windows, policy: Policy, now: int
) -> Fraction | None:
    """What the period would come to if all of it from now on were up: slow and obviously right."""
    past = function.clip((0, now)).points
    hoped = steps([*past, (now, "up")], END)
    return quotient(classify(hoped, agreed, excused, SPAN).tally, policy).ratio


@given(states, windows, exclusions(), policies, goals)
def test_a_target_is_breached_once_even_the_best_rest_would_miss_it(
    function: Steps[State], agreed: Intervals, excused: Windows, policy: Policy, goal: Fraction
) -> None:
    planned = planned_time(agreed, excused, policy)
    breached = breach_instant(pieces(function, agreed, excused, SPAN), policy, goal, planned)
    hopes = [
        best_still_possible(function, agreed, excused, policy, now) for now in range(1, END + 1)
    ]
    lost = [now for now, best in enumerate(hopes, 1) if best is not None and best < goal]
    assert breached == (lost[0] - 1 if lost else None)


@given(states, windows, exclusions(), goals, st.integers(1, END - 1))
def test_the_instant_is_the_same_when_the_period_is_read_in_parts(
    function: Steps[State], agreed: Intervals, excused: Windows, goal: Fraction, cut: int
) -> None:
    policy = Policy()
    planned = planned_time(agreed, excused, policy)
    whole = breach_instant(pieces(function, agreed, excused, SPAN), policy, goal, planned)
    first = breach_instant(pieces(function, agreed, excused, (0, cut)), policy, goal, planned)
    assert first == (whole if whole is not None and whole < cut else None)
    assume(first is None)
    before = classify(function, agreed, excused, (0, cut)).tally
    rest = pieces(function, agreed, excused, (cut, END))
    assert breach_instant(rest, policy, goal, planned, before) == whole


def down(*spans: tuple[int, int]) -> Steps[State]:
    points: list[tuple[int, State]] = [(0, "up")]
    for begin, end in spans:
        points += [(begin, "down"), (end, "up")]
    return steps(points, 1000)


@pytest.mark.parametrize(
    ("function", "goal", "instant"),
    [
        pytest.param(down((100, 110)), "0.99", None, id="the whole budget spent is still met"),
        pytest.param(down((100, 111)), "0.99", 110, id="the first microsecond beyond it breaches"),
        pytest.param(down((100, 105), (500, 506)), "0.99", 505, id="outages spend one budget"),
        pytest.param(
            down((100, 101)), "1", 100, id="a target of 100 % breaches with the first outage"
        ),
        pytest.param(down((100, 200)), "0.995", 105, id="five of a thousand"),
        pytest.param(
            down((100, 200)), "0.9945", 105, id="a fraction of a microsecond is not whole"
        ),
    ],
)
def test_a_target_goes_out_of_reach_at_an_exact_instant(
    function: Steps[State], goal: str, instant: int | None
) -> None:
    stretches = pieces(function, ((0, 1000),), (), (0, 1000))
    assert breach_instant(stretches, Policy(), Fraction(goal), 1000) == instant


def test_unknown_time_shrinks_the_budget_and_moves_the_breach_earlier() -> None:
    function: Steps[State] = steps([(0, "unknown"), (200, "down"), (300, "up")], 1000)
    stretches = pieces(function, ((0, 1000),), (), (0, 1000))
    assert breach_instant(stretches, Policy(), Fraction("0.99"), 1000) == 208


def test_the_budget_of_an_open_period_is_that_of_all_the_time_to_come() -> None:
    budget = budget_of(Tally({"up": 90, "down": 5, "unknown": 5}), Policy(), Fraction("0.99"), 1000)
    assert budget.allowed == Fraction(995, 100)
    assert budget.left == Fraction(495, 100)
    assert budget.consumed == Fraction(500, 995)


def test_a_target_of_100_percent_allows_nothing() -> None:
    budget = budget_of(Tally({"up": 95, "down": 5}), Policy(), Fraction(1), 100)
    assert (budget.allowed, budget.left) == (Fraction(0), Fraction(-5))
    assert budget.consumed is None


@given(states, windows, exclusions(), policies)
def test_at_the_end_the_budget_is_that_of_the_time_that_was_known(
    function: Steps[State], agreed: Intervals, excused: Windows, policy: Policy
) -> None:
    tally = classify(function, agreed, excused, SPAN).tally
    planned = planned_time(agreed, excused, policy)
    spent = quotient(tally, policy)
    assert budget_of(tally, policy, Fraction(9, 10), planned).allowed == Fraction(spent.total, 10)
