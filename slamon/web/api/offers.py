"""Tariffs and commitments with their states."""

from __future__ import annotations

from fastapi import APIRouter

from slamon.views.answers import CommitmentLine, TariffLine
from slamon.web.freshness import Moving, Steady
from slamon.web.paging import Asked, Page
from slamon.web.requests import Now, Read

router = APIRouter()


@router.get("/tariffs", tags=["tariffs"], dependencies=[Steady])
async def tariffs(reading: Read, asked: Asked) -> Page[TariffLine]:
    """Tariffs by id."""
    return asked.cut(reading.tariffs(), lambda line: (line.tariff,))


@router.get("/commitments", tags=["commitments"], dependencies=[Moving])
async def commitments(reading: Read, now: Now, asked: Asked) -> Page[CommitmentLine]:
    """Dated deliverables by id."""
    return asked.cut(reading.commitments(now), lambda line: (line.commitment,))
