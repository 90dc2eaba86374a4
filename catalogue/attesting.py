"""Which periods an attestation is about: one by which its party is asked again and again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalogue.instants import InstantError
from catalogue.periods import Period, Unit, parse_period, period_at

UNITS: Mapping[str, Unit] = {
    "P1D": "day",
    "P7D": "week",
    "P1W": "week",
    "P1M": "month",
    "P3M": "quarter",
    "P12M": "year",
    "P1Y": "year",
}


def unit_of(every: str) -> Unit:
    """The unit of the periods of an attestation.

    Raises:
        InstantError: the duration is that of no period of the calendar.

    """
    unit = UNITS.get(every)
    if unit is None:
        message = f"every {every} is no period of the calendar; write one of {', '.join(UNITS)}"
        raise InstantError(message)
    return unit


def named(every: str, label: str, tz: str) -> Period:
    """The period of a label such as 2026-02.

    Raises:
        InstantError: it names none, or one of another length.

    """
    period, unit = parse_period(label, tz), unit_of(every)
    if period.unit != unit:
        message = f"{label} is a {period.unit}, and every {unit} is asked about"
        raise InstantError(message)
    return period


def asked_since(every: str, since: int, now: int, tz: str) -> Iterator[Period]:
    """The periods that had begun by `now`, from the one of `since` on (µs).

    Raises:
        InstantError: the duration is that of no period of the calendar.

    """
    period = period_at(unit_of(every), since, tz)
    while period.begin <= now:
        yield period
        period = period.next()
