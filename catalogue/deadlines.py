"""Deadlines: when so much agreed time, or so many working days, have passed since an event."""

from __future__ import annotations

from datetime import date, timedelta

from catalogue.instants import (
    Duration,
    InstantError,
    at_clock,
    format_instant,
    local_date,
    parse_duration,
)
from catalogue.intervals import Intervals, Span, clip, subtract, total
from catalogue.periods import period_at
from catalogue.service_hours import ServiceHours
from catalogue.shifting import later

HORIZON_YEARS = 50


class NoAgreedTimeError(InstantError):
    """Service hours never hold the time asked for; the message says what to change."""


def elapsed(hours: ServiceHours, begin: int, end: int, paused: Intervals = ()) -> int:
    """Give the agreed time between two instants in µs, less the pauses (in normal form)."""
    return total(subtract(hours.intervals(begin, end), paused))


def walk(hours: ServiceHours, start: int, length: int, paused: Intervals = ()) -> int:
    """Give the first instant at which `length` µs of agreed time, less the pauses, have passed since `start`.

    A length that fills a working day ends with that day, not where the next one begins; none has passed at once.
    Pauses are in normal form; one that lasts is given up to now.

    Raises:
        InstantError: the length is negative.
        NoAgreedTimeError: the hours do not hold so much time within fifty years.

    """
    if length < 0:
        raise InstantError("a deadline cannot lie before its start; write a length of 0 or more")
    left, month = length, period_at("month", start, hours.tz)
    while left:
        _refuse_beyond(hours, start, month.begin)
        agreed = clip(hours.intervals(*month.span), (start, month.end))
        for begin, end in subtract(agreed, paused):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        month = month.next()
    return start


def limit_after(instant: int, duration: str, hours: ServiceHours | None, tz: str) -> int:
    """Give the instant at which a duration since another one is over.

    1. Years and months are those of the calendar: the same day and clock time so much later, or the last day of a
       month that is too short.
    2. Days beside service hours are working days by rule T5; without hours they are calendar days, to the same
       clock time.
    3. Hours, minutes and seconds beside service hours are agreed time; without hours they are exact.

    Local times are those of the hours' own zone, of `tz` where there are no hours.

    Raises:
        InstantError: the text is no duration, or the calendar ends before.
        NoAgreedTimeError: the hours never hold so much time.

    """
    length = parse_duration(duration)
    if hours is None:
        return later(instant, length, tz)
    at = later(instant, Duration(length.months, 0, 0), hours.tz)
    return walk(hours, working_days_after(at, length.days, hours), length.us)


def working_days_after(instant: int, count: int, hours: ServiceHours) -> int:
    """Give 24:00 of the `count`-th day with service hours after the local day of an instant (rule T5).

    No days are over at once.

    Raises:
        NoAgreedTimeError: the hours have no such day within fifty years.

    """
    if not count:
        return instant
    day = local_date(instant, hours.tz)
    left = count
    while left:
        day += timedelta(days=1)
        span = _day(day, hours.tz)
        _refuse_beyond(hours, instant, span[0])
        left -= bool(hours.intervals(*span))
    return at_clock(day + timedelta(days=1), 0, hours.tz)


def _day(day: date, tz: str) -> Span:
    return at_clock(day, 0, tz), at_clock(day + timedelta(days=1), 0, tz)


def _refuse_beyond(hours: ServiceHours, start: int, at: int) -> None:
    """Refuse to look for agreed time where none comes any more."""
    day = local_date(at, hours.tz)
    if not any(hours.weekly.values()) and not any(
        clock and dated >= day for dated, clock in hours.dates.items()
    ):
        raise NoAgreedTimeError(
            f"the service hours have no time from {day} on; name hours with weekdays or later dates"
        )
    if day.year - local_date(start, hours.tz).year > HORIZON_YEARS:
        raise NoAgreedTimeError(
            f"{HORIZON_YEARS} years after {format_instant(start)} not so much agreed time has passed;"
            " write a shorter duration or longer hours"
        )
