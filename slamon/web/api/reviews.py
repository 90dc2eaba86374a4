"""The review: recommendations, steps, and the points of the summary that nothing answers."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from slamon.views.register import (
    Filter,
    RecommendationLine,
    StepLine,
    SummaryLine,
    filtered,
)
from slamon.web.freshness import Moving
from slamon.web.requests import Now, Read

router = APIRouter(tags=["recommendations"], dependencies=[Moving])


@router.get("/recommendations")
async def recommendations(
    reading: Read, now: Now, only: Filter | None = None
) -> tuple[RecommendationLine, ...]:
    """Recommendations by number: all, or those without a step, without action, with a disputed step, or late."""
    return filtered(reading.register(now).recommendations, only)


@router.get("/recommendations/{recommendation}")
async def recommendation(reading: Read, now: Now, recommendation: str) -> RecommendationLine:
    """One recommendation with its steps and what realises it."""
    for line in reading.register(now).recommendations:
        if line.recommendation == recommendation:
            return line
    raise HTTPException(404, f"There is no recommendation with the number {recommendation}.")


@router.get("/steps")
async def steps(reading: Read, now: Now) -> tuple[StepLine, ...]:
    """The next steps in their order, disputed ones with both readings."""
    return reading.register(now).steps


@router.get("/uncovered")
async def uncovered(reading: Read, now: Now) -> tuple[SummaryLine, ...]:
    """The points of the summary that no recommendation answers."""
    return reading.register(now).uncovered
