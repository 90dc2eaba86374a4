"""The documents as JSON Schema, one schema a file of a set, so that editors complete and check what is typed.

A schema says how a record is written: its fields, words, patterns. What several fields or records must agree on only
the reader knows (`slamon catalogue check`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache

from pydantic import BaseModel, JsonValue
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from catalogue.kinds import FILES, SECTIONS, Json, Kind
from catalogue.probing import Probe
from catalogue.questions import QUESTIONS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
WHOLE_SET = "documents"
"""The name of the schema of a set that is written in one file."""
NAMES = (*FILES, WHOLE_SET)
_REF = "#/$defs/{model}"


class _AsWritten(GenerateJsonSchema):
    """Days are written like 2008-05-31; the names of fields need no titles."""

    def date_schema(self, schema: core_schema.DateSchema) -> JsonSchemaValue:  # noqa: ARG002
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"}

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        return False


@cache
def schema_text(name: str) -> str:
    """Write the schema of a file of a set as it is published.

    Raises:
        KeyError: no file of a set is named so.

    """
    return json.dumps(schema_of(name), indent=1, ensure_ascii=False) + "\n"


def schema_of(name: str) -> Json:
    """Describe one file of a set, or `documents`: all sections in one file.

    Raises:
        KeyError: no file of a set is named so.

    """
    sections = tuple(SECTIONS) if name == WHOLE_SET else FILES[name]
    kinds = [SECTIONS[section] for section in sections]
    definitions, refs = _definitions(kinds)
    properties: Json = {kind.section: _section(kind, refs, definitions) for kind in kinds}
    return {
        "$schema": DIALECT,
        "title": f"slamon: {name}.yaml",
        "description": f"A file of a set of documents, with the sections {', '.join(sections)}.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": definitions,
    }


def _definitions(kinds: Iterable[Kind]) -> tuple[Json, Mapping[type[BaseModel], JsonValue]]:
    models = [model for kind in kinds for model in _models(kind)]
    found, generated = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=_REF,
        schema_generator=_AsWritten,
    )
    refs = {model: dict(found[model, "validation"]) for model in models}
    return generated["$defs"], refs


def _models(kind: Kind) -> tuple[type[BaseModel], ...]:
    return tuple(dict.fromkeys(QUESTIONS.values())) if kind.model is Probe else (kind.model,)


def _section(kind: Kind, refs: Mapping[type[BaseModel], JsonValue], definitions: Json) -> JsonValue:
    """Describe a section: a list of records, one record, or of sources also a map by their ids."""
    if kind.model is Probe:
        definitions["AnyProbe"] = _any_probe(refs)
        return {"type": "array", "items": {"$ref": _REF.format(model="AnyProbe")}}
    record = refs[kind.model]
    if kind.single:
        return record
    listed: Json = {"type": "array", "items": record}
    if kind.name != "source":
        return listed
    definitions["NamedSource"] = _named(definitions[kind.model.__name__])
    named: Json = {"$ref": _REF.format(model="NamedSource")}
    return {"anyOf": [{"type": "object", "additionalProperties": named}, listed]}


def _any_probe(refs: Mapping[type[BaseModel], JsonValue]) -> Json:
    """Choose by its kind the fields that a probe may have, so that an editor complains of one kind only."""
    chosen: list[JsonValue] = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": refs[model],
        }
        for kind, model in QUESTIONS.items()
    ]
    kinds: list[JsonValue] = list(QUESTIONS)
    return {
        "type": "object",
        "properties": {"kind": {"enum": kinds}},
        "required": ["kind"],
        "allOf": chosen,
    }


def _named(record: JsonValue) -> JsonValue:
    """Take the id out of what a record needs: the key of the map says it."""
    if not isinstance(record, dict) or not isinstance(needed := record.get("required"), list):
        raise TypeError("a record is described as a map of fields")
    return {**record, "required": [name for name in needed if name != "id"]}
