"""The catalogue: records as the documents state them."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from slamon.views.answers import RecordLine
from slamon.web.freshness import Steady
from slamon.web.paging import Asked, Page
from slamon.web.requests import Read

router = APIRouter(tags=["catalogue"])


@router.get("/catalogue", dependencies=[Steady])
async def records(reading: Read, asked: Asked, kind: str | None = None) -> Page[RecordLine]:
    """Records by kind and id."""
    key = asked.word(2)
    lines = reading.records(kind, (key[0], key[1]) if key else None, asked.probe)
    return asked.page(lines, lambda line: (line.kind, line.id))


@router.get("/catalogue/{kind}/{record}", dependencies=[Steady])
async def whole_record(reading: Read, kind: str, record: str) -> dict[str, object]:
    """A whole record: versions of its terms, lifecycle, and what is not yet interpreted."""
    found = reading.record(kind, record)
    if found is None:
        raise HTTPException(404, f"There is no {kind} with the id {record}.")
    return found
