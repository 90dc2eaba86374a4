"""The page of the agents: how far each has handed in, and what of it somebody must look at."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from catalogue.instants import format_instant
from slamon.web.pages.render import page
from slamon.web.pages.zones import OF_THE_LEDGER
from slamon.web.requests import Now, Read, house_of, then_of

router = APIRouter(include_in_schema=False)


@router.get("/agents")
def shown(request: Request, reading: Read, now: Now) -> HTMLResponse:
    """Every agent with its alarms, what each said of itself last, and the batches that were set aside."""
    heard = house_of(request).heard() if then_of(request) is None else {}
    agents = reading.agents(now)
    ours = {line.agent for line in agents}
    return page(
        request,
        "agents.html",
        agents=agents,
        # Under names of no agent anybody may knock.
        heard=[line for line in heard.values() if line.at or line.agent in ours],
        now=format_instant(now),
        aside=reading.quarantine(),
        zone=OF_THE_LEDGER,
    )
