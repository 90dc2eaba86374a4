"""What was observed: stretches of equal results, and the outages they add up to."""

from __future__ import annotations

from fastapi import APIRouter

from slamon.views.answers import (
    OutageLine,
)
from slamon.views.results import ObservationLine
from slamon.web.freshness import Moving, Steady
from slamon.web.paging import Asked, Key, Page
from slamon.web.requests import Now, Read

router = APIRouter(tags=["observations"])


@router.get("/observations", dependencies=[Steady])
async def observations(
    reading: Read, asked: Asked, check: str | None = None, service: str | None = None
) -> Page[ObservationLine]:
    """Stretches of equal results by day, check, location and first instant."""
    lines = reading.observations(check, service, asked.day_word(4), asked.probe)
    return asked.page(lines, _observation_key)


@router.get("/outages", dependencies=[Moving])
def outages(reading: Read, now: Now, asked: Asked, service: str | None = None) -> Page[OutageLine]:
    """Outages by beginning, agreement and objective."""
    key = asked.word(3)
    lines = reading.outages(service, " ".join(key) if key else None, asked.probe, now)
    return asked.page(lines, _outage_key)


def _observation_key(line: ObservationLine) -> Key:
    return line.day, line.check, line.location, line.first_at


def _outage_key(line: OutageLine) -> Key:
    return line.from_, line.agreement, line.objective
