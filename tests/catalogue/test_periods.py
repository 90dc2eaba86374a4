from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import HOUR, MINUTE, InstantError, format_instant, parse_instant
from catalogue.periods import (
    Unit,
    local_days,
    parse_period,
    period_at,
    period_of,
    rolling,
    whole_term,
)

BERLIN = "Europe/Berlin"
ZONES = st.sampled_from(
    [
        BERLIN,
        "UTC",
        "Africa/Nairobi",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "America/Sao_Paulo",
    ]
)
UNITS = st.sampled_from(["day", "week", "month", "quarter", "year"])
DATES = st.dates(date(1975, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("label", "tz", "hours"),
    [
        pytest.param("2026-03", BERLIN, 743, id="a month loses an hour in spring"),
        pytest.param("2026-10", BERLIN, 745, id="a month gains an hour in autumn"),
        pytest.param("2026-03", "UTC", 744, id="UTC has no summer time"),
        pytest.param("2028-02", BERLIN, 696, id="a leap month has 29 days"),
        pytest.param("2026-03-29", BERLIN, 23, id="a day of 23 hours"),
        pytest.param("2026-10-25", BERLIN, 25, id="a day of 25 hours"),
        pytest.param("2026-W13", BERLIN, 167, id="an ISO week with a change of clocks"),
        pytest.param("2026-Q1", BERLIN, 2159, id="a quarter"),
        pytest.param("2026", BERLIN, 8760, id="a year loses and gains"),
    ],
)
def test_a_period_is_as_long_as_its_local_dates(label: str, tz: str, hours: int) -> None:
    period = parse_period(label, tz)
    assert period.end - period.begin == hours * HOUR
    assert period.label == label


def test_a_month_begins_and_ends_at_local_midnight() -> None:
    march = parse_period("2026-03", BERLIN)
    assert format_instant(march.begin) == "2026-02-28T23:00:00Z"
    assert format_instant(march.end) == "2026-03-31T22:00:00Z"


@pytest.mark.parametrize(
    "label",
    [
        *("2026-13", "2026-00", "2026-W60", "2026-02-30", "2026-Q5", "Feb", "26-02"),
        pytest.param("2026-02\n", id="a line end after a month"),
        pytest.param("\u0662\u0660\u0662\u0666-\u0660\u0661", id="digits of another script"),
        pytest.param("9999-12", id="a month that touches the end of the calendar"),
        pytest.param("0001", id="a year that touches the beginning of the calendar"),
    ],
)
def test_what_is_no_period_is_refused(label: str) -> None:
    with pytest.raises(InstantError, match="no period"):
        parse_period(label, BERLIN)


@pytest.mark.parametrize(
    ("unit", "day", "label"),
    [
        pytest.param(
            "week", date(2027, 1, 1), "2026-W53", id="an ISO week may begin in the year before"
        ),
        pytest.param("quarter", date(2026, 12, 31), "2026-Q4", id="the last quarter"),
        pytest.param("month", date(2026, 12, 31), "2026-12", id="the last month"),
    ],
)
def test_a_period_is_labelled_by_its_dates(unit: Unit, day: date, label: str) -> None:
    assert period_of(unit, day, BERLIN).label == label


@given(UNITS, DATES, ZONES)
def test_the_next_period_begins_where_one_ends_and_leads_back(
    unit: Unit, day: date, tz: str
) -> None:
    period = period_of(unit, day, tz)
    assert period.next().begin == period.end
    assert period.next().previous() == period
    assert parse_period(period.label, tz) == period


@given(UNITS, st.integers(0, 2_000_000_000), ZONES)
def test_an_instant_lies_in_its_period(unit: Unit, second: int, tz: str) -> None:
    instant = second * 1_000_000
    period = period_at(unit, instant, tz)
    assert period.begin <= instant < period.end


@given(DATES, st.integers(1, 40), ZONES)
def test_local_days_tile_a_span(day: date, hours: int, tz: str) -> None:
    begin = period_of("day", day, tz).begin + 5 * HOUR
    span = begin, begin + hours * HOUR
    days = list(local_days(span, tz))
    assert days[0].begin <= span[0] < days[0].end
    assert days[-1].begin < span[1] <= days[-1].end
    assert all(a.end == b.begin for a, b in pairwise(days))


def test_a_month_has_its_days() -> None:
    october = parse_period("2026-10", BERLIN)
    days = list(local_days(october.span, BERLIN))
    assert [day.label for day in days] == [f"2026-10-{number:02}" for number in range(1, 32)]
    assert list(local_days((october.begin, october.begin), BERLIN)) == []


def test_a_date_that_a_zone_skipped_has_no_day() -> None:
    december = parse_period("2011-12", "Pacific/Apia")
    labels = [day.label for day in local_days(december.span, "Pacific/Apia")]
    assert "2011-12-30" not in labels
    assert len(labels) == 30


def test_where_clocks_go_back_over_midnight_an_instant_keeps_to_the_new_day() -> None:
    """St. John's turned clocks back at 00:01 until 2011: the minute after midnight came twice, the hour before too."""
    shown_as_the_old_date = parse_instant("2010-11-07T02:31:00Z")
    day = period_at("day", shown_as_the_old_date, "America/St_Johns")
    assert day.label == "2010-11-07"
    assert day.begin == shown_as_the_old_date - MINUTE


@pytest.mark.parametrize(
    ("anniversary", "day", "label", "first", "last"),
    [
        pytest.param((5, 31), "2026-06-10", "AY2026", "2026-05-31", "2027-05-30", id="after it"),
        pytest.param((5, 31), "2026-05-30", "AY2025", "2025-05-31", "2026-05-30", id="before it"),
        pytest.param((5, 31), "2026-05-31", "AY2026", "2026-05-31", "2027-05-30", id="on the day"),
        pytest.param((1, 1), "2026-12-31", "AY2026", "2026-01-01", "2026-12-31", id="as the year"),
        pytest.param(
            (2, 29), "2027-03-01", "AY2027", "2027-02-28", "2028-02-28", id="no leap day: the 28th"
        ),
        pytest.param(
            (2, 29), "2028-02-28", "AY2027", "2027-02-28", "2028-02-28", id="until the leap day"
        ),
        pytest.param(
            (2, 29), "2028-02-29", "AY2028", "2028-02-29", "2029-02-27", id="on the leap day"
        ),
    ],
)
def test_an_agreement_year_begins_on_the_day_the_agreement_came_into_force(
    anniversary: tuple[int, int], day: str, label: str, first: str, last: str
) -> None:
    period = period_of("agreement_year", date.fromisoformat(day), BERLIN, anniversary)
    assert period.label == label
    assert period.begin == parse_period(first, BERLIN).begin
    assert period.end == parse_period(last, BERLIN).end


@given(
    DATES,
    st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: (day.month, day.day)),
    ZONES,
)
def test_agreement_years_tile_time_whatever_their_first_day(
    day: date, anniversary: tuple[int, int], tz: str
) -> None:
    year = period_of("agreement_year", day, tz, anniversary)
    assert year.next().begin == year.end
    assert year.next().previous() == year
    assert parse_period(year.label, tz, anniversary) == year
    assert period_at("agreement_year", year.begin, tz, anniversary) == year


def test_an_agreement_year_needs_its_anniversary() -> None:
    with pytest.raises(InstantError, match="the day on which the agreement came into force"):
        parse_period("AY2026", BERLIN)


def test_the_whole_term_is_a_period_without_neighbours() -> None:
    term = parse_period("2026-02", BERLIN).span
    period = parse_period("term", BERLIN, term=term)
    assert (period.span, period.label, period.unit) == (term, "term", "term")
    with pytest.raises(InstantError, match="no period after term"):
        period.next()


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(lambda: parse_period("term", BERLIN), id="without a last day"),
        pytest.param(lambda: whole_term((5, 5), BERLIN), id="that does not end after it begins"),
    ],
)
def test_a_term_that_is_none_is_refused(refused: Callable[[], object]) -> None:
    with pytest.raises(InstantError, match=r"no last day|does not end"):
        refused()


@pytest.mark.parametrize(
    ("duration", "at", "begin", "label"),
    [
        pytest.param(
            "P30D",
            "2026-04-15T00:00",
            "2026-03-16T00:00",
            "P30D@2026-04-14T22:00:00Z",
            id="whole local days, one of 23 hours among them",
        ),
        pytest.param(
            "P4W",
            "2026-04-15T09:30",
            "2026-03-18T09:30",
            "P28D@2026-04-15T07:30:00Z",
            id="the same clock time, in one spelling",
        ),
        pytest.param(
            "P1Y",
            "2026-04-15T09:30",
            "2025-04-15T09:30",
            "P12M@2026-04-15T07:30:00Z",
            id="a trailing year",
        ),
        pytest.param(
            "PT90M",
            "2026-03-29T03:30",
            "2026-03-29T01:00",
            "PT90M@2026-03-29T01:30:00Z",
            id="hours and minutes are exact",
        ),
        pytest.param(
            "P1DT0.5S",
            "2026-04-15T00:00:00.500000",
            "2026-04-14T00:00",
            "P1DT0.500000S@2026-04-14T22:00:00.500000Z",
            id="parts of seconds",
        ),
    ],
)
def test_a_rolling_window_goes_back_on_the_local_calendar(
    duration: str, at: str, begin: str, label: str
) -> None:
    window = rolling(duration, parse_instant(at, BERLIN), BERLIN)
    assert window.span == (parse_instant(begin, BERLIN), parse_instant(at, BERLIN))
    assert window.label == label
    assert parse_period(label, BERLIN) == window


@pytest.mark.parametrize(
    ("label", "said"),
    [
        pytest.param("P4W@2026-04-15T07:30:00Z", "write P28D@", id="a second spelling"),
        pytest.param("P30D@2026-04-15T07:30:00", "has no offset", id="a time of no zone"),
        pytest.param("P0D@2026-04-15T07:30:00Z", "holds no time", id="no time"),
        pytest.param("PXD@2026-04-15T07:30:00Z", "no duration", id="no duration"),
    ],
)
def test_what_is_no_rolling_window_is_refused(label: str, said: str) -> None:
    with pytest.raises(InstantError, match=said):
        parse_period(label, BERLIN)
