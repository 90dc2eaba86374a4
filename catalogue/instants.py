"""Instants, local times and durations: text at the border, whole microseconds inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE = timedelta(microseconds=1)
_END_OF_DAY = re.compile(
    r"^(?P<date>\d{4}-\d\d-\d\d)[T ]24:00(?::00(?:\.0+)?)?(?P<offset>Z|[+-]\d\d:\d\d)?$"
)
_CLOCK = re.compile(r"^(?P<hours>[01]\d|2[0-4]):(?P<minutes>[0-5]\d)$")
_DURATION = re.compile(
    r"^P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.(?P<fraction>\d{1,6}))?S)?)?$"
)


class InstantError(ValueError):
    """A text is no instant, clock time, duration or zone; the message says which and how it should look."""


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration; months and days have no fixed length, so they stay apart from the microseconds."""

    months: int
    days: int
    us: int

    def exact(self) -> int:
        """Give the length in microseconds.

        Raises:
            InstantError: the duration has months or days, whose length depends on the calendar.

        """
        if self.months or self.days:
            raise InstantError(
                "a duration in months or days has no fixed length; write hours, minutes or seconds, like PT1H"
            )
        return self.us


def zone(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name.

    Raises:
        InstantError: there is no such zone.

    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InstantError(
            f"no time zone {name!r}; write an IANA name like Europe/Berlin"
        ) from None


def instant_of(moment: datetime) -> int:
    """Give an aware datetime as microseconds since 1970-01-01T00:00Z, exactly."""
    return (moment.astimezone(UTC) - _EPOCH) // _ONE


def moment_of(instant: int) -> datetime:
    """Give an instant as a datetime in UTC."""
    return _EPOCH + timedelta(microseconds=instant)


def resolve(local: datetime, tz: str) -> int:
    """Give the instant of a local time by the rule of RFC 5545 3.3.5.

    A time that does not exist is read with the offset before the gap; one that exists twice is its first occurrence.
    """
    return instant_of(local.replace(tzinfo=zone(tz), fold=0))


def at_clock(day: date, minutes: int, tz: str) -> int:
    """Give the instant at `minutes` after 00:00 on the local clock of a date; 1440 is 00:00 of the next date."""
    midnight = datetime.combine(day, time())
    return resolve(midnight + timedelta(minutes=minutes), tz)


def local_date(instant: int, tz: str) -> date:
    """Give the date the local calendar shows at an instant."""
    return moment_of(instant).astimezone(zone(tz)).date()


def parse_clock(text: str) -> int:
    """Read a clock time from 00:00 to 24:00 as minutes since 00:00.

    Raises:
        InstantError: it is no such time.

    """
    found = _CLOCK.match(text)
    minutes = 60 * int(found["hours"]) + int(found["minutes"]) if found else -1
    if not 0 <= minutes <= 24 * 60:
        raise InstantError(f"no clock time {text!r}; write 00:00 to 24:00")
    return minutes


def parse_instant(text: str, tz: str | None = None) -> int:
    """Read an ISO 8601 date and time; without an offset it is local time of `tz`.

    Raises:
        InstantError: it is none, or it has no offset and no zone is given.

    """
    end_of_day = _END_OF_DAY.match(text)
    try:
        if end_of_day:
            local = datetime.fromisoformat(
                end_of_day["date"] + "T00:00" + (end_of_day["offset"] or "")
            )
            local += timedelta(days=1)
        else:
            local = datetime.fromisoformat(text)
    except ValueError:
        raise InstantError(f"no instant {text!r}; write like 2026-02-01T08:00:00Z") from None
    if local.tzinfo is not None:
        return instant_of(local)
    if tz is None:
        raise InstantError(
            f"instant {text!r} has no offset; write like 2026-02-01T08:00:00Z or +01:00"
        )
    return resolve(local, tz)


@lru_cache(maxsize=4096)  # the same instants are told again and again
def format_instant(instant: int) -> str:
    """Write an instant as ISO 8601 in UTC, with Z; microseconds stand only when they are not zero."""
    return moment_of(instant).replace(tzinfo=None).isoformat() + "Z"


def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration like PT1H, PT0.5S, P3D, P1M.

    Raises:
        InstantError: it is none.

    """
    found = _DURATION.match(text)
    if not found:
        raise InstantError(f"no duration {text!r}; write like PT1H, PT30S, P3D or P1M")
    part = {
        name: int(digits or 0) for name, digits in found.groupdict().items() if name != "fraction"
    }
    fraction = int((found["fraction"] or "").ljust(6, "0"))
    clock = part["hours"] * HOUR + part["minutes"] * MINUTE + part["seconds"] * SECOND + fraction
    return Duration(12 * part["years"] + part["months"], 7 * part["weeks"] + part["days"], clock)
