"""Editing a record on a page: its document, what recording it would mean, and the recording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from catalogue.problems import DocumentsRefused
from slamon.app.refused import Refused
from slamon.views.documented import Draft
from slamon.web.pages.forms import LONGEST, signed_in
from slamon.web.pages.render import page
from slamon.web.ports import Reading
from slamon.web.requests import Decide, Now, Read, then_of

router = APIRouter(include_in_schema=False)

Field = Annotated[str, Form()]
LONGEST_DOCUMENT = 200_000


@dataclass(frozen=True, slots=True)
class Written:
    """What was written into the form, and what is said about it when it is shown again."""

    document: str
    reason: str = ""
    draft: Draft | None = None
    faults: tuple[str, ...] = ()
    shown: str | None = None
    refusal: str | None = None

    @property
    def ready(self) -> bool:
        """Whether it can be recorded as it stands."""
        return bool(self.draft and self.draft.plan.changes and not self.draft.plan.refusals)


@router.get("/catalogue/{kind}/{record}/edit")
def form(request: Request, reading: Read, kind: str, record: str) -> HTMLResponse:
    """The document of a record, to be edited."""
    document = _document(reading, kind, record)
    return _form(request, kind, record, Written(document))


@router.post("/catalogue/{kind}/{record}/edit")
def edit(
    request: Request,
    reading: Read,
    decisions: Decide,
    now: Now,
    kind: str,
    record: str,
    csrf: Field = "",
    document: Field = "",
    reason: Field = "",
    at: Field = "",
    act: Field = "preview",
) -> Response:
    """Say what recording the document would mean, or record it."""
    actor = signed_in(request, csrf)
    _document(reading, kind, record)
    written = Written(document.replace("\r\n", "\n")[:LONGEST_DOCUMENT], reason.strip()[:LONGEST])
    name = _set_of(reading, kind, record)
    try:
        written = replace(written, draft=reading.draft(written.document, name, now))
    except DocumentsRefused as refused:
        faults = tuple(f"{each.line}:{each.column}: {each.told}" for each in refused.problems)
        return _form(request, kind, record, replace(written, faults=faults), 422)
    if act != "record" or not written.ready:
        return _form(request, kind, record, written)
    if not written.reason:
        return _form(request, kind, record, replace(written, shown="edit.reason_missing"), 422)
    try:
        seen = int(at) if at.isdecimal() else None
        decisions.edit_documents(
            written.document, name, at=seen, reason=written.reason, actor=actor
        )
    except Refused as refused:
        return _form(request, kind, record, replace(written, refusal=str(refused)), 409)
    return RedirectResponse(f"/catalogue/{quote(kind)}/{quote(record)}#history", 303)


def _document(reading: Reading, kind: str, record: str) -> str:
    found = reading.written(kind, record)
    if found is None:
        raise HTTPException(404)
    return found


def _set_of(reading: Reading, kind: str, record: str) -> str:
    found = reading.record(kind, record)
    if found is None:
        raise HTTPException(404)
    return str(found["catalogue"])


def _form(
    request: Request, kind: str, record: str, written: Written, status: int = 200
) -> HTMLResponse:
    if then_of(request):
        raise HTTPException(404)  # what was known then is not edited now
    values = {"kind": kind, "id": record, "written": written, "limit": LONGEST}
    return page(request, "edit.html", status=status, **values)
