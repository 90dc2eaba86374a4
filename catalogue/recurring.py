"""Due days that recur."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from catalogue.instants import InstantError, parse_duration
from catalogue.shifting import months_after


def occurrences(first: date, every: str | None, until: date) -> Iterator[date]:
    """Give the due days up to and including a day, each counted from the first so that none drifts.

    31 January every month is the last day of February, then 31 March.

    Raises:
        InstantError: the rule is no duration of days or months.

    """
    if every is None:
        yield from [first] if first <= until else []
        return
    length = parse_duration(every)
    if length.us or not (length.months or length.days):
        raise InstantError(f"due days cannot recur every {every}; write months or days, like P3M")
    count, day = 0, first
    while day <= until:
        yield day
        count += 1
        day = months_after(first, count * length.months) + timedelta(days=count * length.days)
