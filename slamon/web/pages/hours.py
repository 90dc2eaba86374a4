"""Pages of service hours: all of them, and one as a calendar of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from catalogue.instants import format_instant, local_date
from slamon.views.hours import HoursDay
from slamon.web.pages.render import page
from slamon.web.requests import Now, Read

router = APIRouter(include_in_schema=False)

WEEK = 7


@router.get("/hours")
def every(request: Request, reading: Read, now: Now) -> HTMLResponse:
    """All service hours, each with its month of now."""
    return page(request, "hours.html", lines=reading.service_hours(), month=format_instant(now)[:7])


@router.get("/hours/{hours}")
def of_now(request: Request, reading: Read, now: Now, hours: str) -> HTMLResponse:
    """The month of now, on the clock of the service hours."""
    for line in reading.service_hours():
        if line.hours == hours:
            return month(request, reading, hours, f"{local_date(now, line.tz):%Y-%m}")
    raise HTTPException(404)


@router.get("/hours/{hours}/{month}")
def month(request: Request, reading: Read, hours: str, month: str) -> HTMLResponse:
    """One month, a row for each week from Monday on."""
    try:
        found = reading.hours_month(hours, month)
    except ValueError:
        raise HTTPException(404, f"{month} is no month; write it like 2026-03.") from None
    if found is None:
        raise HTTPException(404)
    return page(
        request, "hours_month.html", told=found, weeks=_weeks(found.days), zone=found.line.tz
    )


def _weeks(days: Sequence[HoursDay]) -> list[list[HoursDay | None]]:
    """The days of a month in weeks, with nothing where a week is of another month too."""
    first: dt.date = days[0].date
    cells: list[HoursDay | None] = [None] * first.weekday() + list(days)
    cells += [None] * (-len(cells) % WEEK)
    return [cells[n : n + WEEK] for n in range(0, len(cells), WEEK)]
