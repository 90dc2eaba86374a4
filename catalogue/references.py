"""Which field names which kind of record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Reference:
    """Marks a text as the id of a record of one of these kinds; `also` are words that name none."""

    kinds: tuple[str, ...]
    also: tuple[str, ...] = ()

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Say to editors what kind of record is named."""
        named = " or ".join(kind.replace("_", " ") for kind in self.kinds)
        words = "".join(f", or {word}" for word in self.also)
        return {**handler(schema), "description": f"The id of a record: {named}{words}."}


@dataclass(frozen=True)
class Named:
    """A reference as found in a record: where it stands and whom it names."""

    path: Path
    reference: Reference
    id: str


PartyRef = Annotated[str, Reference(("party",))]
ServiceRef = Annotated[str, Reference(("service",))]
OfferingRef = Annotated[str, Reference(("offering",))]
TariffRef = Annotated[str, Reference(("tariff",))]
AgreementRef = Annotated[str, Reference(("agreement",))]
CommitmentRef = Annotated[str, Reference(("commitment",))]
CalendarRef = Annotated[str, Reference(("calendar",))]
HoursRef = Annotated[str, Reference(("service_hours",))]
WindowRef = Annotated[str, Reference(("window",))]
LocationRef = Annotated[str, Reference(("location",))]
ProbeRef = Annotated[str, Reference(("probe",))]
DataRef = Annotated[str, Reference(("probe", "import"))]
RecommendationRef = Annotated[str, Reference(("recommendation",))]
StepRef = Annotated[int, Reference(("step",))]
SummaryItemRef = Annotated[str, Reference(("summary_item",))]
AmbiguityRef = Annotated[str, Reference(("ambiguity",))]


def references(record: BaseModel) -> Iterator[Named]:
    """Find every reference of a record, with its path as written in the document."""
    yield from _in_model(record, ())


def _in_model(part: BaseModel, path: Path) -> Iterator[Named]:
    for name, annotation in _fields(type(part)):
        field = type(part).model_fields[name]
        yield from _in_value(getattr(part, name), annotation, (*path, field.alias or name))


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (name, Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)
        for name, field in model.model_fields.items()
    )


def _in_value(value: object, annotation: Any, path: Path) -> Iterator[Named]:
    if value is None:
        return
    if isinstance(value, BaseModel):
        yield from _in_model(value, path)
    elif isinstance(value, tuple):
        member = _member(annotation)
        for index, item in enumerate(value):
            yield from _in_value(item, member, (*path, index))
    elif isinstance(value, Mapping):
        member = _member(annotation)
        for key, item in value.items():
            yield from _in_value(item, member, (*path, key))
    elif (reference := _reference(annotation)) and str(value) not in reference.also:
        yield Named(path, reference, str(value))


def _member(annotation: Any) -> Any:
    for option in _options(annotation):
        if get_origin(option) is tuple:
            return get_args(option)[0]
        if get_origin(option) is dict:
            return get_args(option)[1]
    return None


def _reference(annotation: Any) -> Reference | None:
    for option in _options(annotation):
        if get_origin(option) is Annotated:
            marks = [mark for mark in get_args(option)[1:] if isinstance(mark, Reference)]
            return marks[0] if marks else _reference(get_args(option)[0])
    return None


def _options(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in {Union, UnionType}:
        for option in get_args(annotation):
            yield from _options(option)
    elif get_origin(annotation) is Annotated and not any(
        isinstance(mark, Reference) for mark in get_args(annotation)[1:]
    ):
        yield from _options(get_args(annotation)[0])
    else:
        yield annotation
