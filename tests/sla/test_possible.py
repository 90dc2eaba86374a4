from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.intervals import steps
from slamon.sla.availability import Policy, Quotient, meets, quotient
from slamon.sla.counts import Counts
from slamon.sla.possible import Possible, Telling, possible, possible_counts
from slamon.sla.tally import classify

times = st.integers(0, 10**6)
goals = st.fractions(0, 1, max_denominator=1000)


def of(good: int, bad: int, unknown: int) -> Quotient:
    return Quotient(good, bad, unknown, good + bad)


@pytest.mark.parametrize(
    ("good", "bad", "unknown", "goal", "said"),
    [
        pytest.param(990, 0, 10, "0.99", "meets", id="the worst case is exactly on target"),
        pytest.param(989, 0, 11, "0.99", "cannot_tell", id="the target lies inside"),
        pytest.param(980, 10, 10, "0.99", "cannot_tell", id="the best case is exactly on target"),
        pytest.param(980, 11, 9, "0.99", "misses", id="the best case misses"),
        pytest.param(0, 0, 10, "0.99", "cannot_tell", id="all of it is unknown"),
        pytest.param(99, 1, 0, "0.99", "meets", id="nothing is unknown"),
    ],
)
def test_unknown_time_leaves_a_range_in_which_a_target_may_lie(
    good: int, bad: int, unknown: int, goal: str, said: Telling
) -> None:
    time, cases = possible(of(good, bad, unknown)), possible_counts(Counts(good, bad), unknown)
    assert time == cases
    assert time is not None
    assert time.tells(Fraction(goal)) == said


def test_where_more_than_the_target_is_promised_being_exactly_on_it_misses() -> None:
    found = possible(of(980, 10, 10))
    assert found is not None
    assert (found.tells(Fraction("0.99")), found.tells(Fraction("0.99"), ">")) == (
        "cannot_tell",
        "misses",
    )


def test_the_range_is_exact() -> None:
    assert possible(of(70, 10, 20)) == Possible(Fraction(7, 10), Fraction(9, 10))


def test_without_agreed_time_nothing_is_possible() -> None:
    assert possible(of(0, 0, 0)) is None
    assert possible_counts(Counts(0, 0), 0) is None


@given(times, times, times)
def test_the_range_holds_the_measured_share(good: int, bad: int, unknown: int) -> None:
    spent = of(good, bad, unknown)
    found = possible(spent)
    if spent.ratio is not None:
        assert found is not None
        assert found.lowest <= spent.ratio <= found.highest


@given(times, times, times, st.integers(0, 10**6), goals)
def test_what_is_told_holds_whatever_the_unknown_was(
    good: int, bad: int, unknown: int, down: int, goal: Fraction
) -> None:
    found = possible(of(good, bad, unknown))
    if found is None or down > unknown:
        return
    truth = Fraction(good + unknown - down, good + bad + unknown)
    assert found.lowest <= truth <= found.highest
    if (said := found.tells(goal)) != "cannot_tell":
        assert meets(truth, goal) is (said == "meets")


@pytest.mark.parametrize(
    ("policy", "ratio"),
    [
        pytest.param(Policy(unknown="as_available"), "9/10", id="it counts as available"),
        pytest.param(Policy(unknown="as_unavailable"), "7/10", id="it counts as unavailable"),
    ],
)
def test_where_the_contract_says_what_unknown_counts_as_there_is_no_doubt(
    policy: Policy, ratio: str
) -> None:
    states = steps([(0, "up"), (70, "down"), (80, "unknown")], 100)
    tally = classify(states, ((0, 100),), (), (0, 100)).tally
    share = Fraction(ratio)
    assert possible(quotient(tally, policy)) == Possible(share, share)
