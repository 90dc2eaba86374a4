"""Tariffs and commitments with their states, and what is charged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from catalogue.exchange import RateKind
from slamon.app.refused import Unknown
from slamon.views.answers import CommitmentLine, TariffLine
from slamon.views.budgeted import BudgetYear
from slamon.views.charged import Charges
from slamon.views.comparison import OffersCompared
from slamon.views.hourly import CostAnswer, NoHoursError
from slamon.views.tariffed import TariffDetail
from slamon.web.freshness import Moving, Steady
from slamon.web.paging import Asked, Page
from slamon.web.requests import Now, Read, month_of

router = APIRouter()


@router.get("/tariffs", tags=["tariffs"], dependencies=[Steady])
async def tariffs(reading: Read, asked: Asked) -> Page[TariffLine]:
    """Tariffs by id."""
    return asked.cut(reading.tariffs(), lambda line: (line.tariff,))


@router.get("/tariffs/{tariff}", tags=["tariffs"], dependencies=[Steady])
async def tariff(reading: Read, tariff: str) -> TariffDetail:
    """One tariff with its lines, surcharges and the quantities it is applied to."""
    found = reading.tariff(tariff)
    if found is None:
        raise HTTPException(404, f"There is no tariff with the id {tariff}.")
    return found


@router.get("/charges/{provider}/{month}", tags=["tariffs"], dependencies=[Steady])
async def charges(reading: Read, provider: str, month: str) -> Charges:
    """What a provider charges for a month, e.g. 2026-03, one invoice a currency; 409 where that cannot be computed."""
    found = reading.charges(provider, month_of(month))
    if found is None:
        raise HTTPException(404, f"There is no party with the id {provider}.")
    return found


@router.get("/costs/{provider}/{month}", tags=["tariffs"], dependencies=[Moving])
def costs(reading: Read, now: Now, provider: str, month: str) -> list[CostAnswer]:
    """What an available hour of each service of a provider cost, by each objective that counts time by the month."""
    return list(reading.costs(provider, month_of(month), now))


@router.get(
    "/agreements/{agreement}/objectives/{objective}/cost/{month}",
    tags=["tariffs"],
    dependencies=[Moving],
)
def cost(reading: Read, now: Now, agreement: str, objective: str, month: str) -> CostAnswer:
    """What an available hour of a service cost in a month, by the available time of one objective."""
    try:
        found = reading.cost(agreement, objective, month_of(month), now)
    except NoHoursError as wrong:
        raise Unknown(str(wrong)) from None
    if found is None:
        raise HTTPException(404, f"There is no agreement with the id {agreement}.")
    return found


@router.get("/budgets/{year}", tags=["tariffs"], dependencies=[Moving])
def budget(
    reading: Read,
    now: Now,
    year: Annotated[int, Path(ge=1, le=9999)],
    rates: RateKind | None = None,
) -> BudgetYear:
    """A calendar year by funding source; with `rates` converted to the currency of each budget."""
    return reading.budget_year(year, now, rates)


@router.get("/comparisons/{left}/{right}/{month}", tags=["tariffs"], dependencies=[Steady])
async def comparison(
    reading: Read, left: str, right: str, month: str, rates: RateKind
) -> OffersCompared:
    """What two providers ask for the same need, drafts included; 409 where that cannot be computed."""
    found = reading.comparison(left, right, month_of(month), rates)
    if found is None:
        raise HTTPException(404, f"One of {left} and {right} is no party.")
    return found


@router.get("/commitments", tags=["commitments"], dependencies=[Moving])
async def commitments(reading: Read, now: Now, asked: Asked) -> Page[CommitmentLine]:
    """Dated deliverables by id."""
    return asked.cut(reading.commitments(now), lambda line: (line.commitment,))
