"""What parties have before them."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from slamon.views.agenda import Agenda
from slamon.web.freshness import Moving
from slamon.web.requests import Now, Read

router = APIRouter(tags=["commitments"], dependencies=[Moving])


@router.get("/agenda/{party}")
async def agenda(reading: Read, now: Now, party: str) -> Agenda:
    """Due days, reviews, ends of agreements and announced maintenance that concern a party, the earliest first."""
    found = reading.agenda(party, now)
    if found is None:
        raise HTTPException(404, f"There is no party with the id {party}.")
    return found
