"""Instants as options: what form they take, and which option one that cannot be read was given to."""

from __future__ import annotations

from catalogue.instants import InstantError, parse_instant
from slamon.cli.terminal import USAGE, fail

ABSOLUTE = (
    "ISO 8601 with its offset, no local time, like 2026-02-01T08:00:00Z or 2026-02-01T09:00+01:00"
)


def absolute(option: str, text: str) -> int:
    """Read an instant (µs) that belongs to no agreement: there is no clock to read a local time on.

    Raises:
        Exit: as wrong usage, it is none, or has no offset; what is said names the option and the form.

    """
    try:
        return parse_instant(text)
    except InstantError as wrong:
        fail(f"{option}: {wrong}; a local time is not accepted here", USAGE)
