"""The year 2008 of the demonstration: what went wrong under `sla-unv-2008`, what was announced, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from catalogue.instants import MINUTE, at_clock, parse_instant
from slamon.app.exclusions import Asked
from slamon.demo.history import Historian
from slamon.demo.troubles import (
    BANNER,
    CONTROL,
    DNS,
    GATEWAY,
    MAIL,
    NO_DATA,
    NXDOMAIN,
    REFUSED,
    TIMEOUT,
    TZ,
    Sign,
    Trouble,
    dates,
    gaps,
    lone,
    months_of,
)

AGREEMENT = "sla-unv-2008"
INSIDE, OUTSIDE = "loc-bonn", "loc-outside"
BEGIN, END = at_clock(date(2008, 6, 1), 0, TZ), at_clock(date(2008, 12, 1), 0, TZ)

CLOSED_BY_THE_REVIEWER = ("2008-06", "2008-07", "2008-08", "2008-09", "2008-10")
"""November is left to close by itself."""
RESTATED = "2008-09"

BREACH = f"{AGREEMENT}.o1.2008-10"
UPHELD = (
    "Three outages on working days, seen from both places: 63.5 of 12,600 agreed minutes."
    " The figure lies below 99.50 %, however little (simulated)."
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A window that the provider announced, its id, and why the reviewer granted what was recorded so much later."""

    exclusion: str
    asked: Asked
    granted: str


def _letter(day: str, begin: str, end: str, *, received: str, reason: str, granted: str) -> Letter:
    asked = Asked(
        clause="x1",
        services=("svc-campus-network",),
        begin=f"{day}T{begin}",
        end=f"{day}T{end}",
        received_at=received,
        evidence="letter, stamped when it was received (simulated)",
        reason=f"{reason} (simulated)",
    )
    return Letter(f"x1-{day}", asked, f"{granted} (simulated)")


LETTERS = (
    _letter(
        "2008-07-25",
        "14:00",
        "16:00",
        received="2008-07-17T10:20",
        reason="exchange of the power supply of the gateway",
        granted="received in time, recorded later from the file of letters",
    ),
    _letter(
        "2008-08-22",
        "14:00",
        "15:00",
        received="2008-08-20T16:40",
        reason="new software for the gateway",
        granted="recorded later from the file of letters; that is granted, the notice cannot be",
    ),
    _letter(
        "2008-11-28",
        "14:00",
        "16:00",
        received="2008-11-18T09:05",
        reason="new cables in the server room",
        granted="recorded later from the file of letters; that is granted, the freeze stands",
    ),
)
FOUND_LATER = _letter(
    "2008-09-12",
    "14:00",
    "15:30",
    received="2008-09-04T11:30",
    reason="exchange of the core switch",
    granted="received in time; the letter was found after the month was closed",
)
"""It came to light after September was closed in breach, and restates it."""

STAGED: tuple[tuple[str, str, str, str, Sign], ...] = (
    ("2008-06-11", "21:10", "21:45", GATEWAY, TIMEOUT),
    ("2008-06-18", "11:20", "11:32", DNS, NXDOMAIN),
    ("2008-07-03", "10:15", "10:23", DNS, NO_DATA),
    ("2008-07-09", "09:40", "09:55", MAIL, REFUSED),
    ("2008-07-25", "14:10", "15:25", GATEWAY, REFUSED),
    ("2008-08-13", "04:30", "05:10", DNS, NO_DATA),
    ("2008-08-22", "14:05", "14:45", GATEWAY, REFUSED),
    ("2008-09-12", "14:03", "15:13", GATEWAY, TIMEOUT),
    ("2008-09-17", "15:20", "15:29", GATEWAY, REFUSED),
    ("2008-09-23", "10:10", "10:35", MAIL, BANNER),
    ("2008-10-14", "09:12", "09:50", GATEWAY, TIMEOUT),
    ("2008-10-16", "14:05", "14:20", DNS, NXDOMAIN),
    ("2008-10-28", "11:30", "11:42", GATEWAY, REFUSED),
    ("2008-11-05", "19:20", "20:00", MAIL, REFUSED),
    ("2008-11-28", "14:20", "14:55", GATEWAY, REFUSED),
)
"""Local day, from, to, probe, and what was seen, from both places."""
LINE_DOWN = "2008-08-05", "10:00", "10:40"
"""The line of the outside place: its control probe fails with all others, which says nothing about the services."""


def _troubles(place: str, probe: str, begin: int, end: int) -> Sequence[Trouble]:
    """List what an agent at a place saw of a probe; what is staged covers what is drawn."""
    found = [each for day in dates(begin, end) for each in lone(probe, day, place)]
    found += [each for month in months_of(begin, end) for each in gaps(month, place)]
    found += [_staged(day, at, upto, sign) for day, at, upto, of, sign in STAGED if of == probe]
    found += [_staged(*LINE_DOWN, TIMEOUT)] if place == OUTSIDE else []
    return found


def _staged(day: str, begin: str, end: str, sign: Sign) -> Trouble:
    return Trouble(parse_instant(f"{day}T{begin}", TZ), parse_instant(f"{day}T{end}", TZ), sign)


PROBES = (CONTROL, DNS, GATEWAY, MAIL)
HISTORIANS = tuple(
    Historian(
        agent=f"agent-history-2008-{name}",
        location=place,
        begin=BEGIN,
        end=END,
        went_wrong=partial(_troubles, place),
        stagger=stagger,
    )
    # Half a minute apart, two places see the edges of an outage twice as finely as one.
    for name, place, stagger in (("bonn", INSIDE, 0), ("outside", OUTSIDE, MINUTE // 2))
)
