"""Breaches: what was found at close, and the review of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, StringConstraints

from slamon.views.answers import BreachLine, ReviewStatus
from slamon.views.credited import BreachInMoney
from slamon.web.freshness import Steady
from slamon.web.paging import Asked, Page
from slamon.web.requests import ApiActor, Decide, Read

router = APIRouter(tags=["breaches"])

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Upholding(BaseModel):
    """Why a breach stands."""

    model_config = ConfigDict(extra="forbid")

    reason: Text


class Waiving(BaseModel):
    """Why a breach is forgiven, and by which clause of the agreement."""

    model_config = ConfigDict(extra="forbid")

    reason: Text
    clause: Text | None = None


class Decided(BaseModel):
    """Where the decision stands in the ledger, and the breach as it now is."""

    position: int
    breach: BreachInMoney


@router.get("/breaches", dependencies=[Steady])
async def breaches(
    reading: Read, asked: Asked, status: ReviewStatus | None = None
) -> Page[BreachLine]:
    """Breaches by id, of one review status or of all."""
    return asked.cut(reading.breaches(status), lambda line: (line.breach,))


@router.get("/breaches/{breach}", dependencies=[Steady])
async def breach(reading: Read, breach: str) -> BreachInMoney:
    """One breach with the figures fixed at close and its review."""
    found = reading.breach(breach)
    if found is None:
        raise HTTPException(404, f"There is no breach with the id {breach}.")
    return found


@router.post("/breaches/{breach}/uphold")
def uphold(
    reading: Read, decisions: Decide, actor: ApiActor, breach: str, body: Upholding
) -> Decided:
    """Rule that a breach stands."""
    position = decisions.uphold(breach, body.reason, actor)
    return Decided(position=position, breach=_reviewed(reading, breach))


@router.post("/breaches/{breach}/waive")
def waive(reading: Read, decisions: Decide, actor: ApiActor, breach: str, body: Waiving) -> Decided:
    """Forgive a breach; its figures stay."""
    position = decisions.waive(breach, body.reason, body.clause, actor)
    return Decided(position=position, breach=_reviewed(reading, breach))


def _reviewed(reading: Read, breach: str) -> BreachInMoney:
    found = reading.breach(breach)
    if found is None:
        raise HTTPException(404, f"There is no breach with the id {breach}.")
    return found
