"""Rules T2, T3 and E2 by the clock of the standard library: local dates first, instants after (in seconds)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Clock = tuple[int, int]


def instant(day: date, minutes: int, tz: str) -> int:
    """Rule T2: the instant at so many minutes by the clock of a date; 1440 is 00:00 of the next date."""
    day, minutes = (day + DAY, 0) if minutes == 24 * 60 else (day, minutes)
    local = datetime.combine(day, time(minutes // 60, minutes % 60, fold=0), ZoneInfo(tz))
    return (local - EPOCH) // SECOND


def local_date(second: int, tz: str) -> date:
    return (EPOCH + second * SECOND).astimezone(ZoneInfo(tz)).date()


def begins(unit: str, day: date, anniversary: tuple[int, int]) -> bool:
    """Say whether a period begins on a date; 29 February is kept on the 28th where there is none."""
    if unit == "agreement_year":
        leap_day_moved = (
            anniversary == (2, 29) and (day.month, day.day) == (2, 28) and day.year % 4 != 0
        )
        return leap_day_moved or (day.month, day.day) == anniversary
    by_unit = {
        "day": True,
        "week": day.weekday() == 0,
        "month": day.day == 1,
        "quarter": day.day == 1 and day.month in {1, 4, 7, 10},
        "year": day.day == 1 and day.month == 1,
    }
    return by_unit[unit]


def period(unit: str, day: date, tz: str, anniversary: tuple[int, int] = (1, 1)) -> tuple[int, int]:
    """Rule T3: day by day back to the first date of the unit, and on to the first one after it."""
    first, after = day, day + DAY
    while not begins(unit, first, anniversary):
        first -= DAY
    while not begins(unit, after, anniversary):
        after += DAY
    return instant(first, 0, tz), instant(after, 0, tz)


def agreed(
    seconds: range,
    tz: str,
    weekly: Mapping[str, Sequence[Clock]],
    dates: Mapping[date, Sequence[Clock]],
) -> dict[int, bool]:
    """Rule E2: whether a promise holds at each instant; a date's own hours replace those of its weekday."""
    spans = list(hours(seconds, tz, weekly, dates))
    return {second: any(begin <= second < end for begin, end in spans) for second in seconds}


def hours(
    seconds: range,
    tz: str,
    weekly: Mapping[str, Sequence[Clock]],
    dates: Mapping[date, Sequence[Clock]],
) -> Iterator[tuple[int, int]]:
    day, last = local_date(seconds[0], tz) - DAY, local_date(seconds[-1], tz) + DAY
    while day <= last:
        for begin, end in dates.get(day, weekly.get(WEEKDAYS[day.weekday()], ())):
            yield instant(day, begin, tz), instant(day, end, tz)
        day += DAY
