"""Pages of the evidence: a probe with its results, and the results of one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import get_args
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from catalogue.instants import parse_instant
from slamon.views.answers import Attention, ProbeLine
from slamon.views.results import ObservationLine
from slamon.views.slottold import SlotAt
from slamon.views.words import Words
from slamon.web.expected import expectations
from slamon.web.figures import SECOND
from slamon.web.pages.knowing import sources
from slamon.web.pages.render import page
from slamon.web.pages.zones import Zones
from slamon.web.paging import Asked, Key, Slice, encode
from slamon.web.requests import Now, Read, house_of
from slamon.web.stretches import HANDING_IN_US, Gap, with_gaps

router = APIRouter(include_in_schema=False)

MOST = 500  # stretches on one page
TOLD_APART = frozenset({"kind", "timeout"})
YEARS = range(1970, 9999)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose results are shown: of a check, or of all checks of a service."""

    check: str | None
    service: str | None
    name: Words
    probe: bool = False

    def address(self, day: date) -> str:
        """Where the results of a day are shown."""
        if self.probe and self.check:
            return f"/probes/{quote(self.check, safe='')}/days/{day}"
        one = ("check", self.check) if self.check else ("service", self.service or "")
        return "/observations?" + urlencode([one, ("day", day.isoformat())])


@router.get("/probes")
def probes(
    request: Request, reading: Read, now: Now, show: Attention | None = None
) -> HTMLResponse:
    """Every probe as assigned, with its newest result, or those that ask to be looked at for one reason."""
    zones, found = Zones.of(reading.agreements(now)), reading.probes(now)
    counts = Counter(flag for line in found for flag in line.attention)
    return page(
        request,
        "probes.html",
        probes=[line for line in found if show is None or show in line.attention],
        counts={flag: counts[flag] for flag in get_args(Attention)},
        number=len(found),
        show=show,
        zones=zones,
        zone=zones.most,
    )


@router.get("/probes/{probe}")
def probe(request: Request, reading: Read, now: Now, probe: str) -> Response:
    """One probe: what it asks, from where, its newest results and how many there are; once withdrawn, its record."""
    lines = [line for line in reading.probes(now) if line.probe == probe]
    if not lines:
        return _withdrawn(request, reading, probe)
    counts = reading.results(probe)
    asked = next((line.asked for line in lines if line.asked), {})
    expected, told = expectations(asked)
    return page(
        request,
        "probe.html",
        probe=lines[0],
        lines=lines,
        asked=asked,
        askable=house_of(request).ask is not None and lines[0].measurable,
        expected=expected,
        conditions={key: said for key, said in told.items() if key not in TOLD_APART},
        counts=counts,
        beats=_beats(reading, lines[0], now),
        newest_at=max((line.last_at for line in lines if line.last_at), default=None),
        newest=max((line.last_day for line in counts), default=None),
        zone=Zones.of(reading.agreements(now)).service(lines[0].service),
    )


def _withdrawn(request: Request, reading: Read, probe: str) -> RedirectResponse:
    if reading.record("probe", probe) is None:
        raise HTTPException(404)
    there = request.url.replace(path=f"/catalogue/probe/{quote(probe, safe='')}")
    return RedirectResponse(f"{there.path}?{there.query}" if there.query else there.path, 303)


def _beats(reading: Read, line: ProbeLine, now: int) -> list[SlotAt]:
    """What is heard of a probe that reports itself, at each place; nothing of others."""
    told = reading.slot(line.probe, now, now) if line.kind == "heartbeat" else None
    return [place for place in told.places if place.heartbeat] if told else []


@router.get("/probes/{probe}/days/{day}")
def day_of_probe(
    request: Request, reading: Read, now: Now, asked: Asked, probe: str, day: str
) -> HTMLResponse:
    """The results of a probe on one UTC day."""
    found = next((line for line in reading.probes(now) if line.probe == probe), None)
    if found is None and not reading.results(probe):
        raise HTTPException(404)
    # One that is withdrawn keeps its results.
    subject = Subject(probe, found.service if found else None, probe, probe=True)
    return _day(request, reading, now, subject, _date(day), asked)


@router.get("/observations")
def observations(
    request: Request,
    reading: Read,
    now: Now,
    asked: Asked,
    check: str | None = None,
    service: str | None = None,
    day: str | None = None,
) -> HTMLResponse:
    """The results of a check, or of all checks of a service, on one UTC day (today, if none is named)."""
    date_shown = _date(day) if day else datetime.fromtimestamp(now // SECOND, UTC).date()
    return _day(request, reading, now, _subject(reading, now, check, service), date_shown, asked)


def _subject(reading: Read, now: int, check: str | None, service: str | None) -> Subject:
    """Find whose results are asked for; the service of an imported check stands behind its source."""
    if check:
        return Subject(check, check.partition("/")[2] or None, check)
    names = {line.service: line.name for line in reading.services(now)}
    if service not in names:
        raise HTTPException(404)
    return Subject(None, service, names[service])


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise HTTPException(404) from None
    if found.year not in YEARS:
        raise HTTPException(404)
    return found


def _day(
    request: Request, reading: Read, now: int, subject: Subject, day: date, asked: Slice
) -> HTMLResponse:
    begin = asked.day_word(4) or (day.isoformat(), "", "", "")
    service = None if subject.check else subject.service
    read = reading.observations(subject.check, service, begin, MOST + 1)
    found = [line for line in read if line.day == day.isoformat()]
    today = datetime.fromtimestamp(now // SECOND, UTC).date()
    rest = _rest(request, found)
    told = 0 if rest else min(_end_of(day), now - HANDING_IN_US)
    return page(
        request,
        "observations.html",
        subject=subject,
        day=day.isoformat(),
        before=subject.address(day - timedelta(days=1)),
        after=subject.address(day + timedelta(days=1)) if day < today else None,
        groups=_by_place(found[:MOST], told),
        rest=rest,
        zone=Zones.of(reading.agreements(now)).service(subject.service),
        sources=sources(reading, {(_service(line, subject), line.basis) for line in found}),
    )


def _end_of(day: date) -> int:
    """When a UTC day ends (µs)."""
    return parse_instant(f"{day + timedelta(days=1)}T00:00:00Z")


def _by_place(
    lines: Sequence[ObservationLine], told: int
) -> list[tuple[str, str, list[ObservationLine | Gap]]]:
    """Stretches of each check at each place, and what lies between them, up to the instant (µs) that is `told`."""
    return [
        (check, location, list(with_gaps(list(own), told)))
        for (check, location), own in groupby(lines, key=lambda line: (line.check, line.location))
    ]


def _rest(request: Request, found: Sequence[ObservationLine]) -> str | None:
    """Where the stretches behind those shown stand."""
    if len(found) <= MOST:
        return None
    last = found[MOST - 1]
    key: Key = (last.day, last.check, last.location, last.first_at)
    return str(request.url.include_query_params(after=encode(key)).replace(scheme="", netloc=""))


def _service(line: ObservationLine, subject: Subject) -> str:
    return line.check.partition("/")[2] or subject.service or ""
