"""Tariffs and commitments with their states, and what is charged."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from catalogue.charging import ChargeError, Month
from slamon.app.refused import Refused
from slamon.views.answers import CommitmentLine, TariffLine
from slamon.views.charged import Charges
from slamon.web.freshness import Moving, Steady
from slamon.web.paging import Asked, Page
from slamon.web.requests import Now, Read

router = APIRouter()


@router.get("/tariffs", tags=["tariffs"], dependencies=[Steady])
async def tariffs(reading: Read, asked: Asked) -> Page[TariffLine]:
    """Tariffs by id."""
    return asked.cut(reading.tariffs(), lambda line: (line.tariff,))


@router.get("/charges/{provider}/{month}", tags=["tariffs"], dependencies=[Steady])
async def charges(reading: Read, provider: str, month: str) -> Charges:
    """What a provider charges for a month, e.g. 2026-03, one invoice a currency; 409 where that cannot be computed."""
    try:
        found = reading.charges(provider, Month.named(month))
    except ValueError:
        raise HTTPException(404, f"{month} is no month; write it like 2026-03.") from None
    except ChargeError as wrong:
        raise Refused(str(wrong)) from None
    if found is None:
        raise HTTPException(404, f"There is no party with the id {provider}.")
    return found


@router.get("/commitments", tags=["commitments"], dependencies=[Moving])
async def commitments(reading: Read, now: Now, asked: Asked) -> Page[CommitmentLine]:
    """Dated deliverables by id."""
    return asked.cut(reading.commitments(now), lambda line: (line.commitment,))
