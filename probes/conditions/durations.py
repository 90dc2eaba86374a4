"""Durations as text (`P7D`, `PT0.5S`; ISO 8601 without years and months, whose lengths differ), in µs."""

from __future__ import annotations

import re

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_WRITTEN = re.compile(
    r"P(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})(?:\.(\d{1,6}))?S)?)?",
    re.ASCII,
)


def duration_said(length: int) -> str:
    """Write a length in µs, at least 0."""
    days, rest = divmod(length, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, fraction = divmod(rest, SECOND)
    exact = f"{seconds}.{fraction:06d}".rstrip("0") if fraction else f"{seconds}"
    parts = [(hours, f"{hours}H"), (minutes, f"{minutes}M"), (seconds or fraction, f"{exact}S")]
    clock = "".join(said for value, said in parts if value)
    if not days and not clock:
        return "PT0S"
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


def read_duration(text: str) -> int:
    """Read a length in µs.

    Raises:
        ValueError: it is none.

    """
    found = _WRITTEN.fullmatch(text)
    if found is None or text == "P":
        message = f"{text} is no duration such as P7D, PT1H30M or PT0.5S"
        raise ValueError(message)
    days, hours, minutes, seconds, fraction = found.groups()
    whole = int(days or 0) * DAY + int(hours or 0) * HOUR + int(minutes or 0) * MINUTE
    return whole + int(seconds or 0) * SECOND + int((fraction or "").ljust(6, "0"))
