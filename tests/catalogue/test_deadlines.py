from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.deadlines import (
    NoAgreedTimeError,
    elapsed,
    latest_start,
    limit_after,
    walk,
    working_days_after,
)
from catalogue.instants import HOUR, MINUTE, SECOND, InstantError, format_instant, parse_instant
from catalogue.intervals import Intervals, norm, total
from catalogue.service_hours import WEEKDAYS, ClockSpans, ServiceHours, always

BERLIN = "Europe/Berlin"
OFFICE: ClockSpans = (("08:00", "17:00"),)
ZONES = st.sampled_from([BERLIN, "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"])
SECONDS = st.integers(1_700_000_000, 1_900_000_000)


def office(*closed: str, tz: str = BERLIN) -> ServiceHours:
    days = dict.fromkeys((date.fromisoformat(day) for day in closed), ())
    return ServiceHours(tz, dict.fromkeys(WEEKDAYS[:5], OFFICE), days)


def at(text: str) -> int:
    return parse_instant(text, BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        pytest.param("2026-12-24T15:00", 4, "2026-12-28T10:00", id="over a holiday and a weekend"),
        pytest.param("2026-12-21T08:00", 9, "2026-12-21T17:00", id="a full day ends with that day"),
        pytest.param("2026-12-21T17:00", 1, "2026-12-22T09:00", id="from the end of a day"),
        pytest.param("2026-12-19T12:00", 1, "2026-12-21T09:00", id="from a weekend"),
        pytest.param("2026-12-19T12:00", 0, "2026-12-19T12:00", id="no time has passed at once"),
        pytest.param("2026-03-27T16:00", 2, "2026-03-30T09:00", id="over a change of clocks"),
        pytest.param("2026-01-01T08:00", 2000, "2026-11-09T10:00", id="most of a year"),
    ],
)
def test_agreed_time_is_walked_through_the_calendar(start: str, hours: int, due: str) -> None:
    assert walk(office("2026-12-25"), at(start), hours * HOUR) == at(due)


def test_around_the_clock_a_change_of_clocks_moves_the_deadline() -> None:
    assert walk(always(BERLIN), at("2026-03-28T20:00"), 12 * HOUR) == at("2026-03-29T09:00")


def test_a_clock_that_stands_still_puts_the_deadline_off() -> None:
    paused: Intervals = ((at("2026-12-21T09:00"), at("2026-12-21T11:00")),)
    assert walk(office(), at("2026-12-21T08:00"), 2 * HOUR, paused) == at("2026-12-21T12:00")


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        pytest.param(ServiceHours(BERLIN, {}), "have no time from 2026-12-01 on", id="none at all"),
        pytest.param(
            ServiceHours(BERLIN, {}, {date(2026, 12, 22): OFFICE}),
            "have no time from 2027-01-01 on",
            id="none any more",
        ),
        pytest.param(
            ServiceHours(BERLIN, {"mon": (("08:00", "08:01"),)}),
            "write a shorter duration or longer hours",
            id="too few for fifty years",
        ),
    ],
)
def test_hours_that_never_come_are_named(hours: ServiceHours, said: str) -> None:
    with pytest.raises(NoAgreedTimeError, match=said):
        walk(hours, at("2026-12-21T08:00"), 100 * HOUR)


def test_a_deadline_before_its_start_is_refused() -> None:
    with pytest.raises(InstantError, match="0 or more"):
        walk(office(), at("2026-12-21T08:00"), -1)


@pytest.mark.parametrize(
    ("start", "days", "limit"),
    [
        pytest.param("2026-12-21T08:00", 1, "2026-12-23T00:00", id="T5: the day itself is no day"),
        pytest.param("2026-12-21T00:00", 1, "2026-12-23T00:00", id="T5: nor from its midnight"),
        pytest.param("2026-12-23T23:00", 2, "2026-12-29T00:00", id="T5: over holiday and weekend"),
        pytest.param("2026-12-19T12:00", 1, "2026-12-22T00:00", id="T5: from a Saturday"),
        pytest.param("2026-03-27T09:00", 1, "2026-03-31T00:00", id="T5: over a change of clocks"),
        pytest.param("2026-12-21T08:00", 0, "2026-12-21T08:00", id="no day is over at once"),
    ],
)
def test_working_days_end_at_midnight(start: str, days: int, limit: str) -> None:
    assert working_days_after(at(start), days, office("2026-12-25")) == at(limit)


def test_working_days_that_never_come_are_named() -> None:
    with pytest.raises(NoAgreedTimeError, match="name hours with weekdays or later dates"):
        working_days_after(at("2026-12-21T08:00"), 1, ServiceHours(BERLIN, {}))


def test_working_days_beyond_fifty_years_are_named() -> None:
    with pytest.raises(NoAgreedTimeError, match="write a shorter duration"):
        working_days_after(at("2026-12-21T08:00"), 3000, ServiceHours(BERLIN, {"mon": OFFICE}))


def test_the_day_of_the_event_is_that_of_the_hours_zone() -> None:
    nairobi = office(tz="Africa/Nairobi")
    monday_in_bonn = parse_instant("2026-12-21T23:30:00+01:00")  # Tuesday in Nairobi
    limit = working_days_after(monday_in_bonn, 1, nairobi)
    assert format_instant(limit) == "2026-12-23T21:00:00Z"


@pytest.mark.parametrize(
    ("duration", "hours", "limit"),
    [
        pytest.param("P3D", office(), "2026-12-24T00:00", id="three working days"),
        pytest.param("PT8H", office(), "2026-12-21T09:00", id="agreed hours go on after a weekend"),
        pytest.param("P1DT2H", office(), "2026-12-22T10:00", id="days first, then hours"),
        pytest.param("P1M", office(), "2027-01-18T10:00", id="a month is one of the calendar"),
        pytest.param("P3D", None, "2026-12-21T10:00", id="calendar days keep the clock time"),
        pytest.param("PT8H", None, "2026-12-18T18:00", id="exact hours"),
        pytest.param("P1M", None, "2027-01-18T10:00", id="a calendar month"),
    ],
)
def test_a_duration_counts_what_stands_beside_it(
    duration: str, hours: ServiceHours | None, limit: str
) -> None:
    assert limit_after(at("2026-12-18T10:00"), duration, hours, BERLIN) == at(limit)


def some_hours(tz: str, begin: int, length: int, closed: set[int]) -> ServiceHours:
    clock = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in (begin, begin + length))
    weekly = {day: ((clock[0], clock[1]),) for n, day in enumerate(WEEKDAYS) if n not in closed}
    return ServiceHours(tz, weekly)


HOURS = st.builds(
    some_hours,
    ZONES,
    st.integers(0, 900),
    st.integers(30, 540),
    st.sets(st.integers(0, 6), max_size=5),
)


@given(HOURS, SECONDS, st.integers(0, 100 * 24 * 60))
def test_time_is_measured_month_by_month_as_at_once(
    hours: ServiceHours, second: int, minutes: int
) -> None:
    span = second * SECOND, second * SECOND + minutes * MINUTE
    assert elapsed(hours, *span) == total(hours.intervals(*span))


@given(HOURS, SECONDS, st.integers(0, 400 * 60))
def test_walking_and_measuring_agree(hours: ServiceHours, second: int, minutes: int) -> None:
    start, length = second * SECOND, minutes * MINUTE
    due = walk(hours, start, length)
    assert elapsed(hours, start, due) == length
    assert not length or elapsed(hours, start, due - 1) == length - 1


@given(HOURS, SECONDS, st.integers(0, 100 * 60), st.lists(st.tuples(SECONDS, SECONDS), max_size=3))
def test_pauses_only_put_off(
    hours: ServiceHours, second: int, minutes: int, pauses: list[tuple[int, int]]
) -> None:
    start, length = second * SECOND, minutes * MINUTE
    paused = norm((a * SECOND, min(b, a + 999_999) * SECOND) for a, b in pauses)
    due = walk(hours, start, length, paused)
    assert due >= walk(hours, start, length)
    assert elapsed(hours, start, due, paused) == length


@given(HOURS, SECONDS, st.integers(1, 20))
def test_working_days_hold_exactly_so_many_days_of_service(
    hours: ServiceHours, second: int, count: int
) -> None:
    start = second * SECOND
    limit = working_days_after(start, count, hours)
    following = working_days_after(start, count + 1, hours)
    assert start < limit < following
    assert elapsed(hours, limit, following) > 0


@pytest.mark.parametrize(
    ("duration", "hours", "start"),
    [
        pytest.param("PT72H", None, "2026-03-07T18:00", id="hours of the clock"),
        pytest.param("P3D", None, "2026-03-07T18:00", id="days of the calendar"),
        # The tenth is a Tuesday: Monday, Friday and Thursday lie whole before it, Wednesday is the day of the event.
        pytest.param("P3D", office(), "2026-03-04T23:59", id="working days, to the last minute"),
        pytest.param("PT9H", office(), "2026-03-10T08:00", id="a working day in hours"),
        pytest.param("PT0S", None, "2026-03-10T18:00", id="no time at all"),
    ],
)
def test_the_last_instant_at_which_a_notice_is_long_enough(
    duration: str, hours: ServiceHours | None, start: str
) -> None:
    assert latest_start(at("2026-03-10T18:00"), duration, hours, BERLIN) == at(start)


@given(
    SECONDS,
    st.sampled_from(["PT90M", "PT40H", "P1D", "P10D", "P1M"]),
    st.sampled_from([None, office(), always()]),
)
def test_a_minute_later_it_is_too_short(
    second: int, duration: str, hours: ServiceHours | None
) -> None:
    end = second * SECOND
    start = latest_start(end, duration, hours, BERLIN)

    assert limit_after(start, duration, hours, BERLIN) <= end
    assert limit_after(start + MINUTE, duration, hours, BERLIN) > end
