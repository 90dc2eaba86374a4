"""Pages of an agreement: this period, the months behind it, one month in full, closing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slamon.app.refused import Refused
from slamon.sla.judgement import ObjectiveJudgement
from slamon.views.answers import AgreementSummary, PeriodLine
from slamon.views.histories import PeriodHistory
from slamon.web import ranking
from slamon.web.figures import instant_us
from slamon.web.pages.forms import signed_in
from slamon.web.pages.knowing import silent, sources
from slamon.web.pages.render import page
from slamon.web.ports import Reading
from slamon.web.requests import Decide, Now, Read, judged, language_of

router = APIRouter(include_in_schema=False)

SHOWN_CAUSES = 5


@router.get("/agreements")
def agreements(request: Request, reading: Read, now: Now) -> HTMLResponse:
    """Every agreement with its parties and state."""
    found = ranking.agreements(language_of(request), reading.agreements(now))
    return page(request, "agreements.html", agreements=found)


@router.get("/agreements/{agreement}")
def agreement(request: Request, reading: Read, now: Now, agreement: str) -> HTMLResponse:
    """One agreement: objectives this period, and the table of months."""
    found = reading.agreement(agreement, now)
    if found is None:
        raise HTTPException(404, f"There is no agreement with the id {agreement}.")
    lines = reading.periods(agreement, now)
    labels = sorted({line.period for line in lines}, reverse=True)
    folded = _folded(found, lines)
    return page(
        request,
        "agreement.html",
        agreement=found,
        labels=[label for label in labels if label not in folded],
        folded=[label for label in labels if label in folded],
        rows=_table(lines),
        names={status.judgement.objective: status.service_name for status in found.objectives},
        over=found.state in ranking.OVER,
        silent=silent(reading, now).get(agreement, {}),
        terms=_terms(status.judgement for status in found.objectives),
        sources=sources(reading, [(line.service, line.basis) for line in lines]),
        zone=found.period.tz if found.period else None,
    )


@router.get("/agreements/{agreement}/periods/{label}")
def period(request: Request, reading: Read, now: Now, agreement: str, label: str) -> HTMLResponse:
    """One period in full: each objective with its tally and outages."""
    return _period(request, reading, now, (agreement, label))


@router.post("/agreements/{agreement}/periods/{label}/close")
def close(
    request: Request,
    reading: Read,
    decisions: Decide,
    now: Now,
    agreement: str,
    label: str,
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Fix the figures of a finished period."""
    actor = signed_in(request, csrf)
    if judged(reading, agreement, label, now) is None:
        raise HTTPException(404)
    try:
        decisions.close(agreement, label, actor)
    except Refused as refused:
        return _period(request, reading, now, (agreement, label), str(refused))
    return RedirectResponse(request.url.path.removesuffix("/close"), 303)


def _period(
    request: Request,
    reading: Read,
    now: Now,
    which: tuple[str, str],
    refusal: str | None = None,
) -> HTMLResponse:
    found, said = reading.agreement(which[0], now), judged(reading, *which, now)
    if found is None or said is None:
        raise HTTPException(404, f"There is no period {which[1]} of the agreement {which[0]}.")
    closed = said.period.label in found.closed_periods
    history = reading.history(which[0], said.period.label) if closed else None
    return page(
        request,
        "period.html",
        status=409 if refusal else 200,
        agreement=found,
        judgement=said,
        zone=said.period.tz,
        titles={status.judgement.objective: status for status in found.objectives},
        closed=closed,
        history=history,
        reasons=_reasons(reading, history) if history else {},
        closable=not closed and instant_us(said.period.to) <= now,
        refusal=refusal,
        terms=_terms(said.objectives),
        sources=sources(reading, [(each.service, each.basis) for each in said.objectives]),
    )


def _reasons(reading: Reading, history: PeriodHistory) -> dict[int, str]:
    """Why somebody ruled, declared or corrected what restated a period, by the fact's position."""
    causes = {at for each in history.restatements for at in each.cause[:SHOWN_CAUSES]}
    told = {at: fact.content for at in causes if (fact := reading.fact(at))}
    return {
        at: str(content["reason"])
        for at, content in told.items()
        if isinstance(content, Mapping) and content.get("reason")
    }


def _terms(found: Iterable[ObjectiveJudgement]) -> list[str]:
    """The words of this page that a newcomer may not know."""
    said = list(found)
    used = {
        "mode.shadow": any(each.mode == "shadow" for each in said),
        "figure.provisional": any(each.provisional for each in said),
        "figure.partial": any(each.partial for each in said),
        "figure.cannot_tell": any(each.possible and each.possible.cannot_tell for each in said),
    }
    return [key for key, shown in used.items() if shown]


def _folded(agreement: AgreementSummary, lines: Sequence[PeriodLine]) -> set[str]:
    """The closed months in which nothing was measured; restated ones are shown."""
    told = {line.period for line in lines if line.state not in {"not_measured", "not_applicable"}}
    return set(agreement.closed_periods) - set(agreement.restated_periods) - told


def _table(lines: Iterable[PeriodLine]) -> dict[str, dict[str, PeriodLine]]:
    """Months of each objective: what the table of months is drawn from."""
    rows: dict[str, dict[str, PeriodLine]] = {}
    for line in lines:
        rows.setdefault(line.objective, {})[line.period] = line
    return rows
