"""Dates and instants moved on the local calendar: by months and days that have no fixed length."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from catalogue.instants import (
    Duration,
    InstantError,
    format_instant,
    instant_of,
    moment_of,
    zone,
)


def months_after(day: date, months: int) -> date:
    """Give the same day so many months later (earlier if negative), or the last day of a shorter month.

    Raises:
        OverflowError: the calendar ends before.

    """
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def later(instant: int, length: Duration, tz: str) -> int:
    """Give the instant a duration later: months and days on the clock of a zone (rule T2), the rest exactly.

    Raises:
        InstantError: the calendar ends before.

    """
    return _moved(instant, length.months, length.days, tz) + length.us


def earlier(instant: int, length: Duration, tz: str) -> int:
    """Give the instant a duration earlier: months and days on the clock of a zone (rule T2), the rest exactly.

    Raises:
        InstantError: the calendar begins after.

    """
    return _moved(instant, -length.months, -length.days, tz) - length.us


def _moved(instant: int, months: int, days: int, tz: str) -> int:
    if not months and not days:  # through the local clock, an hour that exists twice would be lost
        return instant
    try:
        local = moment_of(instant).astimezone(zone(tz))
        day = months_after(local.date(), months) + timedelta(days=days)
        return instant_of(datetime.combine(day, local.time(), zone(tz)).replace(fold=0))
    except OverflowError:
        raise InstantError(
            f"{months} months and {days} days from {format_instant(instant)} leave the calendar"
        ) from None
