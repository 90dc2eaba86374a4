"""Cells of a file read exactly: instants, minutes and numbers; what can be read in two ways is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from catalogue.instants import (
    MINUTE,
    InstantError,
    format_instant,
    instant_of,
    moment_of,
    parse_instant,
    zone,
)

V = TypeVar("V")

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PRINTED = re.compile(r"(?P<day>[0-9]{1,2})[ -](?P<month>[A-Za-z]{3})[ -](?P<year>[0-9]{4})")

_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_MINUTES = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")
_COMMA = re.compile(r"-?[0-9]+,[0-9]+")


class CellError(ValueError):
    """A cell does not hold what its column should; the message says how it should look."""


def instant(text: str, tz: str | None, now: int) -> int:
    """Read an instant (µs) that was shown on some clock and is over at `now`.

    Raises:
        CellError: it is none; the clocks of the zone never showed it, or showed it twice; or it has not come yet.

    """
    try:
        at = parse_instant(text, tz)
    except InstantError as wrong:
        raise CellError(str(wrong)) from None
    except OverflowError:
        message = f"{text!r} lies outside the calendar"
        raise CellError(message) from None
    if tz is not None and not _has_offset(text):
        _refuse_change_of_clocks(text, at, tz)
    if at > now:
        told = f"it is {format_instant(now)} now; correct the row, or the zone of its source"
        message = f"{text!r} lies in the future: {told}"
        raise CellError(message)
    return at


def moment(text: str, tz: str | None, now: int) -> int:
    """Read an instant that is not only a date.

    Raises:
        CellError: as `instant`, or it has no time of day.

    """
    if _is_date(text):
        message = f"{text!r} has no time of day; write like {text}T08:00"
        raise CellError(message)
    return instant(text, tz, now)


def _has_offset(text: str) -> bool:
    try:
        parse_instant(text)
    except InstantError:
        return False
    return True


def _refuse_change_of_clocks(text: str, at: int, tz: str) -> None:
    """Refuse a local time that the clocks of a zone left out, or showed twice."""
    local = moment_of(parse_instant(text, "UTC")).replace(tzinfo=None)
    if moment_of(at).astimezone(zone(tz)).replace(tzinfo=None) != local:
        message = f"{text!r} did not exist in {tz}, where the clocks went forward; write it with its offset"
        raise CellError(message)
    if instant_of(local.replace(tzinfo=zone(tz), fold=1)) != at:
        message = (
            f"{text!r} came twice in {tz}, where the clocks went back; write it with its offset"
        )
        raise CellError(message)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def day(text: str) -> date:
    """Read a date like 2026-03-01, or as the United Nations Treasury prints it: 1 Mar 2026.

    Raises:
        CellError: it is none.

    """
    printed = _PRINTED.fullmatch(text)
    try:
        if printed:
            month = MONTHS.index(printed["month"].capitalize()) + 1
            return date(int(printed["year"]), month, int(printed["day"]))
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        message = f"there is no day {text!r}"
        raise CellError(message) from None
    message = f"{text!r} is no date; write like 2026-03-01"
    raise CellError(message)


def minutes(text: str) -> int:
    """Read minutes, whole or with a decimal point, as µs.

    Raises:
        CellError: they are none, or fewer than none.

    """
    _refuse_comma(text)
    if text.startswith("-"):
        message = f"{text!r} is negative; a pause lasts 0 minutes or more"
        raise CellError(message)
    if not _MINUTES.fullmatch(text):
        message = f"{text!r} is no number of minutes; write like 90 or 7.5"
        raise CellError(message)
    return int(Decimal(text) * MINUTE)


def number(text: str) -> str:
    """Read an exact decimal number; its text is kept.

    Raises:
        CellError: it is none.

    """
    _refuse_comma(text)
    if not _NUMBER.fullmatch(text):
        message = f"{text!r} is no decimal number; write like 20 or 4.5"
        raise CellError(message)
    return text


def _refuse_comma(text: str) -> None:
    if _COMMA.fullmatch(text):
        message = f"{text!r} has a decimal comma; write {text.replace(',', '.')}"
        raise CellError(message)


def optional(read: Callable[[str], V], text: str) -> V | None:
    """Read a cell that may be empty."""
    return read(text) if text else None
