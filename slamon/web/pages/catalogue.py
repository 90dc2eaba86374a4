"""Pages of the catalogue."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from slamon.web.pages.acts import acts_of
from slamon.web.pages.render import page
from slamon.web.paging import Asked
from slamon.web.requests import Read

router = APIRouter(include_in_schema=False)


@router.get("/catalogue")
def catalogue(
    request: Request, reading: Read, asked: Asked, kind: str | None = None
) -> HTMLResponse:
    """Records by kind and id, a page at a time."""
    key = asked.word(2)
    lines = reading.records(kind, (key[0], key[1]) if key else None, asked.probe)
    found = asked.page(lines, lambda line: (line.kind, line.id))
    return page(request, "catalogue.html", records=found.items, next=found.next, kind=kind)


@router.get("/catalogue/{kind}/{record}")
def record(request: Request, reading: Read, kind: str, record: str) -> HTMLResponse:
    """One whole record: versions of its terms, lifecycle, what is not yet interpreted."""
    found = reading.record(kind, record)
    if found is None:
        raise HTTPException(404)
    counts = reading.results(record) if kind == "probe" else ()
    newest = max((line.last_day for line in counts), default=None)
    return page(
        request,
        "record.html",
        kind=kind,
        id=record,
        record=found,
        newest=newest,
        acts=acts_of(kind),
        steps=reading.biography(kind, record),
        versions=reading.compared(kind, record),
    )
