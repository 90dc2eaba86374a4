"""Render a page: in the visitor's language, escaped, under a strict content security policy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files
from types import MappingProxyType

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from slamon.web import (
    checked,
    drawing,
    figures,
    kept,
    measures,
    money,
    outcomes,
    pacing,
    ranking,
    sentences,
    telling,
)
from slamon.web.access import form_token
from slamon.web.pages.asked import Asked, back, others
from slamon.web.pages.asked import kept as kept_in
from slamon.web.pages.tongues import choices
from slamon.web.pages.zones import OF_THE_LEDGER, Zones
from slamon.web.requests import (
    AS_KNOWN_AT,
    House,
    actor_of,
    house_of,
    language_of,
    session_of,
    then_of,
)
from slamon.web.texts import language

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Language, Cookie",
}

SERVER_FAULT = 500

UNDER = {"/agents": "/ledger", "/observations": "/services", "/comparisons": "/tariffs"}
"""The entry of the menu to which a page without one belongs: the one its first line leads back to."""

BARE: Mapping[str, object] = MappingProxyType(
    {
        "zone": OF_THE_LEDGER,
        "stale": None,
        "then": None,
        "asking": None,
        "actor": None,
        "csrf": "",
        "here": "",
        "entry": "",
    }
)
"""What every page shows, where nothing may be asked of the read side."""


def page(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Render a template with what every page shows: who is signed in, where one is."""
    actor, session, then = actor_of(request), session_of(request), Asked.of(request)
    values |= {
        "zone": values.get("zone") or _zone_of_many(request),
        "then": then,
        "tense": "then" if then else "now",
        "asking": others(request),
        "stale": None if then else _stale(house_of(request)),
        "actor": None if then else actor,  # decisions are taken now
        "csrf": form_token(session) if actor and session else "",
        "here": request.url.path,
        "entry": _entry(request.url.path),
        "person": house_of(request).person,
    }
    return _write(request, template, status, values, HEADERS)


def _entry(path: str) -> str:
    """The path of the menu's entry that a page belongs to."""
    return UNDER.get(path) or ("/tariffs" if path.startswith("/charges/") else path)


def _zone_of_many(request: Request) -> str:
    """The zone in which a page is told that is about no agreement: only one of the past tells an instant."""
    then = then_of(request)
    return Zones.of(then.reading.agreements(then.moment.instant)).most if then else OF_THE_LEDGER


def _stale(house: House) -> tuple[int, str] | None:
    """Up to which position the views tell, and why no further; None while they follow the ledger."""
    said = house.stale()
    return (house.reading.position(), said) if said else None


def _signed_in(request: Request) -> dict[str, object]:
    """Who is signed in, as the head of a page tells it, with the token of their forms."""
    actor, session = actor_of(request), session_of(request)
    return {
        "actor": actor,
        "csrf": form_token(session) if actor and session else "",
        "person": house_of(request).person,
    }


def error_page(
    request: Request, status: int, detail: object, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Render an error for a person; asks nothing of the read side, which may be what failed.

    Where the fault is in what was asked for, whoever is signed in stays so.
    """
    then = Asked.of(request)
    values: dict[str, object] = {
        **BARE,
        **(_signed_in(request) if status < SERVER_FAULT and not then else {}),
        "status": status,
        "detail": detail,
        "phrase": HTTPStatus(status).phrase,
        "then": then,
    }
    return _write(request, "error.html", status, values, HEADERS | dict(headers or {}))


def no_past_page(request: Request, status: int, why: str) -> HTMLResponse:
    """Say why a page cannot be shown as of what was asked; the form keeps it, to be mended for the same page."""
    kept_fields = others(request)
    if kept_fields is None:
        return error_page(request, status, why)
    values: dict[str, object] = {
        **BARE,
        "status": status,
        "why": why,
        "here": request.url.path,
        "entry": _entry(request.url.path),
        "others": kept_fields,
        "typed": request.query_params[AS_KNOWN_AT],
        "back": back(request),
    }
    return _write(request, "no_past.html", status, values, HEADERS)


def _write(
    request: Request,
    template: str,
    status: int,
    values: Mapping[str, object],
    headers: Mapping[str, str],
) -> HTMLResponse:
    code = language_of(request).code
    text = _environment(code).get_template(template).render({"choices": choices(request), **values})
    if then := Asked.of(request):
        text = kept_in(text, then)
    return HTMLResponse(text, status, dict(headers))


@cache
def _environment(code: str) -> Environment:
    t = language(code)
    made = Environment(
        loader=PackageLoader("slamon.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=t.words,
    )
    made.globals |= {
        "t": t,
        "static": _static,
        "ranking": ranking,
        "figures": figures,
        "measures": measures,
        "pacing": pacing,
        "most": telling.MOST,
    }
    for written in (
        figures.percent,
        money.money,
        money.fraction,
        figures.duration,
        figures.exact,
        figures.whole,
        figures.elapsed,
        figures.latency,
        figures.bound,
        figures.instant,
        figures.span,
        figures.day,
        figures.local_day,
        figures.period,
        measures.promise,
        measures.level,
        measures.mean,
        measures.cases,
        measures.tallied,
        measures.length_of_time,
        sentences.said,
        telling.plain,
        telling.remedy,
        telling.remedy_due,
        outcomes.due,
        outcomes.window,
        outcomes.differences,
        checked.found,
        kept.kept,
        kept.reasoned,
        kept.phase,
        money.bounded,
        money.why_no_hour,
    ):
        made.filters[written.__name__] = partial(written, t)
    for drawn in (drawing.strip, drawing.meter, pacing.pace, pacing.about, pacing.mark):
        made.filters[drawn.__name__] = partial(drawn, t)
    made.filters |= {
        "floored": figures.floored,
        "number": figures.number,
        "words": t.words,
        "clock": figures.clock,
        "place": checked.place,
        "seen": kept.seen,
        "plainly": outcomes.plain,
        "columns": telling.columns,
        "unmarked": telling.unmarked,
    }
    return made


@cache
def _static(name: str) -> str:
    """Address a static file by its content, so that a browser never keeps an old one."""
    content = files("slamon.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?v={sha256(content).hexdigest()[:8]}"
