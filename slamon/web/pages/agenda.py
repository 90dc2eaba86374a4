"""Pages of what parties have before them, and the same as a feed for calendars."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from catalogue.instants import moment_of
from slamon.views.agenda import Agenda
from slamon.web.feeds import page_of, written
from slamon.web.pages.render import page
from slamon.web.requests import Now, Read, language_of

router = APIRouter(include_in_schema=False)


@router.get("/agenda")
def parties(request: Request, reading: Read) -> HTMLResponse:
    """The parties that have something before them."""
    return page(request, "agendas.html", parties=reading.parties())


@router.get("/agenda/{party}.ics")
def feed(request: Request, reading: Read, now: Now, party: str) -> Response:
    """The agenda of a party as a calendar file, in a language."""
    found = _found(reading, party, now)
    content = written(language_of(request), found, moment_of(now), str(request.base_url))
    return Response(content, media_type="text/calendar; charset=utf-8")


@router.get("/agenda/{party}")
def agenda(request: Request, reading: Read, now: Now, party: str) -> HTMLResponse:
    """The agenda of a party."""
    found = _found(reading, party, now)
    return page(
        request, "agenda.html", told=found, items=[(item, page_of(item)) for item in found.items]
    )


def _found(reading: Read, party: str, now: int) -> Agenda:
    found = reading.agenda(party, now)
    if found is None:
        raise HTTPException(404)
    return found
