"""Pages of the breaches: the list, and one with its evidence and its review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slamon.app.refused import Refused
from slamon.web.pages.forms import LONGEST, signed_in
from slamon.web.pages.render import page
from slamon.web.pages.zones import Zones
from slamon.web.requests import Decide, Now, Read, house_of, then_of

router = APIRouter(include_in_schema=False)

Verb = Literal["uphold", "waive"]
Field = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written into a form, and what is to be said about it when it is shown again."""

    verb: Verb | None = None
    reason: str = ""
    clause: str = ""
    shown: str | None = None
    refusal: str | None = None

    def fault(self) -> str | None:
        """The key of the text that says what is wrong with the form, if anything is."""
        if not self.reason:
            return "review.reason_missing"
        too_long = max(len(self.reason), len(self.clause)) > LONGEST
        return "review.reason_too_long" if too_long else None


@router.get("/breaches")
def breaches(request: Request, reading: Read, now: Now) -> HTMLResponse:
    """Every breach, those to be reviewed first."""
    found, zones = reading.breaches(None), Zones.of(reading.agreements(now))
    return page(
        request,
        "breaches.html",
        open=[line for line in found if line.status == "open"],
        reviewed=[line for line in found if line.status != "open"],
        zones=zones,
        zone=zones.most,
    )


@router.get("/breaches/{breach}")
def breach(request: Request, reading: Read, breach: str) -> HTMLResponse:
    """One breach: the promise, the figures fixed at close, each outage, the review."""
    return _breach(request, reading, breach)


@router.post("/breaches/{breach}/uphold")
def uphold(
    request: Request,
    reading: Read,
    decisions: Decide,
    breach: str,
    csrf: Field = "",
    reason: Field = "",
) -> Response:
    """Rule that a breach stands."""
    actor = signed_in(request, csrf)
    written = Written("uphold", reason.strip())

    def rule() -> int:
        return decisions.uphold(breach, written.reason, actor)

    return _ruled(request, reading, breach, written, rule)


@router.post("/breaches/{breach}/waive")
def waive(
    request: Request,
    reading: Read,
    decisions: Decide,
    breach: str,
    csrf: Field = "",
    reason: Field = "",
    clause: Field = "",
) -> Response:
    """Forgive a breach; its figures stay."""
    actor = signed_in(request, csrf)
    written = Written("waive", reason.strip(), clause.strip())

    def rule() -> int:
        return decisions.waive(breach, written.reason, written.clause or None, actor)

    return _ruled(request, reading, breach, written, rule)


def _ruled(
    request: Request, reading: Read, breach: str, written: Written, rule: Callable[[], int]
) -> Response:
    """Rule, or show the form again with what was written and what is wrong with it."""
    if fault := written.fault():
        return _breach(request, reading, breach, replace(written, shown=fault), 422)
    try:
        rule()
    except Refused as refused:
        return _breach(request, reading, breach, replace(written, refusal=str(refused)), 409)
    return RedirectResponse(f"/breaches/{breach}#review", 303)


def _breach(
    request: Request,
    reading: Read,
    breach: str,
    written: Written | None = None,
    status: int = 200,
) -> HTMLResponse:
    found = reading.breach(breach)
    if found is None:
        raise HTTPException(404, _none_of(request, breach))
    return page(
        request,
        "breach.html",
        status=status,
        detail=found,
        zone=found.period.tz,
        written=written or Written(),
        limit=LONGEST,
    )


def _none_of(request: Request, breach: str) -> str:
    if then_of(request) and house_of(request).reading.breach(breach):
        return f"The breach {breach} had not been found yet."
    return f"There is no breach with the id {breach}."
