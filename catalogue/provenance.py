"""Where each field of a record comes from: codes, and whether they name something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from catalogue.changes import as_written
from catalogue.document import Record, codes_of
from catalogue.problems import Problem, closest, problem_at
from catalogue.records import Catalogue, Written


def faults_of_provenance(catalogue: Catalogue, sources: frozenset[str]) -> Iterator[Problem]:
    """Check that provenance names fields of its record and sources that exist."""
    for record in catalogue.records.values():
        if isinstance(record.model, Record):
            yield from _unknown_fields(record, record.model.prov)
            yield from _unknown_sources(record, record.model.prov, sources)


def _unknown_fields(record: Written, prov: Mapping[str, str]) -> Iterator[Problem]:
    for field in prov:
        parts = tuple(field.split("."))
        path = as_written(record.document, parts)
        if field != "_" and len(path) < len(parts):
            around = _inside(record.document, path)
            known = around if isinstance(around, dict) else {}
            hint = closest(parts[len(path)], known)
            said = f'provenance names "{field}", which is no field of the record'
            yield problem_at(record.page.at_key((*record.base, "prov", field)), said, hint)


def _inside(document: JsonValue, path: tuple[str | int, ...]) -> JsonValue:
    for step in path:
        if isinstance(document, dict):
            document = document[str(step)]
        elif isinstance(document, list):
            document = document[int(step)]
    return document


def _unknown_sources(
    record: Written, prov: Mapping[str, str], sources: frozenset[str]
) -> Iterator[Problem]:
    for field, codes in prov.items():
        for code in codes_of(codes):
            source = code.removeprefix("P:")
            if code.startswith("P:") and source not in sources:
                said = f'there is no source "{source}"'
                yield problem_at(record.at(("prov", field)), said, closest(source, sources))
