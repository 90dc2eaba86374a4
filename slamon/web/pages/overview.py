"""The first page: how things stand, at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

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


def zones(agreements: Iterable[AgreementSummary]) -> dict[str, str]:
    """The zone in which each agreement counts its periods."""
    return {line.agreement: line.period.tz for line in agreements if line.period}


def _counts(found: Overview) -> dict[str, int]:
    """What the tiles count; what is not measured is counted apart, neither as good nor as bad."""
    states = Counter(line.state for line in found.services if line.measured)
    verdicts = Counter(
        status.judgement.state if status.judgement.measured else "not_measured"
        for line in found.agreements
        for status in line.objectives
        if status.judgement.mode == "enforced"
    )
    return {
        "known": states.total() - states["unknown"],
        "up": states["up"] + states["degraded"],
        "unknown": states["unknown"],
        "down": states["down"],
        "judged": verdicts.total() - verdicts["not_measured"],
        "unjudged": verdicts["not_measured"],
        "missed": verdicts["breached"],
        "at_risk": verdicts["at_risk"],
    }
