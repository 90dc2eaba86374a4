"""Exclusions: windows that were announced, what became of them, and the rulings on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from slamon.app.exclusions import Asked as AskedWindow
from slamon.views.rulings import ExclusionLine
from slamon.web.freshness import Steady
from slamon.web.paging import Asked, Page
from slamon.web.requests import ApiActor, Decide, Read

router = APIRouter(tags=["exclusions"])

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class Announcing(BaseModel):
    """A window announced under a clause; an instant without an offset is on the clock of the agreement.

    No services means all of the agreement. Without an id one is made; the same announcement gets the same one.
    """

    model_config = ConfigDict(extra="forbid")

    agreement: Name
    clause: Name
    services: tuple[Name, ...] = ()
    from_: Name = Field(alias="from")
    to: Name
    received_at: Name
    evidence: Text
    reason: Text
    exclusion: Name | None = None


class Ruling(BaseModel):
    """Why a window is granted, refused or withdrawn."""

    model_config = ConfigDict(extra="forbid")

    reason: Text


class Ruled(BaseModel):
    """Where the decision stands in the ledger, and the exclusion as it now is."""

    position: int
    exclusion: ExclusionLine


@router.get("/exclusions", dependencies=[Steady])
async def exclusions(
    reading: Read, asked: Asked, agreement: str | None = None
) -> Page[ExclusionLine]:
    """Announced exclusions, of one agreement or of all."""
    found = reading.exclusions(agreement)
    return asked.cut(found, lambda line: (line.agreement, line.exclusion))


@router.get("/exclusions/{agreement}/{exclusion}", dependencies=[Steady])
async def exclusion(reading: Read, agreement: str, exclusion: str) -> ExclusionLine:
    """One announced exclusion with what was granted of it and which rule refused the rest."""
    return _found(reading, agreement, exclusion)


@router.post("/exclusions")
def announce(reading: Read, decisions: Decide, actor: ApiActor, body: Announcing) -> Ruled:
    """Record that a window was announced; repeated, it changes nothing."""
    asked = AskedWindow(
        clause=body.clause,
        services=body.services,
        begin=body.from_,
        end=body.to,
        received_at=body.received_at,
        evidence=body.evidence,
        reason=body.reason,
    )
    name, position = decisions.announce_exclusion(body.agreement, asked, body.exclusion, actor)
    return Ruled(position=position, exclusion=_found(reading, body.agreement, name))


@router.post("/exclusions/{agreement}/{exclusion}/grant")
def grant(
    reading: Read, decisions: Decide, actor: ApiActor, agreement: str, exclusion: str, body: Ruling
) -> Ruled:
    """Accept an announced window; this cures late recording, never missing notice."""
    position = decisions.grant_exclusion(agreement, exclusion, body.reason, actor)
    return Ruled(position=position, exclusion=_found(reading, agreement, exclusion))


@router.post("/exclusions/{agreement}/{exclusion}/refuse")
def refuse(
    reading: Read, decisions: Decide, actor: ApiActor, agreement: str, exclusion: str, body: Ruling
) -> Ruled:
    """Turn an announced window down."""
    position = decisions.refuse_exclusion(agreement, exclusion, body.reason, actor)
    return Ruled(position=position, exclusion=_found(reading, agreement, exclusion))


@router.post("/exclusions/{agreement}/{exclusion}/withdraw")
def withdraw(
    reading: Read, decisions: Decide, actor: ApiActor, agreement: str, exclusion: str, body: Ruling
) -> Ruled:
    """Take an announced window back."""
    position = decisions.withdraw_exclusion(agreement, exclusion, body.reason, actor)
    return Ruled(position=position, exclusion=_found(reading, agreement, exclusion))


def _found(reading: Read, agreement: str, exclusion: str) -> ExclusionLine:
    found = reading.exclusion(agreement, exclusion)
    if found is None:
        raise HTTPException(404, f"Nothing was announced as {exclusion} of {agreement}.")
    return found
