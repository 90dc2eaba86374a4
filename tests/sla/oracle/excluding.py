"""Rules E1 and T5, slot by slot of local time: which announced time is excluded, and which is not (in seconds)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)


class Announced(NamedTuple):
    """A window of planned maintenance: its slots, and when the customer received it and the ledger learned of it."""

    name: str
    begin: int
    end: int
    received: int
    recorded: int
    granted: bool = False


class Clause(NamedTuple):
    """Days of notice beside service hours, slots of agreed time a month, slots in which it is allowed."""

    notice_days: int = 0
    quota: int | None = None
    allowed: Mapping[int, bool] | None = None


class Calendar(NamedTuple):
    """The local date of a slot, the first slot of a date, and whether a date has service hours."""

    date_of: Callable[[int], date]
    midnight: Callable[[date], int]
    serves: Callable[[date], bool]


def notice_ends(received: int, days: int, calendar: Calendar) -> int:
    """Rule T5: after the day of the receipt so many days with service hours, the last one to its end."""
    if not days:
        return received
    day = calendar.date_of(received)
    while days:
        day += DAY
        days -= calendar.serves(day)
    return calendar.midnight(day + DAY)


def stands(window: Announced, clause: Clause, calendar: Calendar) -> bool:
    """Rule E1: in time by its receipt; recorded before it began, or granted."""
    in_time = notice_ends(window.received, clause.notice_days, calendar) <= window.begin
    return in_time and (window.granted or window.recorded <= window.begin)


def excluded(
    windows: Sequence[Announced],
    clause: Clause,
    frozen: Mapping[int, bool],
    agreed: Mapping[int, bool],
    calendar: Calendar,
) -> set[tuple[str, int]]:
    """Give each window with each of its slots that is excluded."""
    standing = [window for window in windows if stands(window, clause, calendar)]
    used: dict[tuple[int, int], int] = {}
    over: set[tuple[int, int]] = set()
    said = set()
    for slot in sorted(agreed):
        asking = [window for window in standing if window.begin <= slot < window.end]
        if not asking or frozen[slot] or not (clause.allowed is None or clause.allowed[slot]):
            continue
        month = calendar.date_of(slot).year, calendar.date_of(slot).month
        if agreed[slot] and used.get(month, 0) == clause.quota:
            over.add(month)
        if month not in over:
            used[month] = used.get(month, 0) + agreed[slot]
            said |= {(window.name, slot) for window in asking}
    return said


def first(many: Sequence[tuple[int, int, str]], slot: int) -> str | None:
    """Of exclusions of the same slot the one that was given first has the effect."""
    return next((effect for begin, end, effect in many if begin <= slot < end), None)
