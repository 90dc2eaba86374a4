"""Instants as the clock of this machine shows them, where a fact belongs to no zone of its own."""

from __future__ import annotations

from datetime import datetime

from catalogue.instants import moment_of, parse_instant

UTC = "UTC"


def local(iso: str) -> datetime:
    """An instant of an answer in the zone of this machine."""
    return moment_of(parse_instant(iso)).astimezone()


def zone_at(iso: str) -> str:
    """The zone as it is at an instant: `CET (UTC+01:00)`."""
    here = local(iso)
    return f"{here:%Z} (UTC{here.isoformat()[-6:]})" if here.utcoffset() else UTC


def told(iso: str) -> str:
    """Date, clock and zone, cut off at the millisecond."""
    here = local(iso)
    return f"{here:%Y-%m-%d} {_clock(here)} {here:%Z}"


def clock(iso: str, beside: str, *, whole: bool = False) -> str:
    """The clock alone, in `whole` seconds if asked; before it the date, if not that of the instant beside it."""
    here = local(iso)
    shown = f"{here:%H:%M:%S}" if whole else _clock(here)
    return shown if here.date() == local(beside).date() else f"{here:%Y-%m-%d} {shown}"


def _clock(here: datetime) -> str:
    whole = f"{here:%H:%M:%S}"
    return f"{whole}.{here.microsecond // 1000:03}" if here.microsecond else whole
