"""Deadlines: when so much agreed time, or so many working days, have passed since an event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from catalogue.instants import (
    HOUR,
    MINUTE,
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

DAY = 24 * HOUR
YEAR = 365 * DAY
HORIZON = 50 * YEAR  # how far agreed time is looked for; exact days do not matter so far away


class NoAgreedTimeError(InstantError):
    """Service hours never hold the time asked for; the message says what to change."""


def elapsed(hours: ServiceHours, begin: int, end: int, paused: Intervals = ()) -> int:
    """Give the agreed time between two instants in µs, less the pauses (in normal form)."""
    passed = 0
    for month in _months(hours, begin, end):
        passed += total(subtract(clip(hours.intervals(*month), (begin, end)), paused))
    return passed


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
    if not length:
        return start
    left = length
    for month in _months(hours, start, start + HORIZON):
        _refuse_without_time(hours, month[0])
        for begin, end in subtract(clip(hours.intervals(*month), (start, month[1])), paused):
            if left <= end - begin:
                return begin + left
            left -= end - begin
    raise _too_long(start)


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


def latest_start(end: int, duration: str, hours: ServiceHours | None, tz: str) -> int:
    """Give the last instant, to the minute, from which a duration is over by another one.

    Counted as by `limit_after`: what is received then still leaves all of a notice before `end`.

    Raises:
        InstantError: as `limit_after` does.

    """
    reach = MINUTE
    while limit_after(end - reach, duration, hours, tz) > end:
        reach *= 2
    low, high = 0, reach // MINUTE  # minutes before the end: too few, and enough
    if limit_after(end, duration, hours, tz) <= end:
        return end
    while high - low > 1:
        middle = (low + high) // 2
        fits = limit_after(end - middle * MINUTE, duration, hours, tz) <= end
        low, high = (low, middle) if fits else (middle, high)
    return end - high * MINUTE


def working_days_after(instant: int, count: int, hours: ServiceHours) -> int:
    """Give 24:00 of the `count`-th day with service hours after the local day of an instant (rule T5).

    No days are over at once.

    Raises:
        NoAgreedTimeError: the hours have no such day within fifty years.

    """
    if not count:
        return instant
    day, left = local_date(instant, hours.tz), count
    for _ in range(HORIZON // DAY):
        day += timedelta(days=1)
        span = _day(day, hours.tz)
        _refuse_without_time(hours, span[0])
        left -= bool(hours.intervals(*span))
        if not left:
            return span[1]
    raise _too_long(instant)


def _months(hours: ServiceHours, begin: int, end: int) -> Iterator[Span]:
    """Give whole months from an instant on: their agreed time is asked for by many cases, and kept."""
    month = period_at("month", begin, hours.tz)
    while month.begin < end:
        yield month.span
        month = month.next()


def _day(day: date, tz: str) -> Span:
    return at_clock(day, 0, tz), at_clock(day + timedelta(days=1), 0, tz)


def _refuse_without_time(hours: ServiceHours, at: int) -> None:
    """Refuse to look for agreed time where none comes any more."""
    day = local_date(at, hours.tz)
    weekly = any(hours.weekly.values())
    if not weekly and not any(clock and dated >= day for dated, clock in hours.dates.items()):
        raise NoAgreedTimeError(
            f"the service hours have no time from {day} on; name hours with weekdays or later dates"
        )


def _too_long(start: int) -> NoAgreedTimeError:
    return NoAgreedTimeError(
        f"{HORIZON // YEAR} years after {format_instant(start)} not so much agreed time has passed;"
        " write a shorter duration or longer hours"
    )
