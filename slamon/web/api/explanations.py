"""Explanations: what each figure of a period rests on, stretch by stretch, down to the facts."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from slamon.views.explanation import Explanation
from slamon.web.freshness import Moving
from slamon.web.requests import Now, Read, judged

router = APIRouter(tags=["agreements"])


@router.get("/agreements/{agreement}/periods/{label}/explanation", dependencies=[Moving])
def explanation(
    reading: Read, now: Now, agreement: str, label: str, objective: str | None = None
) -> Explanation:
    """Every stretch of a period with its class, rule, clause and ledger positions; the sums are the tally."""
    if judged(reading, agreement, label, now) is None:
        raise HTTPException(404, f"There is no period {label} of the agreement {agreement}.")
    found = reading.explain(agreement, label, now, objective)
    if found is None:
        raise HTTPException(404, f"The agreement {agreement} has no objective {objective}.")
    return found
