"""Service hours, and each month of them day by day."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from slamon.views.hours import HoursLine, HoursMonth
from slamon.web.freshness import Steady
from slamon.web.requests import Read

router = APIRouter(tags=["service hours"], dependencies=[Steady])


@router.get("/hours")
async def hours(reading: Read) -> tuple[HoursLine, ...]:
    """All service hours by id."""
    return reading.service_hours()


@router.get("/hours/{hours}/{month}")
async def month(reading: Read, hours: str, month: str) -> HoursMonth:
    """A month of service hours, e.g. 2026-03: agreed spans, holidays, and days on which clocks are changed."""
    try:
        found = reading.hours_month(hours, month)
    except ValueError:
        raise HTTPException(404, f"{month} is no month; write it like 2026-03.") from None
    if found is None:
        raise HTTPException(404, f"There are no service hours with the id {hours}.")
    return found
