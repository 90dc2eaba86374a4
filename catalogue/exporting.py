"""The documents of a set as the ledger has them: written anew, or changed only where the record has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from catalogue.changes import name_of
from catalogue.kinds import FILES, KINDS, SECTIONS, Json, Kind
from catalogue.marks import MARKS
from catalogue.probing import Probe
from catalogue.questions import recalled
from catalogue.records import Key
from catalogue.splicing import spliced
from catalogue.terms import Known, Terms
from catalogue.writing import section


@dataclass(frozen=True)
class WrittenFile:
    """A file of a set as it stands: its text, and what it says."""

    text: str
    data: JsonValue


def documents_of(states: Mapping[Key, Terms], name: str) -> dict[Key, Json]:
    """Give the records of a set with their newest terms, and their lifecycle as it stands."""
    return {
        (kind, record): _document(KINDS[kind], terms)
        for (kind, record), terms in sorted(states.items(), key=lambda each: _natural(each[0][1]))
        if isinstance(terms, Known) and not terms.withdrawn and terms.catalogue == name
    }


def sets_of(states: Mapping[Key, Terms]) -> list[str]:
    """Name the sets that records stand in."""
    kept = (each for each in states.values() if isinstance(each, Known) and not each.withdrawn)
    return sorted({terms.catalogue for terms in kept})


def exported(
    documents: Mapping[Key, Json], name: str, files: Mapping[str, WrittenFile]
) -> dict[str, str]:
    """Write the documents of a set: the text of each file by its name.

    Files of the set that are there already keep their comments, and their order.
    """
    known = {file: each.data for file, each in files.items()}
    wanted = {file: _as_recorded(data, documents, name) for file, data in known.items()}
    for (kind, record), document in _unwritten(documents, name, known):
        _put(wanted, KINDS[kind], record, document)
    return {
        file: spliced(files[file].text, files[file].data, data)
        if file in files
        else "".join(section(each, content) for each, content in _in_order(data).items())
        for file, data in wanted.items()
    }


def _document(kind: Kind, terms: Known) -> Json:
    """Give a document with each field of the lifecycle behind the fields that its kind has before it."""
    document = terms.document(terms.newest)
    if kind.model is Probe:
        document = recalled(document)
    fields = kind.model_of(document).model_fields.items()
    known = [field.alias or own for own, field in fields]
    written = [name for name in document if name not in kind.lifecycle]
    for name in kind.lifecycle:
        before = known[: known.index(name)] if name in known else known
        places = [written.index(each) for each in before if each in written]
        if name in document:
            written.insert(
                max((at for at in places if written[at] != "prov"), default=-1) + 1, name
            )
    return {name: document[name] for name in written}


def _as_recorded(data: JsonValue, documents: Mapping[Key, Json], name: str) -> Json:
    """Give what a file says with its records as the ledger has them; those it has not are left out."""
    said: Json = {}
    for title, content in data.items() if isinstance(data, dict) else ():
        kind = SECTIONS[title]
        if kind.single:
            recorded = documents.get((kind.name, name))
            if recorded is not None:
                said[title] = _marked(content, recorded)
        elif isinstance(content, dict):
            said[title] = {
                record: _marked(each, _without_id(documents[kind.name, record], each))
                for record, each in content.items()
                if (kind.name, record) in documents
            }
        elif isinstance(content, list):
            said[title] = [
                _marked(each, documents[key])
                for each in content
                if isinstance(each, dict)
                and (key := (kind.name, kind.id_of(each) or "")) in documents
            ]
    return said


def _without_id(document: Json, written: JsonValue) -> Json:
    stated = isinstance(written, dict) and "id" in written
    return {name: each for name, each in document.items() if stated or name != "id"}


def _unwritten(
    documents: Mapping[Key, Json], name: str, files: Mapping[str, JsonValue]
) -> Iterator[tuple[Key, Json]]:
    written = {key for data in files.values() for key in _keys(data, name)}
    return ((key, each) for key, each in documents.items() if key not in written)


def _keys(data: JsonValue, name: str) -> Iterator[Key]:
    for title, content in data.items() if isinstance(data, dict) else ():
        kind = SECTIONS[title]
        if kind.single:
            yield kind.name, name
        elif isinstance(content, dict):
            yield from ((kind.name, record) for record in content)
        elif isinstance(content, list):
            listed = (kind.id_of(each) for each in content if isinstance(each, dict))
            yield from ((kind.name, record or "") for record in listed)


def _put(files: dict[str, Json], kind: Kind, record: str, document: Json) -> None:
    """Put a record into the file that has its section, or else into the one that usually does."""
    usual = next(f"{file}.yaml" for file, sections in FILES.items() if kind.section in sections)
    file = next((name for name, data in files.items() if kind.section in data), usual)
    data = files.setdefault(file, {})
    content = data.get(kind.section)
    if kind.single:
        data[kind.section] = document
    elif isinstance(content, dict) or (content is None and kind.name == "source"):
        named = content if isinstance(content, dict) else {}
        data[kind.section] = {**named, record: _without_id(document, None)}
    else:
        data[kind.section] = [*(content if isinstance(content, list) else []), document]


def _in_order(data: Json) -> Json:
    return {title: data[title] for title in SECTIONS if title in data}


def _marked(written: JsonValue, recorded: Json) -> Json:
    """Keep the marks of changes that were recorded long ago: they explain what stands there."""
    merged = _with_marks(written, recorded)
    return merged if isinstance(merged, dict) else recorded


def _with_marks(written: JsonValue, recorded: JsonValue) -> JsonValue:
    if isinstance(written, dict) and isinstance(recorded, dict):
        stated = {name: written[name] for name in MARKS if name in written}
        kept = {name: _with_marks(written.get(name), each) for name, each in recorded.items()}
        return {**kept, **stated}
    if isinstance(written, list) and isinstance(recorded, list):
        named = {name_of(each): each for each in written}
        return [_with_marks(named.get(name_of(each)), each) for each in recorded]
    return recorded


def _natural(text: str) -> list[tuple[int, str]]:
    """Order names as people do: 2 before 10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", text)]
