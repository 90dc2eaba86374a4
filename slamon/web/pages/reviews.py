"""Pages of the review: the board of recommendations, and each with what realises it."""

from __future__ import annotations

from typing import get_args

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from slamon.views.register import Filter, filtered
from slamon.web.pages.render import page
from slamon.web.requests import Now, Read
from slamon.web.texts import available, language

router = APIRouter(include_in_schema=False)


@router.get("/recommendations")
def recommendations(
    request: Request, reading: Read, now: Now, only: Filter | None = None
) -> HTMLResponse:
    """All recommendations, steps and uncovered points, or some of the recommendations."""
    told = reading.register(now)
    counts = {each: len(filtered(told.recommendations, each)) for each in get_args(Filter)}
    return page(
        request,
        "recommendations.html",
        tongues={code: language(code)("language.name") for code in available()},
        told=told,
        lines=filtered(told.recommendations, only),
        only=only,
        counts=counts,
    )


@router.get("/recommendations/{recommendation}")
def recommendation(request: Request, reading: Read, now: Now, recommendation: str) -> HTMLResponse:
    """One recommendation with its steps and what realises it."""
    for line in reading.register(now).recommendations:
        if line.recommendation == recommendation:
            return page(request, "recommendation.html", line=line)
    raise HTTPException(404)
