"""The page behind a figure: every stretch of the period with its class, rule, clause and facts."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from slamon.web.pages.render import page
from slamon.web.requests import Now, Read, judged

router = APIRouter(include_in_schema=False)


@router.get("/agreements/{agreement}/periods/{label}/{objective}/explained")
def explained(
    request: Request, reading: Read, now: Now, agreement: str, label: str, objective: str
) -> HTMLResponse:
    """What the figure of one objective rests on."""
    held = reading.agreement(agreement, now)
    if held is None or judged(reading, agreement, label, now) is None:
        raise HTTPException(404)
    found = reading.explain(agreement, label, now, objective)
    if found is None:
        raise HTTPException(404)
    (figure,) = found.objectives
    names = {each.judgement.objective: each.service_name for each in held.objectives}
    return page(
        request,
        "explained.html",
        agreement=held,
        explanation=found,
        zone=found.period.tz,
        figure=figure,
        service_name=names.get(objective, figure.service),
    )
