"""The first page: how things stand, at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from catalogue.instants import local_date, parse_instant
from slamon.sla.judgement import Basis
from slamon.views.answers import AgreementSummary, Overview
from slamon.views.silence import Silence
from slamon.web import ranking
from slamon.web.measures import has_figure, of_baseline
from slamon.web.pages.knowing import Silent, silent, sources
from slamon.web.pages.render import page
from slamon.web.pages.zones import Zones
from slamon.web.requests import Now, Read, language_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Quiet:
    """An agreement in which nothing is measured this period; `last` is the last one with results."""

    agreement: AgreementSummary
    newest: Silence | None
    last: str | None


@router.get("/")
def overview(request: Request, reading: Read, now: Now) -> HTMLResponse:
    """Open breaches and current outages first, then agreements, then services."""
    found = reading.overview(now)
    lines = ranking.agreements(language_of(request), found.agreements)
    lasting = [line for line in found.outages if line.to is None]
    live = [line for line in lines if line.objectives and line.state not in ranking.OVER]
    silences = silent(reading, now)
    zones = Zones.of(found.agreements)
    return page(
        request,
        "overview.html",
        overview=found,
        counts=_counts(found),
        findings=len(reading.checks(now).findings),
        lasting=lasting,
        baselines=sum(of_baseline(line) for line in lasting),
        ended=[line for line in found.outages if line.to is not None],
        judged=[line for line in live if _measured(line)],
        quiet=[_quiet(line, silences) for line in live if not _measured(line)],
        over=[line for line in lines if line.objectives and line.state in ranking.OVER],
        others=[line for line in lines if not line.objectives],
        silent=silences,
        unanswered=[line for line in reading.attestations(now) if line.state != "open"],
        sources=sources(reading, _shown(found)),
        measured=[
            line for line in ranking.services(language_of(request), found.services) if line.measured
        ],
        unmeasured=[
            line
            for line in ranking.services(language_of(request), found.services)
            if not line.measured
        ],
        unfunded=sum(line.funding_source is None for line in found.services),
        zones=zones,
        zone=zones.most,
    )


def _measured(agreement: AgreementSummary) -> bool:
    return any(has_figure(status.judgement) for status in agreement.objectives)


def _quiet(agreement: AgreementSummary, silences: Silent) -> Quiet:
    own = silences.get(agreement.agreement, {})
    newest = max(own.values(), key=lambda line: line.since or "", default=None)
    if newest is None or newest.since is None:
        return Quiet(agreement, newest, None)
    return Quiet(
        agreement, newest, local_date(parse_instant(newest.since), newest.tz).isoformat()[:7]
    )


def _shown(found: Overview) -> Iterable[tuple[str, Basis]]:
    yield from ((line.service, line.basis) for line in found.services)
    for line in found.agreements:
        yield from ((each.judgement.service, each.judgement.basis) for each in line.objectives)


def _counts(found: Overview) -> dict[str, int]:
    """What the tiles count; what is not measured is counted apart, neither as good nor as bad."""
    states = Counter(line.state for line in found.services if line.measured)
    verdicts = Counter(
        status.judgement.state if has_figure(status.judgement) else "not_measured"
        for line in found.agreements
        if line.state not in ranking.OVER
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
