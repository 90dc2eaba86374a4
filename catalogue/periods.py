"""Calendar periods: local dates first, instants after; a period is never a fixed number of seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, assert_never

from catalogue.instants import InstantError, at_clock, local_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.intervals import Span

Unit = Literal["day", "week", "month", "quarter", "year"]

# One spelling a period: a second one would name another stream, in which it could be closed once more.
_LABELS: tuple[tuple[Unit, re.Pattern[str]], ...] = (
    ("year", re.compile(r"[12][0-9]{3}")),
    ("quarter", re.compile(r"[12][0-9]{3}-Q[1-4]")),
    ("month", re.compile(r"[12][0-9]{3}-[0-9]{2}")),
    ("week", re.compile(r"[12][0-9]{3}-W[0-9]{2}")),
    ("day", re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")),
)


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period of a zone, `[begin, end)`; labels: 2026, 2026-Q1, 2026-02, 2026-W07, 2026-02-14."""

    unit: Unit
    label: str
    begin: int
    end: int
    tz: str

    @property
    def span(self) -> Span:
        """The instants of the period."""
        return (self.begin, self.end)

    def next(self) -> Period:
        """Give the period after this one."""
        return period_of(
            self.unit, _first_of_next(self.unit, _first_date(self.unit, self.label)), self.tz
        )

    def previous(self) -> Period:
        """Give the period before this one."""
        return period_of(self.unit, _first_date(self.unit, self.label) - timedelta(days=1), self.tz)


def period_of(unit: Unit, day: date, tz: str) -> Period:
    """Give the period that holds a local date."""
    first = _first(unit, day)
    return Period(
        unit,
        _label(unit, first),
        at_clock(first, 0, tz),
        at_clock(_first_of_next(unit, first), 0, tz),
        tz,
    )


def period_at(unit: Unit, instant: int, tz: str) -> Period:
    """Give the period that holds an instant."""
    period = period_of(unit, local_date(instant, tz), tz)
    # Where clocks go back over midnight, the date shown is once more the old one although its day has ended.
    while period.end <= instant:
        period = period.next()
    return period


def parse_period(label: str, tz: str) -> Period:
    """Read a label: 2026-02 is a month, 2026 a year, 2026-Q1 a quarter, 2026-W07 an ISO week, 2026-02-14 a day.

    Raises:
        InstantError: it is none of them.

    """
    for unit, pattern in _LABELS:
        if pattern.fullmatch(label):
            return period_of(unit, _first_date(unit, label), tz)
    raise InstantError(_not_a_period(label))


def local_days(span: Span, tz: str) -> Iterator[Period]:
    """Give each local day that has time in a span, whole, in order."""
    begin, end = span
    if begin >= end:
        return
    day = period_at("day", begin, tz)
    while day.begin < end:
        if day.begin < day.end:  # a date that a zone skipped has no time
            yield day
        day = day.next()


def _first(unit: Unit, day: date) -> date:
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, day.month - (day.month - 1) % 3, 1)
        case "year":
            return date(day.year, 1, 1)
    assert_never(unit)


def _first_of_next(unit: Unit, first: date) -> date:
    match unit:
        case "day":
            return first + timedelta(days=1)
        case "week":
            return first + timedelta(days=7)
        case "month":
            return _first("month", first + timedelta(days=31))
        case "quarter":
            return _first("quarter", first + timedelta(days=92))
        case "year":
            return date(first.year + 1, 1, 1)
    assert_never(unit)


def _label(unit: Unit, first: date) -> str:
    match unit:
        case "day":
            return first.isoformat()
        case "week":
            iso = first.isocalendar()
            return f"{iso.year:04}-W{iso.week:02}"
        case "month":
            return f"{first.year:04}-{first.month:02}"
        case "quarter":
            return f"{first.year:04}-Q{(first.month + 2) // 3}"
        case "year":
            return f"{first.year:04}"
    assert_never(unit)


def _first_date(unit: Unit, label: str) -> date:
    try:
        match unit:
            case "day":
                return date.fromisoformat(label)
            case "week":
                return date.fromisocalendar(int(label[:4]), int(label[6:]), 1)
            case "month":
                return date(int(label[:4]), int(label[5:]), 1)
            case "quarter":
                return date(int(label[:4]), 3 * int(label[6:]) - 2, 1)
            case "year":
                return date(int(label), 1, 1)
    except ValueError:
        raise InstantError(_not_a_period(label)) from None
    assert_never(unit)


def _not_a_period(label: str) -> str:
    return (
        f"no period {label!r}; write a month like 2026-02, or 2026, 2026-Q1, 2026-W07, 2026-02-14"
    )
