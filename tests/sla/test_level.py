from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import HOUR
from slamon.sla.judgement import Op, Verdict
from slamon.sla.level import (
    Aggregation,
    Bound,
    LevelResult,
    Number,
    Reading,
    age_states,
    first_longer,
    holds,
    judge_level,
    outage_counts,
    outage_lengths,
)
from slamon.sla.tally import DownRun

PERIOD = (0, 100)
NUMBERS = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, 9)), max_size=8, unique_by=lambda r: r[0]
)


def readings(*values: Number) -> tuple[Reading, ...]:
    return tuple(Reading(10 * (n + 1), value) for n, value in enumerate(values))


@pytest.mark.parametrize(
    ("value", "op", "bound", "kept"),
    [
        pytest.param(5, "<=", 5, True, id="at most: equality is kept"),
        pytest.param(5, "<", 5, False, id="less: equality is not"),
        pytest.param(5, ">=", 5, True, id="at least: equality is kept"),
        pytest.param(5, ">", 5, False, id="more: equality is not"),
        pytest.param(Decimal("0.3"), "<=", Fraction(3, 10), True, id="decimals are exact"),
        pytest.param(Fraction(1, 3), "<", Decimal("0.3333"), False, id="fractions are exact"),
    ],
)
def test_a_number_is_held_against_its_bound_exactly(
    value: Number, op: Op, bound: Number, *, kept: bool
) -> None:
    assert holds(value, op, bound) is kept


@pytest.mark.parametrize(
    ("aggregation", "op", "bound", "values", "now", "expected"),
    [
        pytest.param("sum", "<=", 5, (2, 3), 100, (5, "met", None), id="a sum just used up"),
        pytest.param("sum", "<=", 5, (2, 3), 50, (5, "on_track", None), id="the same, still open"),
        pytest.param("sum", "<=", 5, (2, 3, 1), 50, (6, "breached", 30), id="a sum overdrawn"),
        pytest.param(
            "sum",
            "<=",
            5,
            (6, -2, 2),
            50,
            (6, "breached", 30),
            id="put right, then overdrawn again",
        ),
        pytest.param("sum", "<=", 5, (6, -2), 50, (4, "on_track", None), id="put right in time"),
        pytest.param("sum", ">=", 5, (2,), 50, (2, "pending", None), id="not yet enough"),
        pytest.param("sum", ">=", 5, (2,), 100, (2, "breached", 100), id="not enough at the end"),
        pytest.param("max", "<=", 5, (4, 6, 1), 50, (6, "breached", 20), id="once too much"),
        pytest.param("max", "<=", 5, (4, 6, 9), 15, (4, "on_track", None), id="what is to come"),
        pytest.param("min", ">=", 3, (4, 2, 9), 50, (2, "breached", 20), id="once too little"),
        pytest.param("min", "<=", 3, (4, 5), 50, (4, "pending", None), id="not yet once so low"),
        pytest.param("max", ">=", 3, (1, 5), 50, (5, "on_track", None), id="once high enough"),
        pytest.param("last", "<=", 5, (9, 4), 100, (4, "met", None), id="the last one counts"),
        pytest.param("last", "<=", 5, (4, 9), 50, (9, "at_risk", None), id="it may come back"),
        pytest.param("last", "<=", 5, (4, 9), 100, (9, "breached", 100), id="it did not"),
    ],
)
def test_readings_become_the_number_of_a_period(
    aggregation: Aggregation,
    op: Op,
    bound: int,
    values: tuple[int, ...],
    now: int,
    expected: tuple[int, Verdict, int | None],
) -> None:
    said = judge_level(readings(*values), Bound(op, bound, aggregation), PERIOD, now)
    assert said == LevelResult(Fraction(expected[0]), expected[1], expected[2])


@pytest.mark.parametrize(
    ("now", "state"),
    [
        pytest.param(99, "pending", id="while the period is open"),
        pytest.param(100, "not_measured", id="once it is over"),
    ],
)
def test_no_reading_is_no_number(now: int, state: Verdict) -> None:
    outside = (Reading(-1, 3), Reading(100, 3))
    assert judge_level(outside, Bound("<=", 5, "sum"), PERIOD, now) == LevelResult(None, state)


def test_a_warning_comes_before_the_bound() -> None:
    bound = Bound("<=", 10, "sum", warn_at=8)
    assert judge_level(readings(8), bound, PERIOD, 50).state == "on_track"
    assert judge_level(readings(9), bound, PERIOD, 50).state == "at_risk"
    assert judge_level(readings(9), bound, PERIOD, 100).state == "met"


@given(NUMBERS, st.integers(0, 20), st.integers(0, 100), st.integers(0, 100))
def test_a_breach_of_a_maximum_is_never_taken_back(
    given_numbers: list[tuple[int, int]], bound: int, early: int, late: int
) -> None:
    early, late = sorted((early, late))
    known = [Reading(at, value) for at, value in given_numbers]
    for aggregation in ("max", "sum"):
        limit = Bound("<=", bound, aggregation)
        before = judge_level(known, limit, PERIOD, early)
        after = judge_level(known, limit, PERIOD, late)
        if before.state == "breached":
            assert (after.state, after.breached_at) == ("breached", before.breached_at)


@pytest.mark.parametrize(
    ("successes", "reported_until", "pieces"),
    [
        pytest.param(
            (0, 24, 48),
            None,
            [(0, 72, "up")],
            id="a backup in time, each",
        ),
        pytest.param(
            (0, 30),
            None,
            [(0, 24, "up"), (24, 30, "down"), (30, 54, "up"), (54, 72, "down")],
            id="one missed",
        ),
        pytest.param(
            (-10,), None, [(0, 14, "up"), (14, 72, "down")], id="the last one before the span"
        ),
        pytest.param(
            (20,),
            None,
            [(0, 20, "unknown"), (20, 44, "up"), (44, 72, "down")],
            id="none known before",
        ),
        pytest.param((), None, [(0, 72, "unknown")], id="none at all"),
        pytest.param(
            (0,),
            40,
            [(0, 24, "up"), (24, 40, "down"), (40, 72, "unknown")],
            id="what is not reported yet is unknown",
        ),
        pytest.param((0,), 10, [(0, 10, "up"), (10, 72, "unknown")], id="not even its own age"),
        pytest.param((0, 80), None, [(0, 24, "up"), (24, 72, "down")], id="one after the span"),
    ],
)
def test_an_age_is_a_state_at_every_instant(
    successes: tuple[int, ...], reported_until: int | None, pieces: list[tuple[int, int, str]]
) -> None:
    until = None if reported_until is None else reported_until * HOUR
    found = age_states([at * HOUR for at in successes], 24 * HOUR, (0, 72 * HOUR), until)
    assert [(a // HOUR, b // HOUR, state) for a, b, state in found.pieces()] == pieces


OUTAGES = (DownRun(5, 15, 6), DownRun(90, 100, 10))
DOWN = ((5, 8), (12, 15), (90, 100))


def test_outages_are_counted_and_measured_as_levels() -> None:
    count = judge_level(outage_counts(OUTAGES), Bound("<=", 1, "sum"), PERIOD, 100)
    longest = judge_level(outage_lengths(OUTAGES), Bound("<=", 8, "max"), PERIOD, 100)
    assert count == LevelResult(Fraction(2), "breached", 90)
    assert longest == LevelResult(Fraction(10), "breached", 99)


@pytest.mark.parametrize(
    ("at_most", "since"),
    [
        pytest.param(10, None, id="exactly as long as allowed"),
        pytest.param(9, 99, id="a microsecond longer"),
        pytest.param(5, 14, id="over a gap that does not count"),
        pytest.param(0, 5, id="none allowed"),
    ],
)
def test_the_instant_at_which_an_outage_became_too_long(at_most: int, since: int | None) -> None:
    assert first_longer(OUTAGES, DOWN, at_most) == since
