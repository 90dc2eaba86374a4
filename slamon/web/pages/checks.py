"""The page of the checks: what costs time or money if nobody looks at it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from slamon.web.pages.render import page
from slamon.web.requests import Now, Read

router = APIRouter(include_in_schema=False)


@router.get("/checks")
def checks(request: Request, reading: Read, now: Now) -> HTMLResponse:
    """All findings, kind by kind."""
    found = reading.checks(now)
    groups = [(kind, found.of(kind)) for kind in found.checked]
    return page(request, "checks.html", told=found, groups=groups)
