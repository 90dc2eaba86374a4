"""The web room put together: API, pages, liveness, and whatever routers others bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from secrets import token_hex
from typing import Literal

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel
from starlette.staticfiles import StaticFiles

from slamon.views.heard import Heard
from slamon.web import problems, schemas
from slamon.web.access import Access
from slamon.web.api import acts as api_acts
from slamon.web.api import agenda as api_agenda
from slamon.web.api import agreements as api_agreements
from slamon.web.api import attestations as api_attestations
from slamon.web.api import breaches as api_breaches
from slamon.web.api import catalogue as api_catalogue
from slamon.web.api import checks as api_checks
from slamon.web.api import declarations as api_declarations
from slamon.web.api import exclusions as api_exclusions
from slamon.web.api import explanations as api_explanations
from slamon.web.api import hours as api_hours
from slamon.web.api import observations as api_observations
from slamon.web.api import offers as api_offers
from slamon.web.api import operations as api_operations
from slamon.web.api import probes as api_probes
from slamon.web.api import reviews as api_reviews
from slamon.web.api import services as api_services
from slamon.web.asking import Ask
from slamon.web.attempts import Attempts
from slamon.web.bodies import BoundedBodies
from slamon.web.pages import (
    acts,
    agenda,
    agents,
    agreements,
    breaches,
    catalogue,
    charges,
    checks,
    editing,
    exclusions,
    explained,
    hours,
    ledger,
    observations,
    offers,
    overview,
    probing,
    reviews,
    services,
    sign_in,
    slots,
    tongues,
)
from slamon.web.ports import Decisions, Reading
from slamon.web.requests import House, house_of
from slamon.web.then import Pasts

API = (
    api_catalogue.router,
    api_services.router,
    api_observations.router,
    api_declarations.router,
    api_agreements.router,
    api_explanations.router,
    api_breaches.router,
    api_exclusions.router,
    api_acts.router,
    api_hours.router,
    api_agenda.router,
    api_checks.router,
    api_offers.router,
    api_attestations.router,
    api_operations.router,
    api_probes.router,
    api_reviews.router,
)
PAGES = (
    overview.router,
    agreements.router,
    explained.router,
    services.router,
    observations.router,
    slots.router,
    probing.router,
    breaches.router,
    exclusions.router,
    charges.router,
    offers.router,
    reviews.router,
    hours.router,
    agenda.router,
    checks.router,
    acts.router,
    editing.router,
    catalogue.router,
    ledger.router,
    agents.router,
    sign_in.router,
    tongues.router,
)

health = APIRouter(include_in_schema=False)


class Readiness(BaseModel):
    """Whether figures can be trusted now; `reasons` are empty when they can."""

    status: Literal["ready", "not ready"]
    reasons: tuple[str, ...]


def build(
    reading: Reading,
    decisions: Decisions,
    access: Access,
    *,
    clock: Callable[[], int],
    ready: Callable[[], Sequence[str]],
    stale: Callable[[], str | None] = lambda: None,
    person: Callable[[str], str] = str,
    home: Path | None = None,
    ask: Ask | None = None,
    heard: Heard = dict,
    extra_routers: Iterable[APIRouter] = (),
) -> FastAPI:
    """Put the application together.

    `clock` tells the instant now in µs. `ready` names what is not as it should be (the ledger
    closed, the views too far behind); nothing named means ready. `stale` says what keeps the views
    from following the ledger, for a banner on every page; None while they do. `person` gives what people read for
    the id of an actor, which facts carry instead of names. `home` is the data folder, whose disk is asked where
    nothing can be written. `ask` asks a probe now for whoever presses the button; without it there is none.
    `heard` tells what agents said of themselves last.
    """
    app = FastAPI(
        title="slamon",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # the stock documentation pages load scripts from elsewhere
        redoc_url=None,
    )
    app.state.house = House(
        reading,
        decisions,
        access,
        clock,
        ready,
        stale,
        Attempts(),
        token_hex(4),
        person,
        ask,
        heard,
    )
    app.add_middleware(Pasts)
    app.add_middleware(BoundedBodies)
    problems.install(app, home)
    for router in extra_routers:
        app.include_router(router)
    for router in API:
        app.include_router(router, prefix="/api/v1", responses=problems.RESPONSES)
    for router in (health, schemas.router, *PAGES):
        app.include_router(router)
    static = files("slamon.web").joinpath("static")
    app.mount("/static", StaticFiles(directory=str(static)), name="static")
    return app


@health.get("/healthz")
async def alive() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@health.get("/readyz")
def ready(request: Request, response: Response) -> Readiness:
    """Say whether the ledger is open and the views are within reach: 200 or 503."""
    reasons = tuple(house_of(request).ready())
    response.status_code = 503 if reasons else 200
    return Readiness(status="not ready" if reasons else "ready", reasons=reasons)
