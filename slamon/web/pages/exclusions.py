"""Pages of the exclusions: what was announced, what it comes to, announcing and ruling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from catalogue.instants import InstantError, parse_instant
from slamon.app.exclusions import Asked
from slamon.app.refused import Refused
from slamon.sla.exclusions import Rule
from slamon.views.announceable import Announceable
from slamon.views.rulings import ExclusionFate, ExclusionLine, ExclusionPart
from slamon.web.pages.forms import LONGEST, signed_in
from slamon.web.pages.render import page
from slamon.web.ports import Decisions
from slamon.web.requests import Decide, Read

router = APIRouter(include_in_schema=False)

INSTANTS = frozenset({"begin", "end", "received_at"})
Verb = Literal["grant", "refuse", "withdraw"]
Field = Annotated[str, Form()]


class Announcement(BaseModel):
    """An announcement as somebody typed it; empty where nothing was."""

    model_config = ConfigDict(str_strip_whitespace=True, frozen=True)

    csrf: str = ""
    agreement: str = ""
    clause: str = ""
    services: tuple[str, ...] = ()
    begin: str = ""
    end: str = ""
    received_at: str = ""
    evidence: str = ""
    reason: str = ""

    def faults(self, tz: str) -> dict[str, str]:
        """The keys of the texts that say what is wrong, by field; instants are read on the clock of `tz`."""
        typed = ("clause", "begin", "end", "received_at", "evidence", "reason")
        found: dict[str, str] = {}
        for name in typed:
            value: str = getattr(self, name)
            if not value:
                found[name] = "exclusion.missing"
            elif len(value) > LONGEST:
                found[name] = "exclusion.too_long"
            elif name in INSTANTS and not _is_instant(value, tz):
                found[name] = "exclusion.no_instant"
        return found

    def asked(self) -> Asked:
        """What is asked for."""
        return Asked(
            clause=self.clause,
            services=self.services,
            begin=self.begin,
            end=self.end,
            received_at=self.received_at,
            evidence=self.evidence,
            reason=self.reason,
        )


def _is_instant(text: str, tz: str) -> bool:
    try:
        parse_instant(text, tz)
    except InstantError:
        return False
    return True


class Ruled(BaseModel):
    """What was written into a form of a ruling, and what is wrong with it."""

    verb: Verb | None = None
    reason: str = ""
    shown: str | None = None
    refusal: str | None = None


@router.get("/exclusions")
def exclusions(request: Request, reading: Read, agreement: str | None = None) -> HTMLResponse:
    """Every announced window, the newest first; of one agreement with the form to announce."""
    return _list(request, reading, agreement or None, Announcement())


@router.post("/exclusions")
def announce(
    request: Request, reading: Read, decisions: Decide, typed: Annotated[Announcement, Form()]
) -> Response:
    """Record that a window was announced, or show the form again with all that was typed."""
    actor = signed_in(request, typed.csrf)
    offer = _offered(reading.announceable(), typed.agreement)
    faults = typed.faults(offer.tz if offer else "UTC")
    if faults:
        return _list(request, reading, typed.agreement, typed, faults=faults, status=422)
    try:
        name, _ = decisions.announce_exclusion(typed.agreement, typed.asked(), None, actor)
    except Refused as refused:
        return _list(request, reading, typed.agreement, typed, refusal=str(refused), status=409)
    return RedirectResponse(f"/exclusions/{typed.agreement}/{name}", 303)


@router.get("/exclusions/{agreement}/{exclusion}")
def exclusion(request: Request, reading: Read, agreement: str, exclusion: str) -> HTMLResponse:
    """One window: what was announced, what it comes to in each objective, and the rulings."""
    return _one(request, reading, (agreement, exclusion), Ruled())


@router.post("/exclusions/{agreement}/{exclusion}/{verb}")
def rule(
    request: Request,
    reading: Read,
    decisions: Decide,
    agreement: str,
    exclusion: str,
    verb: Verb,
    csrf: Field = "",
    reason: Field = "",
) -> Response:
    """Grant, refuse or withdraw a window."""
    actor = signed_in(request, csrf)
    which, written = (agreement, exclusion), Ruled(verb=verb, reason=reason.strip())
    fault = _fault(written.reason)
    if fault:
        return _one(request, reading, which, written.model_copy(update={"shown": fault}), 422)
    try:
        _ruling(decisions, verb)(*which, written.reason, actor)
    except Refused as refused:
        told = written.model_copy(update={"refusal": str(refused)})
        return _one(request, reading, which, told, 409)
    return RedirectResponse(f"/exclusions/{agreement}/{exclusion}#review", 303)


def _ruling(decisions: Decisions, verb: Verb) -> Callable[[str, str, str, str], int]:
    return {
        "grant": decisions.grant_exclusion,
        "refuse": decisions.refuse_exclusion,
        "withdraw": decisions.withdraw_exclusion,
    }[verb]


def _fault(reason: str) -> str | None:
    if not reason:
        return "review.reason_missing"
    return "review.reason_too_long" if len(reason) > LONGEST else None


def _list(
    request: Request,
    reading: Read,
    agreement: str | None,
    typed: Announcement,
    *,
    faults: dict[str, str] | None = None,
    refusal: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    offers, every = reading.announceable(), reading.exclusions(None)
    names = {offer.agreement: offer.name for offer in offers}
    names |= {line.agreement: line.agreement for line in every if line.agreement not in names}
    if agreement is not None and agreement not in names:
        raise HTTPException(404, f"There is no agreement with the id {agreement}.")
    offer = _offered(offers, agreement)
    shown = [line for line in every if agreement in {None, line.agreement}]
    shown.sort(key=lambda line: line.from_, reverse=True)
    return page(
        request,
        "exclusions.html",
        status=status,
        lines=[(line, _outcomes(line)) for line in shown],
        names=names,
        agreement=agreement,
        offer=offer,
        offers=offers,
        zone=offer.tz if offer else None,
        typed=typed,
        faults=faults or {},
        refusal=refusal,
        limit=LONGEST,
    )


def _offered(offers: Sequence[Announceable], agreement: str | None) -> Announceable | None:
    return next((offer for offer in offers if offer.agreement == agreement), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """In how many objectives a window comes to the same: some of it `excluded`, some kept in by `rules`."""

    excluded: bool
    rules: tuple[Rule, ...]
    count: int


def _outcomes(line: ExclusionLine) -> list[Outcome]:
    """What a window comes to, the same outcomes counted."""
    counted = Counter(
        (
            any(part.effect for part in fate.parts),
            tuple(sorted({part.rule for part in fate.parts if part.rule})),
        )
        for fate in line.objectives
        if fate.parts
    )
    return [Outcome(*what, count) for what, count in counted.items()]


def _one(
    request: Request, reading: Read, which: tuple[str, str], written: Ruled, status: int = 200
) -> HTMLResponse:
    found = reading.exclusion(*which)
    if found is None:
        raise HTTPException(404, f"Nothing was announced as {which[1]} of {which[0]}.")
    offer = _offered(reading.announceable(), which[0])
    return page(
        request,
        "exclusion.html",
        status=status,
        line=found,
        zone=found.tz,
        offer=offer,
        clause=next((c for c in offer.clauses if c.clause == found.clause), None)
        if offer
        else None,
        fates=_together(found.objectives),
        verbs=_verbs(found),
        written=written,
        limit=LONGEST,
    )


def _verbs(line: ExclusionLine) -> tuple[Verb, ...]:
    """The rulings that are open."""
    if line.status == "withdrawn":
        return ()
    return ("grant", "refuse", "withdraw") if line.ruling is None else ("withdraw",)


def _together(
    fates: Sequence[ExclusionFate],
) -> list[tuple[tuple[ExclusionPart, ...], list[ExclusionFate]]]:
    """The objectives to which a window comes to the same, put together."""
    found: dict[tuple[ExclusionPart, ...], list[ExclusionFate]] = {}
    for fate in fates:
        if fate.parts:
            found.setdefault(fate.parts, []).append(fate)
    return list(found.items())
