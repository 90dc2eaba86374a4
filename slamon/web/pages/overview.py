"""The first page: how things stand, at a glance."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from slamon.views.answers import AgreementSummary, Overview
from slamon.web import ranking
from slamon.web.pages.render import page
from slamon.web.requests import Now, Read

router = APIRouter(include_in_schema=False)


@router.get("/")
def overview(request: Request, reading: Read, now: Now) -> HTMLResponse:
    """Open breaches and current outages first, then agreements, then services."""
    found = reading.overview(now)
    judged = [line for line in ranking.agreements(found.agreements) if line.objectives]
    return page(
        request,
        "overview.html",
        overview=found,
        counts=_counts(found),
        lasting=[line for line in found.outages if line.to is None],
        ended=[line for line in found.outages if line.to is not None],
        judged=judged,
        others=[line for line in ranking.agreements(found.agreements) if not line.objectives],
        measured=[line for line in ranking.services(found.services) if line.measured],
        unmeasured=[line for line in ranking.services(found.services) if not line.measured],
        zones=zones(found.agreements),
    )


def zones(agreements: tuple[AgreementSummary, ...]) -> dict[str, str]:
    """The zone in which each agreement counts its periods."""
    return {line.agreement: line.period.tz for line in agreements if line.period}


def _counts(found: Overview) -> dict[str, int]:
    measured = [line for line in found.services if line.measured]
    verdicts = [
        status.judgement.state
        for line in found.agreements
        for status in line.objectives
        if status.judgement.mode == "enforced"
    ]
    return {
        "measured": len(measured),
        "up": sum(line.state in {"up", "degraded"} for line in measured),
        "unknown": sum(line.state == "unknown" for line in measured),
        "down": sum(line.state == "down" for line in measured),
        "objectives": len(verdicts),
        "missed": verdicts.count("breached"),
        "at_risk": verdicts.count("at_risk"),
    }
