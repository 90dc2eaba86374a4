from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalogue.instants import HOUR, MINUTE, parse_instant
from catalogue.intervals import Intervals, clip, norm, total
from catalogue.periods import parse_period
from catalogue.service_hours import WEEKDAYS, ServiceHours
from slamon.sla.availability import Quotient
from slamon.sla.burn import (
    PAIRS,
    WINDOWS,
    Burn,
    PairErrors,
    WindowPair,
    agreed_back,
    burn,
    error_share,
    fires,
    firing,
    thresholds,
    window_spans,
)
from slamon.sla.counts import Counts

BERLIN = "Europe/Berlin"
OFFICE = ServiceHours(BERLIN, dict.fromkeys(WEEKDAYS[:5], (("09:00", "17:00"),)))
END = 60

times = st.integers(0, 10**9)
goals = st.fractions(0, 1, max_denominator=10_000).filter(lambda goal: goal < 1)
hours = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=6).map(norm)


def of(good: int, bad: int, unknown: int = 0) -> Quotient:
    return Quotient(good, bad, unknown, good + bad)


@pytest.mark.parametrize(
    ("spent", "goal", "said"),
    [
        pytest.param(of(999, 1), "0.999", Burn(Fraction(1)), id="as fast as the target allows"),
        pytest.param(of(99, 1), "0.999", Burn(Fraction(10)), id="ten times as fast"),
        pytest.param(of(100, 0), "0.999", Burn(Fraction(0)), id="not at all"),
        pytest.param(of(0, 7), "0.999", Burn(Fraction(1000)), id="all of it bad"),
        pytest.param(
            of(99, 1, 900), "0.99", Burn(Fraction(1)), id="unknown time neither burns nor dilutes"
        ),
        pytest.param(
            of(0, 0, 50), "0.999", Burn(None, "nothing_measured"), id="nothing was measured"
        ),
        pytest.param(of(99, 1), "1", Burn(None, "no_budget"), id="100 % has nothing to burn"),
        pytest.param(Counts(98, 2), "0.99", Burn(Fraction(2)), id="cases burn as time does"),
    ],
)
def test_burn_is_the_bad_share_by_the_share_that_may_be(
    spent: Quotient | Counts, goal: str, said: Burn
) -> None:
    assert burn(spent, Fraction(goal)) == said


@given(times, times, times, times, goals)
def test_the_burn_of_joined_windows_lies_between_those_of_its_parts(
    good: int, bad: int, more_good: int, more_bad: int, goal: Fraction
) -> None:
    first, second = burn(of(good, bad), goal).rate, burn(of(more_good, more_bad), goal).rate
    joined = burn(of(good + more_good, bad + more_bad), goal).rate
    parts = [rate for rate in (first, second) if rate is not None]
    if not parts:
        assert joined is None
        return
    assert joined is not None
    assert min(parts) <= joined <= max(parts)


@given(times, times, goals)
def test_a_burn_of_one_spends_exactly_what_is_allowed(good: int, bad: int, goal: Fraction) -> None:
    rate = burn(of(good, bad), goal).rate
    assume(rate is not None)
    assert rate is not None
    assert rate * (1 - goal) * (good + bad) == bad


def test_the_factors_of_thirty_days_are_those_of_the_workbook() -> None:
    assert thresholds(30 * 24 * HOUR) == tuple(map(Fraction, ("14.4", "6", "3", "1")))


def test_a_month_of_office_hours_has_factors_of_its_own() -> None:
    """June 2026 has 22 weekdays: 176 agreed hours, of which an hour is much more than of 720."""
    june = total(OFFICE.intervals(*parse_period("2026-06", BERLIN).span))
    assert june == 176 * HOUR
    assert thresholds(june) == (
        Fraction("3.52"),
        Fraction(22, 15),
        Fraction(11, 15),
        Fraction(11, 45),
    )


def test_a_month_of_a_zone_has_the_factors_of_its_real_length() -> None:
    march = parse_period("2026-03", BERLIN)
    assert thresholds(march.end - march.begin)[0] == Fraction("14.86")  # 743 h, not 720 or 744


def test_the_windows_of_the_pairs_have_names() -> None:
    lengths = {length for pair in PAIRS for length in (pair.short, pair.long)}
    assert lengths == set(WINDOWS.values())
    assert list(WINDOWS) == ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        pytest.param(0, HOUR, id="a window without time"),
        pytest.param(2 * HOUR, HOUR, id="a short window that is the longer"),
    ],
)
def test_windows_that_could_not_be_measured_are_refused(short: int, long: int) -> None:
    with pytest.raises(ValueError, match="name a short one, then a longer one"):
        WindowPair(Fraction(1, 50), short, long)


def pair(factor: str, short: str | None, long: str | None, results: int = 0) -> PairErrors:
    def exact(share: str | None) -> Fraction | None:
        return None if share is None else Fraction(share)

    return PairErrors(Fraction(factor), exact(short), exact(long), results)


@pytest.mark.parametrize(
    ("pairs", "goal", "said"),
    [
        pytest.param([pair("14.4", "0.02", "0.015")], "0.999", True, id="both windows burn"),
        pytest.param([pair("14.4", "0", "0.02")], "0.999", False, id="it has ended already"),
        pytest.param([pair("14.4", "0.02", "0.01")], "0.999", False, id="it has just begun"),
        pytest.param([pair("14.4", "0.0144", "0.02")], "0.999", False, id="exactly the factor"),
        pytest.param([pair("14.4", "0.02", "0.0144")], "0.999", False, id="so the long window"),
        pytest.param(
            [pair("14.4", "0", "0"), pair("6", "0.0061", "0.0061")], "0.999", True, id="any pair"
        ),
        pytest.param(
            [pair("14.4", "0.02", "0"), pair("6", "0", "0.02")],
            "0.999",
            False,
            id="windows of two pairs are no pair",
        ),
        pytest.param([pair("14.4", None, "0.02")], "0.999", False, id="a short window unmeasured"),
        pytest.param([pair("14.4", "0.02", None)], "0.999", False, id="a long window unmeasured"),
        pytest.param([], "0.999", False, id="no pair"),
        pytest.param([pair("1", "0.0001", "0.0001")], "1", True, id="at 100 % anything bad"),
        pytest.param([pair("1", "0", "0")], "1", False, id="at 100 % nothing bad"),
    ],
)
def test_an_alert_fires_where_both_windows_of_a_pair_burn_faster_than_its_factor(
    pairs: list[PairErrors], goal: str, *, said: bool
) -> None:
    assert fires(pairs, Fraction(goal)) is said


def test_a_pair_of_too_few_results_is_silent() -> None:
    quiet, busy = pair("6", "1", "1", results=9), pair("1", "1", "1", results=10)
    assert firing([quiet, busy], Fraction("0.99"), min_results=10) == (busy,)
    assert firing([quiet, busy], Fraction("0.99")) == (quiet, busy)


def test_a_share_of_nothing_is_none() -> None:
    assert error_share(Counts(0, 0)) is None


@pytest.mark.parametrize(
    ("at", "length", "begin"),
    [
        pytest.param(
            "2026-06-03T12:00", HOUR, "2026-06-03T11:00", id="within the hours an hour is an hour"
        ),
        pytest.param(
            "2026-06-03T10:00", 2 * HOUR, "2026-06-02T16:00", id="the night has no agreed time"
        ),
        pytest.param(
            "2026-06-08T09:30", HOUR, "2026-06-05T16:30", id="from Monday it goes back to Friday"
        ),
        pytest.param(
            "2026-06-07T12:00", HOUR, "2026-06-05T16:00", id="on a Sunday the last hour is Friday's"
        ),
        pytest.param(
            "2026-06-03T17:00", 8 * HOUR, "2026-06-03T09:00", id="a whole day begins as it opens"
        ),
        pytest.param("2026-06-01T10:00", 2 * HOUR, None, id="before the first hour there is none"),
    ],
)
def test_a_window_goes_back_over_agreed_time(at: str, length: int, begin: str | None) -> None:
    june = OFFICE.intervals(*parse_period("2026-06", BERLIN).span)
    found = agreed_back(june, parse_instant(at, BERLIN), length)
    assert found == (None if begin is None else parse_instant(begin, BERLIN))


@given(hours, st.integers(0, END), st.integers(1, END))
def test_a_window_holds_its_length_of_agreed_time_and_begins_as_late_as_it_can(
    given_hours: Intervals, at: int, length: int
) -> None:
    begin = agreed_back(given_hours, at, length)
    if begin is None:
        assert total(clip(given_hours, (0, at))) < length
        return
    assert total(clip(given_hours, (begin, at))) == length
    assert total(clip(given_hours, (begin + 1, at))) == length - 1


def test_each_window_has_its_span_as_far_as_the_hours_reach() -> None:
    hours_until_noon = OFFICE.intervals(*parse_period("2026-06", BERLIN).span)
    at = parse_instant("2026-06-01T12:00", BERLIN)
    spans = window_spans(hours_until_noon, at)
    assert spans["30m"] == (at - 30 * MINUTE, at)
    assert spans["2h"] == (at - 2 * HOUR, at)
    assert spans["6h"] is None
