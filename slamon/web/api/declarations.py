"""Declared incidents: what people stated of services, over what probes saw."""

from __future__ import annotations

from fastapi import APIRouter

from slamon.views.declared import DeclarationLine
from slamon.web.freshness import Steady
from slamon.web.paging import Asked, Page
from slamon.web.requests import Read

router = APIRouter(tags=["declarations"])


@router.get("/declarations", dependencies=[Steady])
async def declarations(
    reading: Read, asked: Asked, service: str | None = None
) -> Page[DeclarationLine]:
    """Declared incidents by beginning, of one service or of all; withdrawn ones are among them."""
    lines = reading.declarations(service)
    return asked.cut(lines, lambda line: (line.from_, line.declaration))
