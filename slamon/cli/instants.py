"""Instants as options: what form they take, and which option one that cannot be read was given to."""

from __future__ import annotations

from catalogue.instants import InstantError, parse_instant

ABSOLUTE = (
    "ISO 8601 with its offset, no local time, like 2026-02-01T08:00:00Z or 2026-02-01T09:00+01:00"
)


def absolute(option: str, text: str) -> int:
    """Read an instant (µs) that belongs to no agreement: there is no clock to read a local time on.

    Raises:
        InstantError: it is none, or has no offset; the message names the option and the form.

    """
    try:
        return parse_instant(text)
    except InstantError as wrong:
        message = f"{option}: {wrong}; a local time is not accepted here"
        raise InstantError(message) from None
