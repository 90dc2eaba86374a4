"""As known at: what people copy from a page or a log, read as it is meant."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from catalogue.instants import InstantError

NUMBER: Final = re.compile(r"(@?)([0-9]+|[0-9]{1,3}(?:\s[0-9]{3})+)")
INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt\s].+", re.DOTALL)
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")


def as_meant(asked: str) -> str:
    """What was pasted, as it is otherwise written: `@4 616`, as pages group digits, is `@4616`; `t` and `z` are large.

    Raises:
        InstantError: it is a number without the sign of a position, or of a day that does not exist.

    """
    asked = asked.strip()
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
