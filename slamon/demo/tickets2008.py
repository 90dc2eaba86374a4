"""The tickets of 2008: a generated file as a service desk would have handed it in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

SOURCE = "imp-unv-tickets"
FILE = "simulated-tickets-2008.csv"
HEADER = "id,opened_at,responded_at,resolved_at,priority,on_hold_min"

MONTHS = (6, 7, 8, 9, 10, 11)
PRIORITIES = ("P1",) * 6 + ("P2",) * 9 + ("P3",) * 5
HOLIDAYS = ("P1",) * 4 + ("P2",) * 6 + ("P3",) * 4  # August: too few urgent ones to be judged
FIRST_DAY, LAST_DAY = 4, 27
SATURDAY = 5
OPENS, CLOSES = (
    8 * 60 + 5,
    13 * 60,
)  # minutes of the day; what is opened then can be solved on the same day
ANSWERED = {"P1": (3, 50), "P2": (10, 150), "P3": (20, 280)}  # minutes after the opening
SOLVED = {"P1": (10, 190), "P2": (20, 120), "P3": (5, 60)}  # minutes after the answer

# What calendars are for: nights, weekends and the customer's own time do not count.
STAGED = (
    "SIM-2008-06-N,2008-06-12T23:10,2008-06-13T08:20,2008-06-13T09:40,P1,0",
    "SIM-2008-09-W,2008-09-19T16:30,2008-09-19T17:10,2008-09-22T11:00,P2,0",
    "SIM-2008-10-C,2008-10-07T09:00,2008-10-07T09:30,2008-10-09T12:00,P2,960",
    "SIM-2008-11-L,2008-11-11T09:00,2008-11-11T10:15,2008-11-12T16:00,P2,0",
)
"""By night; over a weekend; 16 hours of waiting for the user; too late, and the only one."""


def tickets() -> str:
    """Write the file: CSV, instants on the clock of Bonn."""
    drawn = (row for month in MONTHS for row in _month(month))
    return "\n".join([HEADER, *sorted([*drawn, *STAGED], key=_opened), ""])


def _opened(row: str) -> str:
    return row.split(",")[1]


def _month(month: int) -> Iterator[str]:
    draw = Random(f"tickets 2008 {month}")  # noqa: S311
    few = month == 8  # noqa: PLR2004 - August
    for number, priority in enumerate(_shuffled(draw, HOLIDAYS if few else PRIORITIES), 1):
        opened = _working_day(draw, month) + timedelta(minutes=draw.randint(OPENS, CLOSES))
        answered = opened + timedelta(minutes=draw.randint(*ANSWERED[priority]))
        solved = answered + timedelta(minutes=draw.randint(*SOLVED[priority]))
        at = ",".join(each.isoformat(timespec="minutes") for each in (opened, answered, solved))
        yield f"SIM-2008-{month:02}-{number:02},{at},{priority},0"


def _shuffled(draw: Random, priorities: Sequence[str]) -> Sequence[str]:
    return draw.sample(priorities, k=len(priorities))


def _working_day(draw: Random, month: int) -> datetime:
    days = (datetime(2008, month, day) for day in range(FIRST_DAY, LAST_DAY + 1))  # noqa: DTZ001 - local
    return draw.choice([day for day in days if day.weekday() < SATURDAY])
