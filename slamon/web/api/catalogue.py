"""The catalogue: records as the documents state them, and sets as documents."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Annotated, Literal, cast

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from slamon.views.answers import RecordLine
from slamon.views.biography import Step
from slamon.views.documented import Draft
from slamon.web.freshness import Steady
from slamon.web.paging import Asked, Page
from slamon.web.requests import ApiActor, Decide, Now, Read

router = APIRouter(tags=["catalogue"])

ZIP = "application/zip"


class Documents(BaseModel):
    """A set as documents, as it stands at a position: the text of each file by its name."""

    set: str
    position: int
    files: Mapping[str, str]


@router.get("/catalogue", dependencies=[Steady])
async def records(reading: Read, asked: Asked, kind: str | None = None) -> Page[RecordLine]:
    """Records by kind and id."""
    key = asked.word(2)
    lines = reading.records(kind, (key[0], key[1]) if key else None, asked.probe)
    return asked.page(lines, lambda line: (line.kind, line.id))


class Stating(BaseModel):
    """Records of a set as documents state them: YAML with the sections that files of a set have."""

    model_config = ConfigDict(extra="forbid")

    documents: Annotated[str, StringConstraints(min_length=1, max_length=200_000)]
    set: Annotated[str, StringConstraints(min_length=1, max_length=120)]


class Recording(Stating):
    """What is stated and why; `at` is the position at which the plan was read."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    at: int | None = None


class Planned(BaseModel):
    """What recording documents would mean, a sentence a change; refused as a whole where one change is."""

    position: int
    changes: tuple[str, ...]
    ledger_ahead: tuple[str, ...]
    refusals: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, draft: Draft) -> Planned:
        """Tell a draft."""
        plan = draft.plan
        return cls(
            position=draft.position,
            changes=tuple(each.sentence for each in plan.changes),
            ledger_ahead=tuple(each.sentence for each in plan.ledger_ahead),
            refusals=tuple(map(str, plan.refusals)),
            notes=plan.notes,
        )


class Recorded(BaseModel):
    """Where what was recorded can be read."""

    position: int


@router.post("/catalogue/plan")
def plan(reading: Read, now: Now, actor: ApiActor, body: Stating) -> Planned:  # noqa: ARG001 - whoever is signed in
    """What recording documents past those of the set would mean; nothing is recorded."""
    return Planned.of(reading.draft(body.documents, body.set, now))


@router.post("/catalogue/apply")
def apply(decisions: Decide, actor: ApiActor, body: Recording) -> Recorded:
    """Record what documents state of records of a set, whose own documents are behind until they are exported."""
    position = decisions.edit_documents(
        body.documents, body.set, at=body.at, reason=body.reason, actor=actor
    )
    return Recorded(position=position)


@router.get("/catalogue/export", dependencies=[Steady], responses={200: {"content": {ZIP: {}}}})
def export(
    reading: Read,
    name: Annotated[str, Query(alias="set")],
    form: Annotated[Literal["json", "zip"], Query(alias="format")] = "json",
) -> Documents:
    """A set as documents: newest terms, and the lifecycle as it stands; as JSON, or as files in a zip."""
    found = reading.documents(name)
    if found is None:
        known = ", ".join(reading.sets()) or "none"
        raise HTTPException(404, f"There is no set {name}; known are: {known}.")
    if form == "zip":
        headers = {"Content-Disposition": f'attachment; filename="{found.name}.zip"'}
        packed = Response(_packed(found.name, found.files), media_type=ZIP, headers=headers)
        return cast("Documents", packed)  # a response is passed on as it is
    return Documents(set=found.name, position=found.position, files=found.files)


def _packed(name: str, files: Mapping[str, str]) -> bytes:
    """Put files into a zip with a folder of the set's name; equal texts make equal bytes."""
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as packed:
        for file, text in files.items():
            packed.writestr(zipfile.ZipInfo(f"{name}/{file}"), text)
    return store.getvalue()


@router.get("/catalogue/{kind}/{record}/history", dependencies=[Steady])
def history(reading: Read, kind: str, record: str) -> tuple[Step, ...]:
    """Everything recorded of a record, the oldest first."""
    found = reading.biography(kind, record)
    if not found:
        raise HTTPException(404, f"There is no {kind} with the id {record}.")
    return found


@router.get("/catalogue/{kind}/{record}", dependencies=[Steady])
async def whole_record(reading: Read, kind: str, record: str) -> dict[str, object]:
    """A whole record: versions of its terms, lifecycle, and what is not yet interpreted."""
    found = reading.record(kind, record)
    if found is None:
        raise HTTPException(404, f"There is no {kind} with the id {record}.")
    return found
