"""What operations watch: probes with their newest results, and where the ledger stands."""

from __future__ import annotations

from fastapi import APIRouter

from slamon.views.answers import LedgerStatus, ProbeLine
from slamon.web.freshness import Moving, Steady
from slamon.web.paging import Asked, Key, Page
from slamon.web.requests import Now, Read

router = APIRouter(tags=["operations"])


@router.get("/probes", dependencies=[Moving])
def probes(reading: Read, now: Now, asked: Asked) -> Page[ProbeLine]:
    """Probes by id and location."""
    return asked.cut(reading.probes(now), _probe_key)


@router.get("/ledger", dependencies=[Steady])
async def ledger(reading: Read) -> LedgerStatus:
    """Where the ledger and its views stand."""
    return reading.ledger()


def _probe_key(line: ProbeLine) -> Key:
    return line.probe, line.location or ""
