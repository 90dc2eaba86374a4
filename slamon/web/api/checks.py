"""What costs time or money if nobody looks at it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from slamon.views.finding import KINDS, Findings, Kind
from slamon.web.freshness import Moving
from slamon.web.requests import Now, Read

router = APIRouter(tags=["checks"], dependencies=[Moving])

Only = Annotated[list[Kind] | None, Query(description="Only this kind of check; may be repeated.")]


@router.get("/checks")
def checks(reading: Read, now: Now, only: Only = None) -> Findings:
    """Promises without cover, deadlines, what is due, what ends, what is not measured, priced, agreed or assigned."""
    return reading.checks(now, only or KINDS)
