"""Periods: local dates first, instants after; a period of the calendar is never a fixed number of seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, assert_never

from catalogue.instants import (
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    InstantError,
    at_clock,
    format_instant,
    local_date,
    parse_duration,
    parse_instant,
)
from catalogue.shifting import earlier, months_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.intervals import Span

Unit = Literal["day", "week", "month", "quarter", "year", "agreement_year"]
Anniversary = tuple[int, int]  # month and day

# One spelling a period: a second one would name another stream, in which it could be closed once more.
_LABELS: tuple[tuple[Unit, re.Pattern[str]], ...] = (
    ("year", re.compile(r"[12][0-9]{3}")),
    ("quarter", re.compile(r"[12][0-9]{3}-Q[1-4]")),
    ("month", re.compile(r"[12][0-9]{3}-[0-9]{2}")),
    ("week", re.compile(r"[12][0-9]{3}-W[0-9]{2}")),
    ("day", re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")),
    ("agreement_year", re.compile(r"AY[12][0-9]{3}")),
)
_ROLLING = re.compile(r"(P[0-9A-Z.]+)@([0-9TZ:.-]+)")
_TERM = "term"
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Period:
    """A period of a zone, `[begin, end)`.

    Labels: 2026, 2026-Q1, 2026-02, 2026-W07, 2026-02-14; AY2026 is the agreement year that begins in 2026, on the
    `anniversary`; `term` is the whole term; P30D@2026-03-01T00:00:00Z are the 30 days that end at that instant.
    """

    unit: Unit | Literal["term", "rolling"]
    label: str
    begin: int
    end: int
    tz: str
    anniversary: Anniversary | None = None

    @property
    def span(self) -> Span:
        """The instants of the period."""
        return (self.begin, self.end)

    def next(self) -> Period:
        """Give the period after this one.

        Raises:
            InstantError: a whole term and a rolling window have none.

        """
        unit = self._repeating("after")
        following = _first_of_next(unit, self._first_date(unit), self.anniversary)
        return period_of(unit, following, self.tz, self.anniversary)

    def previous(self) -> Period:
        """Give the period before this one.

        Raises:
            InstantError: a whole term and a rolling window have none.

        """
        unit = self._repeating("before")
        last = self._first_date(unit) - timedelta(days=1)
        return period_of(unit, last, self.tz, self.anniversary)

    def _first_date(self, unit: Unit) -> date:
        return _first_date(unit, self.label, self.anniversary)

    def _repeating(self, side: str) -> Unit:
        if self.unit == "term" or self.unit == "rolling":  # noqa: PLR1714 - mypy narrows no tuple
            raise InstantError(f"no period {side} {self.label}; name one of the calendar")
        return self.unit


def period_of(unit: Unit, day: date, tz: str, anniversary: Anniversary | None = None) -> Period:
    """Give the period that holds a local date (rule T3); an agreement year needs its anniversary.

    Raises:
        InstantError: it has none.

    """
    first = _first(unit, day, anniversary)
    return Period(
        unit,
        _label(unit, first),
        at_clock(first, 0, tz),
        at_clock(_first_of_next(unit, first, anniversary), 0, tz),
        tz,
        anniversary if unit == "agreement_year" else None,
    )


def period_at(unit: Unit, instant: int, tz: str, anniversary: Anniversary | None = None) -> Period:
    """Give the period that holds an instant."""
    period = period_of(unit, local_date(instant, tz), tz, anniversary)
    # Where clocks go back over midnight, the date shown is once more the old one although its day has ended.
    while period.end <= instant:
        period = period.next()
    return period


def whole_term(term: Span, tz: str) -> Period:
    """Give the whole term of an agreement as a period.

    Raises:
        InstantError: it does not end after it begins.

    """
    begin, end = term
    if begin >= end:
        raise InstantError("the term of the agreement does not end after it begins")
    return Period("term", _TERM, begin, end, tz)


def rolling(duration: str, at: int, tz: str) -> Period:
    """Give the window of a duration that ends at an instant.

    Days and months are counted back on the local calendar to the same clock time, so that a window of days holds
    whole days however long they are, and neither drops nor adds a part of one (§3 of the judging rules).

    Raises:
        InstantError: the text is no duration, or the duration is none.

    """
    length = parse_duration(duration)
    begin = earlier(at, length, tz)
    if begin >= at:
        raise InstantError(f"a window of {duration} holds no time; write like P30D")
    return Period("rolling", f"{_spelt(length)}@{format_instant(at)}", begin, at, tz)


def parse_period(
    label: str, tz: str, anniversary: Anniversary | None = None, term: Span | None = None
) -> Period:
    """Read a label as `Period` writes it; AY2026 needs the anniversary of the agreement, `term` its term.

    Raises:
        InstantError: it is none, or the agreement has no such period.

    """
    for unit, pattern in _LABELS:
        if pattern.fullmatch(label):
            first = _first_date(unit, label, anniversary)
            return period_of(unit, first, tz, anniversary)
    if label == _TERM and term is not None:
        return whole_term(term, tz)
    if label == _TERM:
        raise InstantError("no period 'term': the agreement has no last day; write a month or year")
    if found := _ROLLING.fullmatch(label):
        window = rolling(found[1], parse_instant(found[2]), tz)
        if window.label == label:
            return window
        raise InstantError(f"no period {label!r}; write {window.label}")
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


def _anniversary(year: int, anniversary: Anniversary | None) -> date:
    """Give the day on which the agreement year of a year begins; 29 February is the 28th where there is none."""
    if anniversary is None:
        raise InstantError("an agreement year needs the day on which the agreement came into force")
    month, day = anniversary
    return months_after(date(_LEAP_YEAR, month, day), 12 * (year - _LEAP_YEAR))


def _first(unit: Unit, day: date, anniversary: Anniversary | None) -> date:
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
        case "agreement_year":
            begins = _anniversary(day.year, anniversary)
            return begins if begins <= day else _anniversary(day.year - 1, anniversary)
    assert_never(unit)


def _first_of_next(unit: Unit, first: date, anniversary: Anniversary | None) -> date:
    match unit:
        case "day":
            return first + timedelta(days=1)
        case "week":
            return first + timedelta(days=7)
        case "month":
            return months_after(first, 1)
        case "quarter":
            return months_after(first, 3)
        case "year":
            return months_after(first, 12)
        case "agreement_year":
            return _anniversary(first.year + 1, anniversary)
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
        case "agreement_year":
            return f"AY{first.year:04}"
    assert_never(unit)


def _first_date(unit: Unit, label: str, anniversary: Anniversary | None) -> date:
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
            case "agreement_year":
                return _anniversary(int(label[2:]), anniversary)
    except InstantError:
        raise
    except ValueError:
        raise InstantError(_not_a_period(label)) from None
    assert_never(unit)


def _spelt(length: Duration) -> str:
    """Write a duration in its one spelling: months, days, and the largest unit that the rest is a whole number of."""
    calendar = "".join(f"{n}{unit}" for n, unit in ((length.months, "M"), (length.days, "D")) if n)
    if not length.us:
        return f"P{calendar}"
    for size, unit in ((HOUR, "H"), (MINUTE, "M"), (SECOND, "S")):
        if length.us % size == 0:
            return f"P{calendar}T{length.us // size}{unit}"
    seconds, rest = divmod(length.us, SECOND)
    return f"P{calendar}T{seconds}.{rest:06}S"


def _not_a_period(label: str) -> str:
    return (
        f"no period {label!r}; write a month like 2026-02, or 2026, 2026-Q1, 2026-W07, 2026-02-14"
    )
