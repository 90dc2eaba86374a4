"""Holiday calendars, service hours and windows."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from catalogue.document import Document, Record, Text3, codes_of
from catalogue.instants import parse_instant
from catalogue.references import CalendarRef
from catalogue.service_hours import ClockSpans, ServiceHours
from catalogue.values import Hour, Id, Instant, Zone, wrong

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Day(Document):
    """A holiday; one `to_confirm` is not applied to any service hours."""

    date: dt.date
    name: Text3
    status: Literal["confirmed", "derived", "to_confirm"]
    nominal: dt.date | None = None
    options: tuple[dt.date, ...] = ()
    prov: str

    @field_validator("prov")
    @classmethod
    def _has_codes(cls, prov: str) -> str:
        if not all(codes_of(prov)):
            raise wrong("the provenance of a day is one code string")
        return prov


class Calendar(Record):
    """A list of holidays."""

    id: Id
    name: Text3
    tz: Zone
    note: str | None = None
    days: tuple[Day, ...]

    def holidays(self) -> frozenset[dt.date]:
        """Return the days that interrupt service hours."""
        return frozenset(day.date for day in self.days if day.status != "to_confirm")


class Hours(Record):
    """Agreed service hours: weekdays and hours less the holidays of a calendar."""

    id: Id
    tz: Zone
    weekdays: tuple[Weekday, ...] = Field(min_length=1)
    from_: Hour = Field(alias="from")
    to: Hour
    holidays: CalendarRef | None

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.from_ >= self.to:
            raise wrong(f"service hours from {self.from_} to {self.to} are empty")
        if len(set(self.weekdays)) != len(self.weekdays):
            raise wrong("a weekday is named twice")
        return self

    def agreed(self, calendar: Calendar | None) -> ServiceHours:
        """Compile the agreed time; `calendar` is the one that `holidays` names.

        Raises:
            ValueError: another calendar, or none where one is named.

        """
        if self.holidays != (calendar.id if calendar else None):
            raise ValueError(f"service hours {self.id} follow the calendar {self.holidays}")
        closed = calendar.holidays() if calendar else frozenset()
        return _compiled(self.tz, self.weekdays, ((self.from_, self.to),), closed)


@lru_cache(maxsize=64)
def _compiled(
    tz: str, weekdays: tuple[str, ...], clock: ClockSpans, closed: frozenset[dt.date]
) -> ServiceHours:
    """Equal hours are one object, which knows what it has computed once."""
    return ServiceHours(tz, dict.fromkeys(weekdays, clock), dict.fromkeys(closed, ()))


class Window(Record):
    """A dated span with a purpose, `[from, to)`."""

    id: Id
    name: Text3
    from_: Instant = Field(alias="from")
    to: Instant
    effect: Literal["no_maintenance", "tighter_target"]
    note: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if parse_instant(self.to) <= parse_instant(self.from_):
            said = f"the window ends at {self.to}, not after its begin {self.from_}"
            raise wrong(said, at=("to",))
        return self

    def span(self) -> tuple[int, int]:
        """Give its first instant and the one it ends before, in µs."""
        return parse_instant(self.from_), parse_instant(self.to)
