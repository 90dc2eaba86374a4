from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.sla.availability import (
    RELIABILITY,
    Policy,
    Quotient,
    UnknownEffect,
    meets,
    percent_text,
    quotient,
    ratio_text,
    role,
)
from slamon.sla.judgement import Effect
from slamon.sla.tally import Tally

COUNTED = {"up": 1000, "degraded": 100, "down": 10, "unknown": 50, "outside": 7}
EXCLUDED = {"up": 4, "degraded": 3, "down": 2, "unknown": 1}


def tally(effect: Effect = "remove_window") -> Tally:
    return Tally({**COUNTED, **{f"{effect}.{state}": time for state, time in EXCLUDED.items()}})


TALLY = tally()


@pytest.mark.parametrize(
    ("effect", "good", "bad"),
    [
        pytest.param("remove_window", 1100, 10, id="a removed window leaves both sides"),
        pytest.param("remove_bad_time", 1107, 10, id="removed bad time leaves the good time in it"),
        pytest.param("count_as_available", 1109, 10, id="counted as available, bad time is good"),
        pytest.param("ignore", 1107, 12, id="ignored, excused time is like any other"),
    ],
)
def test_excluded_time_has_the_effect_stated_with_its_exclusion(
    effect: Effect, good: int, bad: int
) -> None:
    spent = quotient(tally(effect), Policy())
    assert (spent.good, spent.bad) == (good, bad)
    assert quotient(TALLY, Policy(excused=effect)) == spent


def test_exclusions_of_different_effect_stand_side_by_side() -> None:
    both = tally("remove_window") + Tally({"ignore.down": 30, "count_as_available.down": 40})
    assert quotient(both, Policy()) == Quotient(1140, 40, 50, 1180)


def test_reliability_removes_all_excluded_time_whatever_was_stated() -> None:
    for effect in get_args(Effect):
        assert quotient(tally(effect), RELIABILITY) == Quotient(1100, 10, 50, 1110)


@pytest.mark.parametrize(
    ("entry", "policy", "expected"),
    [
        pytest.param("remove_window.down>up", Policy(), "none", id="up but for the member"),
        pytest.param(
            "ignore.down>degraded", Policy(), "bad", id="an exclusion that is ignored leaves it bad"
        ),
        pytest.param(
            "count_as_available.down>degraded", Policy(), "good", id="degraded is available"
        ),
        pytest.param(
            "count_as_available.down>degraded",
            Policy(degraded_is_available=False),
            "bad",
            id="where degraded is not available, the member made no difference",
        ),
        pytest.param(
            "remove_window.unknown>degraded",
            Policy(degraded_is_available=False),
            "unknown",
            id="unknown, and not available even with the member up",
        ),
    ],
)
def test_time_of_a_composite_is_excluded_where_it_would_have_been_available(
    entry: str, policy: Policy, expected: str
) -> None:
    assert role(entry, policy) == expected


@pytest.mark.parametrize(
    ("unknown", "good", "bad"),
    [
        pytest.param("exclude", 1100, 10, id="excluded"),
        pytest.param("as_available", 1150, 10, id="as available"),
        pytest.param("as_unavailable", 1100, 60, id="as unavailable"),
    ],
)
def test_unknown_time_has_the_effect_the_agreement_states(
    unknown: UnknownEffect, good: int, bad: int
) -> None:
    spent = quotient(TALLY, Policy(unknown=unknown))
    assert (spent.good, spent.bad) == (good, bad)
    assert spent.coverage == Fraction(1110, 1160)


def test_degraded_time_is_bad_where_the_agreement_says_so() -> None:
    assert quotient(TALLY, Policy(degraded_is_available=False)) == Quotient(1000, 110, 50, 1110)


def test_where_excuses_are_ignored_excused_unknown_time_lowers_coverage_too() -> None:
    assert quotient(TALLY, Policy(excused="ignore")).coverage == Fraction(1119, 1170)


def test_nothing_measured_is_no_ratio() -> None:
    assert quotient(Tally({"unknown": 5, "remove_window.down": 5}), Policy()).ratio is None
    assert quotient(Tally({"outside": 5}), Policy()).coverage is None


@pytest.mark.parametrize(
    ("ratio", "places", "text"),
    [
        pytest.param(Fraction(1), 4, "100.0000", id="all of it"),
        pytest.param(
            Fraction(999_999_999, 1_000_000_000), 4, "99.9999", id="almost all is not all"
        ),
        pytest.param(Fraction(199, 200), 2, "99.50", id="the contract's own places"),
        pytest.param(Fraction(99_499, 100_000), 2, "99.49", id="cut off, not rounded"),
        pytest.param(Fraction(2, 3), 0, "66", id="no places"),
        pytest.param(Fraction(0), 4, "0.0000", id="none of it"),
        pytest.param(Fraction(1, 100_000), 2, "0.00", id="almost none"),
    ],
)
def test_percent_is_cut_off_towards_the_bad_side(ratio: Fraction, places: int, text: str) -> None:
    assert percent_text(ratio, places) == text


@given(st.fractions(0, 1), st.integers(0, 6))
def test_percent_is_never_more_than_the_ratio(ratio: Fraction, places: int) -> None:
    shown = Fraction(percent_text(ratio, places)) / 100
    assert shown <= ratio < shown + Fraction(1, 100 * 10**places)


@pytest.mark.parametrize(
    ("measured", "met"),
    [
        pytest.param(Fraction(9_999, 10_000), True, id="equality is met"),
        pytest.param(Fraction(9_998_999, 10_000_000), False, id="rounding would hide this breach"),
        pytest.param(Fraction(99_990_000_001, 100_000_000_000), True, id="a trace above"),
    ],
)
def test_a_ratio_is_held_against_the_target_exactly(measured: Fraction, *, met: bool) -> None:
    assert meets(measured, Fraction("0.9999")) is met


def test_a_ratio_is_written_exactly() -> None:
    assert ratio_text(Fraction(4, 6)) == "2/3"
    assert ratio_text(Fraction(1)) == "1/1"
