"""Agreements: what was promised, and how each period stands against it."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from slamon.sla.judgement import Judgement
from slamon.views.answers import AgreementSummary, BurnLine, PeriodLine, TallyDay
from slamon.views.histories import PeriodHistory
from slamon.web.freshness import Moving, Steady
from slamon.web.paging import Asked, Key, Page
from slamon.web.requests import Now, Read, judged

router = APIRouter(tags=["agreements"])


@router.get("/agreements", dependencies=[Moving])
def agreements(reading: Read, now: Now, asked: Asked) -> Page[AgreementSummary]:
    """Agreements by id, each with its objectives in the current period."""
    return asked.cut(reading.agreements(now), lambda line: (line.agreement,))


@router.get("/agreements/{agreement}", dependencies=[Moving])
def agreement(reading: Read, now: Now, agreement: str) -> AgreementSummary:
    """One agreement with its objectives in the current period."""
    found = reading.agreement(agreement, now)
    if found is None:
        raise HTTPException(404, f"There is no agreement with the id {agreement}.")
    return found


@router.get("/agreements/{agreement}/periods/{label}", dependencies=[Moving])
def judgement(reading: Read, now: Now, agreement: str, label: str) -> Judgement:
    """All objectives of an agreement in one period, e.g. 2026-02."""
    found = judged(reading, agreement, label, now)
    if found is None:
        raise HTTPException(404, f"There is no period {label} of the agreement {agreement}.")
    return found


@router.get("/agreements/{agreement}/periods/{label}/history", dependencies=[Steady])
async def history(reading: Read, agreement: str, label: str) -> PeriodHistory:
    """How a period was closed, with which figures, and each restatement since with old, new and cause."""
    found = reading.history(agreement, label)
    if found is None:
        raise HTTPException(404, f"The agreement {agreement} has no closed period {label}.")
    return found


@router.get("/agreements/{agreement}/objectives/{objective}/tallies", dependencies=[Moving])
def tallies(
    reading: Read, now: Now, asked: Asked, agreement: str, objective: str
) -> Page[TallyDay]:
    """Agreed time by state of each local day, in µs."""
    key = asked.day_word(1)
    days = reading.tallies(agreement, objective, key[0] if key else None, asked.probe, now)
    return asked.page(days, lambda day: (day.day,))


@router.get("/compliance", dependencies=[Moving])
def compliance(
    reading: Read, now: Now, asked: Asked, agreement: str | None = None
) -> Page[PeriodLine]:
    """Each objective in each period it promises by, by agreement, period and objective."""
    return asked.cut(reading.periods(agreement, now), _period_key)


@router.get("/burn", dependencies=[Moving])
def burn(reading: Read, now: Now, asked: Asked) -> Page[BurnLine]:
    """How fast the budget of each objective in force burns, by agreement and objective."""
    return asked.cut(reading.overview(now).burns, lambda line: (line.agreement, line.objective))


def _period_key(line: PeriodLine) -> Key:
    return line.agreement, line.period, line.objective
