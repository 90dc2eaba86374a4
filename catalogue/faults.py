"""Faults of a record's fields, in the words of the trade, each at its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from catalogue.document import Part, Text3
from catalogue.pages import Page
from catalogue.problems import Position, Problem, closest, problem_at
from catalogue.references import Path
from catalogue.values import INLINE_SECRET

_SAID = {
    "missing": '"{name}" is missing',
    "union_tag_not_found": "{discriminator} is missing",
    "string_type": "a text is wanted here, in quotes",
    "bool_type": "true or false is wanted here",
    "int_type": "a whole number is wanted here",
    "dict_type": "a map is wanted here",
    "model_type": "a map is wanted here",
    "model_attributes_type": "a text or a map is wanted here",
    "tuple_type": "a list is wanted here",
    "date_parsing": "a date like 2008-05-31 is wanted here",
    "date_type": "a date like 2008-05-31 is wanted here",
    "string_pattern_mismatch": '"{given}" is not written like {pattern}',
    "greater_than_equal": "{given} is less than {ge}",
    "less_than_equal": "{given} is more than {le}",
    "too_short": "this must not be empty",
    "string_too_short": "this must not be empty",
}


def faults_of(
    refused: ValidationError, model: type[Part], page: Page, base: Path, raw: JsonValue
) -> Iterator[Problem]:
    """Translate all faults of one record standing at `base` of a page."""
    seen: set[tuple[Position, str]] = set()
    for error in _languages_together(refused.errors(include_url=False)):
        if error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]:
            continue  # what stands in it was counted only as far as it is right, and is told of itself
        problem = _fault(error, model, page, base, raw)
        # One wrong value may fail each case of a union.
        key = (Position(problem.file, problem.line, problem.column), problem.message)
        if key not in seen:
            seen.add(key)
            yield problem


def _languages_together(errors: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Name all languages that a text misses in one fault."""
    missed: dict[tuple[int | str, ...], list[ErrorDetails]] = {}
    for error in errors:
        if error["type"] == "missing" and error["loc"][-1] in Text3.model_fields:
            missed.setdefault(error["loc"][:-1], []).append(error)
    for error in errors:
        together = missed.get(error["loc"][:-1], [])
        if len(together) <= 1 or error not in together:
            yield error
        elif error is together[0]:
            *others, last = (f'"{each["loc"][-1]}"' for each in together)
            said = f"{', '.join(others)} and {last} are missing"
            given = {"said": said, "proposal": None, "at": ()}
            yield {**error, "type": "document", "loc": error["loc"][:-1], "ctx": given}


def _fault(
    error: ErrorDetails, model: type[Part], page: Page, base: Path, raw: JsonValue
) -> Problem:
    at = base + _as_written(error["loc"], raw)
    match error["type"]:
        case "document":
            given = error["ctx"]
            place, said, proposal = (*at, *given["at"]), given["said"], given["proposal"]
        case "extra_forbidden":
            return problem_at(page.at_key(at), *_unknown(model, at[len(base) :]))
        case "literal_error":
            place, (said, proposal) = at, _none_of(error["input"], error["ctx"]["expected"])
        case "union_tag_invalid":
            place = (*at, str(error["ctx"]["discriminator"]).strip("'"))
            said, proposal = _none_of(error["ctx"]["tag"], error["ctx"]["expected_tags"])
        case "string_pattern_mismatch" if "file:/" in error["ctx"]["pattern"]:
            # What was given is never repeated: it may be the secret.
            place, (said, proposal) = at, INLINE_SECRET
        case "tuple_type" if isinstance(error["input"], str | int):
            place, said, proposal = at, _plain(error), f"[{json.dumps(error['input'])}]"
        case "model_type" if error["ctx"]["class_name"] == Text3.__name__:
            place, (said, proposal) = at, _in_one_language(error["input"])
        case "value_error":
            place, said, proposal = at, str(error["ctx"]["error"]), None
        case _:
            place, said, proposal = at, _plain(error), None
    return problem_at(page.at_value(place), said, proposal)


def _in_one_language(given: object) -> tuple[str, str | None]:
    said = "a text in each of en, fr and es is wanted here"
    return said, f'{{en: "{given}", fr: "…", es: "…"}}' if isinstance(given, str) else None


def _unknown(model: type[Part], path: Path) -> tuple[str, str | None]:
    if (elsewhere := model.misplaced(path)) is not None:
        return elsewhere
    name = str(path[-1])
    return f'unknown field "{name}"', closest(name, names_at(model, path[:-1]))


def _as_written(loc: tuple[int | str, ...], raw: JsonValue) -> Path:
    """Leave out of a location what does not stand in the document, such as the cases of a union."""
    path: list[str | int] = []
    for part in loc:
        if isinstance(raw, dict) and part in raw:
            raw = raw[str(part)]
        elif isinstance(raw, list) and isinstance(part, int):
            raw = raw[part]
        else:
            continue
        path.append(part)
    return tuple(path)


def _none_of(given: object, expected: str) -> tuple[str, str | None]:
    words = re.findall(r"'([^']*)'", expected)
    return f'"{given}" is none of: {", ".join(words)}', closest(str(given), words)


def _plain(error: ErrorDetails) -> str:
    said = _SAID.get(error["type"])
    if said is None:
        return error["msg"]
    context = error.get("ctx", {})
    return said.format(name=error["loc"][-1], given=error["input"], **context).replace("'", '"')


def names_at(model: type[BaseModel], path: Path) -> set[str]:
    """Collect the fields known in the maps at a path of a record."""
    models = {model}
    for part in path:
        if isinstance(part, str):
            fields = [found for each in models if (found := _field(each, part)) is not None]
            models = {inner for annotation in fields for inner in _models_in(annotation)}
    return {field.alias or name for each in models for name, field in each.model_fields.items()}


def _field(model: type[BaseModel], name: str) -> Any:
    for own, field in model.model_fields.items():
        if (field.alias or own) == name:
            return field.annotation
    return None


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
