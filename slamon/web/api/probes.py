"""Probes one by one: what came of a slot, why nothing is known of it, and what is seen now."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request

from catalogue.instants import InstantError, parse_instant
from slamon.views.slottold import SlotTold
from slamon.web.asking import AskedNow
from slamon.web.freshness import Moving
from slamon.web.requests import ApiActor, Now, Read, ask_now

router = APIRouter(tags=["operations"])


@router.get("/probes/{probe}/slots/{instant}", dependencies=[Moving])
def slot(
    reading: Read, now: Now, probe: str, instant: str, location: str | None = None
) -> SlotTold:
    """The slot of a probe due last by an instant: one cause for each place, and what objectives count it as."""
    try:
        found = reading.slot(probe, parse_instant(instant), now, location)
    except InstantError as wrong:
        raise HTTPException(422, f"{wrong}.") from None
    if found is None:
        raise HTTPException(404, f"There is no probe {probe}.")
    return found


@router.post("/probes/{probe}/ask")
def ask(request: Request, probe: str, actor: ApiActor) -> AskedNow:
    """Ask a probe of the catalogue now: once a minute at most. Nothing is recorded, and it counts for nothing."""
    return ask_now(request, probe, actor)
