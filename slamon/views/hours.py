"""Service hours as a calendar shows them: day by day, with holidays and the days on which clocks are changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from catalogue.calendars import Calendar, Day, Hours
from catalogue.document import Text3
from catalogue.instants import at_clock, format_instant, moment_of, zone
from catalogue.months import Month
from catalogue.service_hours import ServiceHours
from slamon.views.answers import Answer
from slamon.views.promised import Promises

DAY = dt.timedelta(days=1)
DAY_US = 86_400_000_000


class HoursLine(Answer):
    """Service hours as lists show them; local clock times, `used_by` are the agreements that count by them."""

    hours: str
    tz: str
    weekdays: tuple[str, ...]
    from_: str
    to: str
    calendar: str | None
    calendar_name: Text3 | None


class HoursDay(Answer):
    """One local day: its agreed spans as instants and as local clocks show them.

    `agreed_us` is how much that is, `clock_us` by how much clocks were put forward on it (µs). A holiday that is still
    to be confirmed does not interrupt the hours.
    """

    date: dt.date
    spans: tuple[tuple[str, str], ...]
    clocks: tuple[tuple[str, str], ...]
    agreed_us: int
    clock_us: int
    holiday: Text3 | None
    holiday_status: str | None


class HoursMonth(Answer):
    """A month of service hours, and the days of its year on which clocks are changed."""

    line: HoursLine
    month: str
    previous: str
    next: str
    days: tuple[HoursDay, ...]
    agreed_us: int
    clock_changes: tuple[dt.date, ...]


def service_hours(held: Promises) -> tuple[HoursLine, ...]:
    """All service hours by id."""
    return tuple(_line(held, each) for each in held.of(Hours))


def month_of(held: Promises, name: str, month: Month) -> HoursMonth | None:
    """Service hours in a month; None where there are none of that id."""
    stated = held.get(Hours, name)
    if stated is None:
        return None
    agreed = held.hours(name)
    calendar = held.get(Calendar, stated.holidays) if stated.holidays else None
    named = {day.date: day for day in calendar.days} if calendar else {}
    days = tuple(_day(agreed, each, named.get(each)) for each in month.days)
    first, last = month.days[0], month.days[-1]
    return HoursMonth(
        line=_line(held, stated),
        month=f"{first:%Y-%m}",
        previous=f"{first - DAY:%Y-%m}",
        next=f"{last + DAY:%Y-%m}",
        days=days,
        agreed_us=sum(day.agreed_us for day in days),
        clock_changes=tuple(_clock_changes(stated.tz, first.year)),
    )


def _line(held: Promises, hours: Hours) -> HoursLine:
    calendar = held.get(Calendar, hours.holidays) if hours.holidays else None
    return HoursLine(
        hours=hours.id,
        tz=hours.tz,
        weekdays=hours.weekdays,
        from_=hours.from_,
        to=hours.to,
        calendar=hours.holidays,
        calendar_name=calendar.name if calendar else None,
    )


def _day(agreed: ServiceHours, day: dt.date, holiday: Day | None) -> HoursDay:
    begin, end = (at_clock(each, 0, agreed.tz) for each in (day, day + DAY))
    spans = agreed.intervals(begin, end)
    return HoursDay(
        date=day,
        spans=tuple((format_instant(a), format_instant(b)) for a, b in spans),
        clocks=tuple((_clock(a, agreed.tz), _clock(b, agreed.tz, end)) for a, b in spans),
        agreed_us=sum(b - a for a, b in spans),
        clock_us=DAY_US - (end - begin),
        holiday=holiday.name if holiday else None,
        holiday_status=holiday.status if holiday else None,
    )


def _clock(at: int, tz: str, midnight: int | None = None) -> str:
    """What clocks of a zone show at an instant; 24:00 at the midnight that ends the day."""
    return "24:00" if at == midnight else f"{moment_of(at).astimezone(zone(tz)):%H:%M}"


def _clock_changes(tz: str, year: int) -> Iterator[dt.date]:
    """The local days of a year on which the offset of a zone changes."""
    day = dt.date(year, 1, 1)
    while day.year == year:
        before, after = (_offset(tz, each) for each in (day, day + DAY))
        if before != after:
            yield day
        day += DAY


def _offset(tz: str, day: dt.date) -> dt.timedelta | None:
    return moment_of(at_clock(day, 0, tz)).astimezone(zone(tz)).utcoffset()
