"""Services: their state now, their days, what their page shows."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from slamon.views.answers import ServiceDetail, ServiceSummary
from slamon.views.offerings import OfferingLine
from slamon.web.freshness import Moving
from slamon.web.paging import Asked, Page
from slamon.web.requests import Now, Read

router = APIRouter(tags=["services"])


@router.get("/services", dependencies=[Moving])
def services(reading: Read, now: Now, asked: Asked) -> Page[ServiceSummary]:
    """Services by id."""
    return asked.cut(reading.services(now), lambda line: (line.service,))


@router.get("/services/{service}", dependencies=[Moving])
def service(reading: Read, now: Now, service: str) -> ServiceDetail:
    """One service with its terms, probes, objectives and outages."""
    found = reading.service(service, now)
    if found is None:
        raise HTTPException(404, f"There is no service with the id {service}.")
    return found


@router.get("/services/{service}/offerings", dependencies=[Moving])
def offerings(reading: Read, now: Now, service: str) -> tuple[OfferingLine, ...]:
    """What can be ordered of a service, with its prices of the day."""
    return reading.offerings(service, now)
