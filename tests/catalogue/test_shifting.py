from datetime import date

import pytest

from catalogue.instants import InstantError, format_instant, parse_duration, parse_instant
from catalogue.shifting import earlier, later, months_after

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param("2026-01-31", 1, "2026-02-28", id="a short month ends on its last day"),
        pytest.param("2028-01-31", 1, "2028-02-29", id="a leap February has one more"),
        pytest.param("2026-01-31", 2, "2026-03-31", id="a long month keeps the day"),
        pytest.param("2026-11-30", 3, "2027-02-28", id="over the end of a year"),
        pytest.param("2026-03-31", -1, "2026-02-28", id="a month earlier"),
        pytest.param("2028-02-29", 12, "2029-02-28", id="the year after a leap day"),
        pytest.param("2026-05-15", 0, "2026-05-15", id="no month is the same day"),
    ],
)
def test_months_lead_to_the_same_day_or_the_last_valid_one(
    day: str, months: int, expected: str
) -> None:
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        pytest.param(
            "2026-03-28T12:00", "P1D", "2026-03-29T10:00:00Z", id="a day over the spring change"
        ),
        pytest.param(
            "2026-03-28T12:00", "PT24H", "2026-03-29T11:00:00Z", id="24 hours over the same"
        ),
        pytest.param(
            "2026-03-28T02:30",
            "P1D",
            "2026-03-29T01:30:00Z",
            id="T2: to a time that does not exist",
        ),
        pytest.param(
            "2026-10-24T02:30", "P1D", "2026-10-25T00:30:00Z", id="T2: to the first of two"
        ),
        pytest.param("2026-01-31T09:00", "P1M", "2026-02-28T08:00:00Z", id="a month"),
        pytest.param("2026-01-31T09:00", "P1MT2H", "2026-02-28T10:00:00Z", id="a month and hours"),
    ],
)
def test_days_keep_the_clock_time_and_hours_are_exact(
    start: str, length: str, expected: str
) -> None:
    moved = later(parse_instant(start, BERLIN), parse_duration(length), BERLIN)
    assert format_instant(moved) == expected


def test_no_days_keep_the_second_of_two_equal_clock_times() -> None:
    second = parse_instant("2026-10-25T01:30:00Z")
    assert later(second, parse_duration("PT0S"), BERLIN) == second


def test_earlier_leads_back() -> None:
    noon = parse_instant("2026-03-29T12:00", BERLIN)
    assert format_instant(earlier(noon, parse_duration("P1DT1H"), BERLIN)) == "2026-03-28T10:00:00Z"


@pytest.mark.parametrize("length", ["P9000Y", "P9999999D"])
def test_what_leaves_the_calendar_is_refused(length: str) -> None:
    with pytest.raises(InstantError, match="leave the calendar"):
        later(parse_instant("2026-01-01T00:00:00Z"), parse_duration(length), BERLIN)
