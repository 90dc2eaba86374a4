"""As known at: what people write for a past instant or position, and what is said of it when it names none."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from catalogue.instants import InstantError, parse_instant

A_POSITION = "a position is written like @12345"
NUMBER: Final = re.compile(r"(@?)([0-9]+|[0-9]{1,3}(?:\s[0-9]{3})+)")
INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt\s].+", re.DOTALL)
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")


def well_named(asked: str) -> str:
    """What was written, as it is meant, if it names an instant with its offset, or begins like a position.

    `@4 616`, as pages group digits, is `@4616`; `t` and `z` are large.
    A day is refused rather than read as its end: the end of a day is another instant in every zone.

    Raises:
        InstantError: it does not; the message says how it is written.

    """
    asked = _as_meant(asked.strip())
    if asked.startswith("@"):
        return asked
    if not asked:
        raise InstantError(f"no instant is named; write like 2026-02-01T08:00:00Z, {A_POSITION}")
    if DAY.fullmatch(asked):
        raise InstantError(
            f"{asked!r} is a whole day; write an instant of it with its offset, "
            f"like {asked}T08:00:00Z or {asked}T08:00:00+01:00"
        )
    try:
        parse_instant(asked)
    except InstantError as wrong:
        raise InstantError(f"{wrong}; {A_POSITION}") from None
    return asked


def _as_meant(asked: str) -> str:
    if found := NUMBER.fullmatch(asked):
        return _position(*found.groups())
    if (day := DAY.match(asked)) and not _exists(day.group()):
        raise InstantError(f"the day {day.group()} does not exist")
    return asked.upper() if INSTANT.fullmatch(asked) else asked  # as RFC 3339, 5.6 allows


def _position(sign: str, number: str) -> str:
    digits = "".join(number.split())
    if not sign:
        raise InstantError(f"no instant {digits!r}; a position is written like @{digits}")
    return f"@{digits}"


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
