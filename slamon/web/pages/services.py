"""Pages of the services: all of them with their days, and one with everything known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from catalogue.services import Lifecycle
from slamon.views.answers import AgreementSummary, ObjectiveStatus, ServiceDetail, ServiceSummary
from slamon.views.attested import AttestationLine
from slamon.web import ranking
from slamon.web.pages.knowing import Silent, silent, sources
from slamon.web.pages.render import page
from slamon.web.pages.zones import Zones
from slamon.web.requests import Now, Read, language_of
from slamon.web.texts import Language

router = APIRouter(include_in_schema=False)

LONGEST_STRIP = 90


@dataclass(frozen=True)
class Asked:
    """Which services somebody looks for; what is left empty does not matter."""

    q: str
    provider: str
    lifecycle: str

    def fits(self, line: ServiceSummary, words: Callable[[object], object]) -> bool:
        """Whether a service is one of them, by the words in which it is shown."""
        told = f"{line.service} {words(line.name)} {words(line.provider)}".casefold()
        return (
            all(part in told for part in self.q.casefold().split())
            and self.provider in {"", str(words(line.provider))}
            and self.lifecycle in {"", line.lifecycle}
        )


@router.get("/services")
def services(
    request: Request,
    reading: Read,
    now: Now,
    q: str = "",
    provider: str = "",
    lifecycle: str = "",
) -> HTMLResponse:
    """Every service, those in trouble first; or some, by letters of id, name or provider, by provider, by stage."""
    t = language_of(request)
    every = ranking.services(t, reading.services(now))
    asked = Asked(q.strip(), provider, lifecycle)
    found = [line for line in every if asked.fits(line, t.words)]
    return page(
        request,
        "services.html",
        asked=asked,
        found=len(found),
        all=len(every),
        providers=sorted({str(t.words(line.provider)) for line in every}),
        lifecycles=[each for each in get_args(Lifecycle) if each in {s.lifecycle for s in every}],
        measured=[line for line in found if line.measured],
        unmeasured=[line for line in found if not line.measured],
        answers=by_service(reading.attestations(now)),
        sources=sources(
            reading, [(line.service, cell.basis) for line in found for cell in line.days]
        ),
        shown=min(LONGEST_STRIP, max((len(line.days) for line in found), default=0)),
    )


@router.get("/services/{service}")
def service(request: Request, reading: Read, now: Now, service: str) -> HTMLResponse:
    """State, days, objectives, probes, outages, terms, and what is not yet interpreted."""
    found = reading.service(service, now)
    if found is None:
        raise HTTPException(404, f"There is no service with the id {service}.")
    t = language_of(request)
    agreements = ranking.agreements(t, reading.agreements(now))
    silences, zones = silent(reading, now), Zones.of(agreements)
    shown = [day.basis for day in found.summary.days] + [line.basis for line in found.outages]
    promises = [(line, rows) for line in agreements if (rows := _promised(t, line, service))]
    return page(
        request,
        "service.html",
        detail=found,
        declared=reading.declarations(service)[::-1],
        attested=by_service(reading.attestations(now)).get(service, ()),
        promises=promises,
        silent=silences,
        newest=_newest(found, silences),
        sources=sources(reading, [(service, basis) for basis in shown]),
        zones=zones,
        zone=zones.service(service),
        offerings=reading.offerings(service, now),
    )


def by_service(
    lines: Sequence[AttestationLine],
) -> Mapping[str, tuple[AttestationLine, ...]]:
    """Attestations by the service they are about."""
    return {
        name: tuple(line for line in lines if line.service == name)
        for name in dict.fromkeys(line.service for line in lines)
    }


def _newest(detail: ServiceDetail, silences: Silent) -> str | None:
    """The instant of the newest result of a service, of which the evidence can be opened."""
    service = detail.summary.service
    asked = (line.last_at for line in detail.probes)
    own = (
        line.since
        for many in silences.values()
        for line in many.values()
        if line.service == service
    )
    seen = (day.date for day in detail.summary.days if day.basis != "none")
    return max((at for at in (*asked, *own, *seen) if at), default=None)


def _promised(t: Language, agreement: AgreementSummary, service: str) -> list[ObjectiveStatus]:
    """What an agreement promises of a service, the worst first."""
    own = (status for status in agreement.objectives if status.judgement.service == service)
    return ranking.objectives(t, own)
