"""Where clocks change, too, a promise holds and a period lasts as an oracle says that goes by local dates."""

from __future__ import annotations

from datetime import date, timedelta
from types import ModuleType
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import MINUTE, SECOND
from catalogue.periods import Unit, period_of
from catalogue.service_hours import WEEKDAYS, ClockSpans, ServiceHours

CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Europe/Riga": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Africa/Nairobi": (date(2026, 6, 7),),
    "Asia/Kathmandu": (date(2026, 6, 7),),
}


@st.composite
def days_near_a_change(draw: st.DrawFn) -> tuple[str, date]:
    """A zone, and a day at or beside one on which its clocks change, if they do."""
    tz = draw(st.sampled_from(sorted(CHANGES)))
    return tz, draw(st.sampled_from(CHANGES[tz])) + timedelta(days=draw(st.integers(-1, 1)))


def on_the_clock(spans: list[list[int]]) -> ClockSpans:
    return tuple((clock(begin), clock(end)) for begin, end in spans)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


edges = st.one_of(st.integers(0, 24 * 60), st.integers(60, 4 * 60))  # clocks change at night
openings = st.lists(st.lists(edges, min_size=2, max_size=2, unique=True).map(sorted), max_size=2)


@given(days_near_a_change(), st.lists(openings, min_size=7, max_size=7), openings, st.data())
def test_service_hours_hold_at_the_same_minutes(
    dating: ModuleType,
    day_of_zone: tuple[str, date],
    week: list[list[list[int]]],
    instead: list[list[int]],
    data: st.DataObject,
) -> None:
    tz, day = day_of_zone
    weekly, dates = dict(zip(WEEKDAYS, week, strict=True)), {day: instead}
    begin = dating.instant(day, 0, tz) - 60 * data.draw(st.integers(0, 2 * 60))
    minutes = range(begin, begin + 26 * 60 * 60, 60)

    promised = ServiceHours(
        tz,
        {name: on_the_clock(given) for name, given in weekly.items()},
        {each: on_the_clock(given) for each, given in dates.items()},
    )
    found = promised.intervals(minutes[0] * SECOND, (minutes[-1] + 60) * SECOND)

    held = {at // SECOND for a, b in found for at in range(a, b, MINUTE)}
    agreed = dating.agreed(minutes, tz, weekly, dates)
    assert held == {minute for minute, inside in agreed.items() if inside}


ANNIVERSARIES = st.sampled_from([(1, 1), (2, 28), (2, 29), (3, 1), (3, 29), (10, 25), (12, 31)])


@given(days_near_a_change(), st.sampled_from(get_args(Unit)), st.integers(-900, 900), ANNIVERSARIES)
def test_periods_begin_and_end_at_the_same_instants(
    dating: ModuleType,
    day_of_zone: tuple[str, date],
    unit: Unit,
    later: int,
    anniversary: tuple[int, int],
) -> None:
    tz, day = day_of_zone[0], day_of_zone[1] + timedelta(days=later)

    period = period_of(unit, day, tz, anniversary)

    expected = dating.period(unit, day, tz, anniversary)
    assert period.span == tuple(at * SECOND for at in expected)
