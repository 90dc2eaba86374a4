"""Pages of the ledger: where it stands, and one fact of it."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from slamon.views.told import FactInFull
from slamon.web.pages.render import page
from slamon.web.pages.zones import OF_THE_LEDGER
from slamon.web.requests import Read, house_of, language_of

router = APIRouter(include_in_schema=False)

DIGITS = 18  # longer numbers do not fit into the ledger's file


@router.get("/ledger")
def ledger(request: Request, reading: Read) -> HTMLResponse:
    """Where the ledger and its views stand."""
    return page(request, "ledger.html", ledger=reading.ledger(), zone=OF_THE_LEDGER)


@router.get("/ledger/{position}")
def fact(request: Request, reading: Read, position: str) -> HTMLResponse:
    """The fact at one position, with its envelope; a batch as a person reads it."""
    if not (position.isascii() and position.isdecimal() and len(position) <= DIGITS):
        raise HTTPException(404)
    found = reading.fact(int(position))
    if found is None:
        raise HTTPException(404, _none_at(request, reading, int(position)))
    return page(request, "fact.html", fact=found, content=_content(found), zone=OF_THE_LEDGER)


def _none_at(request: Request, reading: Read, position: int) -> str:
    last = reading.ledger().position
    key = "fact.none" if position > last else "fact.gap"
    if position > last and house_of(request).reading.fact(position):
        key = "fact.not_yet"
    return language_of(request)(key, position=position, last=last)


def _content(found: FactInFull) -> object:
    """What a fact says, without the bytes of a batch that was set aside."""
    said = found.content
    if found.fact.startswith("batch-quarantined/") and isinstance(said, dict):
        return {key: value for key, value in said.items() if key != "content"}
    return said
