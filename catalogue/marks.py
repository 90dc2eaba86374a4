"""Marks in documents: `amended` and `correction` say why a term that binds is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import JsonValue

from catalogue.changes import Change, Json, as_written
from catalogue.kinds import Kind
from catalogue.references import Path

MARKS = ("amended", "correction")


@dataclass(frozen=True)
class Mark:
    """A reason for a change; without a day it corrects from the start."""

    from_: date | None
    reason: str


def terms_of(kind: Kind, document: Json) -> Json:
    """Return what is promised: the document without lifecycle fields and marks."""
    lasting = {name: value for name, value in document.items() if name not in kind.lifecycle}
    return {name: _unmarked(value) for name, value in lasting.items() if name not in MARKS}


def lifecycle_of(kind: Kind, document: Json) -> Json:
    """Return the initial assertions of a document."""
    return {name: document[name] for name in kind.lifecycle if name in document}


def mark_of(change: Change, document: Json) -> Mark | None:
    """Find the mark nearest around a change; null if there is none."""
    for around in reversed(list(_around(change, document))):
        match around.get("amended"):
            case {"from": str(day), "reason": str(reason)}:
                return Mark(date.fromisoformat(day), reason)
        match around.get("correction"):
            case {"reason": str(reason)}:
                return Mark(None, reason)
    return None


def amendments(document: JsonValue, path: Path = ()) -> Iterator[Path]:
    """Find the places of all marks that say `amended`."""
    if isinstance(document, dict):
        if document.get("amended") is not None:
            yield (*path, "amended")
        for name, value in document.items():
            yield from amendments(value, (*path, name))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from amendments(value, (*path, index))


def _around(change: Change, document: Json) -> Iterator[Json]:
    here: JsonValue = document
    yield document
    for step in as_written(document, change.parts):
        if isinstance(here, dict):
            here = here[str(step)]
        elif isinstance(here, list):
            here = here[int(step)]
        if isinstance(here, dict):
            yield here


def _unmarked(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _unmarked(inner) for name, inner in value.items() if name not in MARKS}
    if isinstance(value, list):
        return [_unmarked(inner) for inner in value]
    return value
