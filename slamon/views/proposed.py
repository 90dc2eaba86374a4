"""The catalogue as it would be if a file of terms had held: read beside what the ledger knows, recorded nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from catalogue.agreements import Agreement
from catalogue.kinds import KINDS
from catalogue.marks import lifecycle_of, terms_of
from catalogue.pages import Page
from catalogue.problems import DocumentsRefused, Problem, problem_at
from catalogue.reader import read
from catalogue.records import Catalogue, Written
from catalogue.terms import Known, Version
from slamon.views.promised import Held, Promises

TRIED = frozenset({"agreement", "service_hours", "calendar", "window"})
_LEDGER = Page("the ledger", {}, {}, {})


def proposed(held: Promises, agreement: str, file: Path) -> Promises:
    """The promises with an agreement put as a file says, from its first day on; what people announced stays.

    An agreement that nobody has signed is taken as signed, if it says from which day on it would hold.

    Raises:
        DocumentsRefused: the file has faults, or is not about this agreement alone.

    """
    documents = read([file], beside=as_documents(held))
    if faults := list(_out_of_place(documents, agreement, file)):
        raise DocumentsRefused(faults)
    tried = {key: _held(record, held.position) for key, record in documents.records.items()}
    return Promises({**held.records, **tried}, held.position, held.announced, held.declared)


def as_documents(held: Promises) -> Catalogue:
    """The records as if they had been read: what a text may name."""
    records = {
        key: Written(
            *key,
            each.known.catalogue,
            each.model(),
            each.known.document(each.known.newest),
            _LEDGER,
            (),
        )
        for key, each in held.records.items()
        if not each.known.withdrawn
    }
    return Catalogue((), records)


def _out_of_place(documents: Catalogue, agreement: str, file: Path) -> Iterator[Problem]:
    others = [each for each in documents.records.values() if each.kind not in TRIED]
    if others:
        found = Counter(each.kind for each in others)
        said = (
            "this file must hold one agreement, and the service hours, calendars and windows it needs: "
            f"found also {', '.join(_some(kind, count) for kind, count in found.items())}"
        )
        yield problem_at(others[0].position, said)
    for (kind, name), record in documents.records.items():
        if kind == "agreement" and name != agreement:
            said = f'this is the agreement "{name}", and the question is about "{agreement}" alone'
            yield problem_at(record.at(("id",)), said)
    if ("agreement", agreement) not in documents.records:
        yield Problem(str(file), 1, 1, f'this file does not state the agreement "{agreement}"')


def _some(kind: str, count: int) -> str:
    """So many records of a kind, in words."""
    word = kind.replace("_", " ")
    if word.endswith("s"):
        return word
    if count == 1:
        return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
    return f"{count} {word[:-1]}ies" if word.endswith("y") else f"{count} {word}s"


def _held(record: Written, position: int) -> Held:
    kind = KINDS[record.kind]
    terms = terms_of(kind, record.document)
    lifecycle = lifecycle_of(kind, record.document)
    if isinstance(record.model, Agreement):
        lifecycle |= _as_if_signed(record.model)
    known = Known(record.catalogue, (Version(None, terms),), lifecycle)
    return Held(record.kind, record.id, known, position)


def _as_if_signed(agreement: Agreement) -> dict[str, JsonValue]:
    dated = agreement.in_force.from_ is not None
    return cast(
        "dict[str, JsonValue]", {"state": "in_force"} if dated and not agreement.binding else {}
    )
