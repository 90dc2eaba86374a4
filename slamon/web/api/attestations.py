"""Attestations: what was answered about services that cannot be probed, and what is due."""

from __future__ import annotations

from fastapi import APIRouter

from slamon.views.attested import AttestationLine
from slamon.web.freshness import Moving
from slamon.web.paging import Asked, Page
from slamon.web.requests import Now, Read

router = APIRouter(tags=["attestations"])


@router.get("/attestations", dependencies=[Moving])
async def attestations(reading: Read, now: Now, asked: Asked) -> Page[AttestationLine]:
    """Attestations by id, each with its answers and the periods that wait for one."""
    return asked.cut(reading.attestations(now), lambda line: (line.attestation,))
