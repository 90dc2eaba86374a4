"""Forms by which somebody records what was done with a record: signed, published, fulfilled, decided."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from catalogue.document import PartialDate
from catalogue.instants import InstantError, moment_of
from slamon.app.acts import ACTS, Act, ReceiveTariff
from slamon.app.refused import Refused
from slamon.web.pages.forms import LONGEST, signed_in
from slamon.web.pages.render import page
from slamon.web.requests import Decide, Now, Read

router = APIRouter(include_in_schema=False)

BY_FILE = (ReceiveTariff,)
"""Acts that need a file: they are done by command or by the API."""


@dataclass(frozen=True)
class Input:
    """A field of a form: how it is asked for, and what may be chosen."""

    name: str
    kind: str
    required: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Typed:
    """What somebody wrote into a form, and what is wrong with it."""

    values: dict[str, str] = field(default_factory=dict)
    faults: frozenset[str] = frozenset()
    refusal: str | None = None


def acts_of(noun: str) -> tuple[type[Act], ...]:
    """What can be done with a record of a kind by a form."""
    return tuple(each for each in ACTS if each.noun == noun and each not in BY_FILE)


def inputs_of(act: type[Act]) -> tuple[Input, ...]:
    """The fields of the form of an act."""
    return tuple(
        _input(name, info.annotation, required=info.is_required())
        for name, info in act.model_fields.items()
    )


@router.get("/catalogue/{noun}/{name}/acts/{verb}")
def form(
    request: Request, reading: Read, now: Now, noun: str, name: str, verb: str
) -> HTMLResponse:
    """The form of an act."""
    act, today = _act(noun, verb), moment_of(now).date().isoformat()
    dates = {each.name: today for each in inputs_of(act) if each.name == "on"}
    return _form(request, reading, (act, name), Typed(dates))


async def _fields(request: Request) -> dict[str, str]:
    written = await request.form()
    return {key: str(value).strip()[:LONGEST] for key, value in written.items()}


@router.post("/catalogue/{noun}/{name}/acts/{verb}")
def record(
    request: Request,
    reading: Read,
    decisions: Decide,
    noun: str,
    name: str,
    verb: str,
    values: Annotated[dict[str, str], Depends(_fields)],
) -> Response:
    """Record the act, and go to what the ledger now says of the record."""
    act = _act(noun, verb)
    actor = signed_in(request, values.pop("csrf", ""))
    made = _read(act, values)
    if isinstance(made, frozenset):
        return _form(request, reading, (act, name), Typed(values, made), 422)
    try:
        decisions.act(name, made, actor)
    except Refused as refused:
        return _form(request, reading, (act, name), Typed(values, refusal=str(refused)), 409)
    return RedirectResponse(f"/catalogue/{noun}/{name}", 303)


def _act(noun: str, verb: str) -> type[Act]:
    for each in acts_of(noun):
        if each.verb == verb:
            return each
    raise HTTPException(404)


def _form(
    request: Request,
    reading: Read,
    which: tuple[type[Act], str],
    typed: Typed,
    status: int = 200,
) -> HTMLResponse:
    act, name = which
    found = reading.record(act.noun, name)
    if found is None:
        raise HTTPException(404)
    return page(
        request,
        "act.html",
        status=status,
        act=act,
        name=name,
        inputs=inputs_of(act),
        typed=typed,
        limit=LONGEST,
    )


def _input(name: str, annotation: Any, *, required: bool) -> Input:
    kinds = {annotation, *get_args(annotation)}
    if dt.date in kinds:
        return Input(name, "date", required)
    if PartialDate in kinds:
        return Input(name, "partial", required)
    if str not in kinds and all(isinstance(each, str) for each in get_args(annotation)):
        return Input(name, "choice", required, get_args(annotation))
    if annotation is str:
        return Input(name, "text", required)
    return Input(name, "names", required)


def _read(act: type[Act], values: dict[str, str]) -> Act | frozenset[str]:
    """The act as it was written, or the fields that are wrong."""
    raw: dict[str, object] = {}
    wrong: set[str] = set()
    for each in inputs_of(act):
        text = values.get(each.name, "")
        if not text:
            wrong |= {each.name} if each.required else set()
        elif each.kind == "names":
            raw[each.name] = [part.strip() for part in text.split(",") if part.strip()]
        elif each.kind == "partial":
            try:
                raw[each.name] = PartialDate.parse(text).model_dump(mode="json")
            except InstantError:
                wrong.add(each.name)
        else:
            raw[each.name] = text
    if wrong:
        return frozenset(wrong)
    try:
        return act.model_validate_json(json.dumps(raw))
    except ValidationError as refused:
        return frozenset(str(each["loc"][0]) for each in refused.errors())
