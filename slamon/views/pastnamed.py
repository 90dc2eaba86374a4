"""As known at: what people write for a past instant or position, and what is said of it when it names none."""

from __future__ import annotations

from datetime import date

from catalogue.instants import InstantError, parse_instant

A_POSITION = "a position is written like @12345"


def well_named(asked: str) -> str:
    """What was written, if it names an instant with its offset, or begins like a position.

    A day is refused rather than read as its end: the end of a day is another instant in every zone.

    Raises:
        InstantError: it does not; the message says how it is written.

    """
    if asked.startswith("@"):
        return asked
    if not asked.strip():
        raise InstantError(f"no instant is named; write like 2026-02-01T08:00:00Z, {A_POSITION}")
    if asked.isdecimal():
        raise InstantError(f"no instant {asked!r}; {A_POSITION}")
    if _is_day(asked):
        raise InstantError(
            f"{asked!r} is a whole day; write an instant of it with its offset, "
            f"like {asked}T08:00:00Z or {asked}T08:00:00+01:00"
        )
    try:
        parse_instant(asked)
    except InstantError as wrong:
        raise InstantError(f"{wrong}; {A_POSITION}") from None
    return asked


def _is_day(asked: str) -> bool:
    try:
        return date.fromisoformat(asked).isoformat() == asked
    except ValueError:
        return False
