"""The page of a slot: what came of an instant at which a probe was due, and why."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from catalogue.instants import InstantError, format_instant, parse_instant
from slamon.views.slottold import Cause
from slamon.web.pages.render import page
from slamon.web.pages.zones import Zones
from slamon.web.requests import Now, Read

router = APIRouter(include_in_schema=False)

BADGES: dict[Cause, str] = {
    "recorded": "good",
    "corrected": "warn",
    "voided": "warn",
    "not_vouched": "warn",
    "quarantined": "bad",
    "not_started": "bad",
    "silent": "bad",
    "lost": "bad",
}
"""How much a cause asks to be looked at; of others there is nothing to be done."""


@router.get("/probes/{probe}/slots")
def asked_for(now: Now, probe: str, at: str = "") -> RedirectResponse:
    """The slot of an instant that was typed; that of now where nothing was."""
    instant = _instant(at) if at.strip() else now
    named = quote(format_instant(instant), safe=":")
    return RedirectResponse(f"/probes/{quote(probe, safe='')}/slots/{named}", 303)


@router.get("/probes/{probe}/slots/{instant}")
def slot(request: Request, reading: Read, now: Now, probe: str, instant: str) -> HTMLResponse:
    """What came of the slot due last by an instant, place by place, and what each objective made of it."""
    found = reading.slot(probe, _instant(instant), now)
    if found is None:
        raise HTTPException(404)
    zone = Zones.of(reading.agreements(now)).service(found.service)
    return page(request, "slot.html", slot=found, badges=BADGES, zone=zone)


def _instant(text: str) -> int:
    try:
        return parse_instant(text.strip())
    except InstantError as wrong:
        raise HTTPException(422, str(wrong)) from None
