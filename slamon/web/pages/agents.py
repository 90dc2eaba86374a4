"""The page of the agents: how far each has handed in, and what of it somebody must look at."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from slamon.web.pages.render import page
from slamon.web.pages.zones import OF_THE_LEDGER
from slamon.web.requests import Now, Read

router = APIRouter(include_in_schema=False)


@router.get("/agents")
def agents(request: Request, reading: Read, now: Now) -> HTMLResponse:
    """Every agent with its alarms, and the batches that were set aside."""
    return page(
        request,
        "agents.html",
        agents=reading.agents(now),
        aside=reading.quarantine(),
        zone=OF_THE_LEDGER,
    )
