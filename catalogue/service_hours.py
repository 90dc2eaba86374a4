"""Service hours: when a promise holds, by weekday and date on the clock of a zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from catalogue.instants import InstantError, at_clock, local_date, parse_clock, zone
from catalogue.intervals import Intervals, clip, norm

if TYPE_CHECKING:
    from collections.abc import Mapping

ClockSpans = tuple[tuple[str, str], ...]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPANS_KEPT = 2_048  # the same months and days are asked for again and again
WHOLE_DAY: ClockSpans = (("00:00", "24:00"),)


@dataclass(frozen=True)
class ServiceHours:
    """Clock spans `HH:MM` to `24:00` by weekday; a date's own spans replace those of its weekday (a holiday has none).

    Spans are resolved by the rule of RFC 5545 (rule T2), so that those which tile a local day leave none of its
    instants out, whatever clocks do. An edge at a time that clocks skip is moved on by as much: where the next edge is
    not, hours that adjoin in two records overlap there.

    Raises:
        InstantError: a span does not end after it begins, or there is no such weekday or zone.

    """

    tz: str
    weekly: Mapping[str, ClockSpans]
    dates: Mapping[date, ClockSpans] = field(default_factory=dict)
    _spans: dict[tuple[int, int], Intervals] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _days: dict[date, Intervals] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Refuse hours that could never hold."""
        zone(self.tz)
        if unknown := set(self.weekly) - set(WEEKDAYS):
            raise InstantError(f"no weekday {min(unknown)!r}; write {', '.join(WEEKDAYS)}")
        for spans in (*self.weekly.values(), *self.dates.values()):
            for begin, end in spans:
                if parse_clock(begin) >= parse_clock(end):
                    raise InstantError(
                        f"service hours {begin} to {end} do not end after they begin"
                    )

    def intervals(self, begin: int, end: int) -> Intervals:
        """Give the agreed time in `[begin, end)`, joined over midnight."""
        if begin >= end:
            return ()
        known = self._spans.get((begin, end))
        if known is None:
            if len(self._spans) >= SPANS_KEPT:
                self._spans.clear()
            known = self._spans[begin, end] = self._computed(begin, end)
        return known

    def _computed(self, begin: int, end: int) -> Intervals:
        # One date more on either side: where clocks go back over midnight, an instant may belong to the neighbour.
        day, last = (
            local_date(begin, self.tz) - timedelta(days=1),
            local_date(end, self.tz) + timedelta(days=1),
        )
        spans: list[tuple[int, int]] = []
        while day <= last:
            spans += self._of(day)
            day += timedelta(days=1)
        return clip(norm(spans), (begin, end))

    def _of(self, day: date) -> Intervals:
        known = self._days.get(day)
        if known is None:
            clock = self.dates.get(day, self.weekly.get(WEEKDAYS[day.weekday()], ()))
            known = norm(
                (at_clock(day, parse_clock(a), self.tz), at_clock(day, parse_clock(b), self.tz))
                for a, b in clock
            )
            self._days[day] = known
        return known


def always(tz: str = "UTC") -> ServiceHours:
    """Give service hours of every day, all day."""
    return ServiceHours(tz, dict.fromkeys(WEEKDAYS, WHOLE_DAY))
