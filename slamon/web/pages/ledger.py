"""Pages of the ledger: where it stands, and one fact of it."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from slamon.web.pages.render import page
from slamon.web.requests import Read

router = APIRouter(include_in_schema=False)

DIGITS = 18  # longer numbers do not fit into the ledger's file


@router.get("/ledger")
def ledger(request: Request, reading: Read) -> HTMLResponse:
    """Where the ledger and its views stand."""
    return page(request, "ledger.html", ledger=reading.ledger())


@router.get("/ledger/{position}")
def fact(request: Request, reading: Read, position: str) -> HTMLResponse:
    """The fact at one position, with its envelope."""
    number = position.isascii() and position.isdecimal() and len(position) <= DIGITS
    found = reading.fact(int(position)) if number else None
    if found is None:
        raise HTTPException(404)
    return page(request, "fact.html", fact=found)
