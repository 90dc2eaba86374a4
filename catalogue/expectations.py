"""What makes an answer good: the short forms of each kind of probe, and conditions in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, TypeVar

from pydantic import Discriminator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, Tag
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from catalogue.document import Document
from catalogue.references import Path
from catalogue.short_texts import BEGUN, condition
from catalogue.values import JsonPath, Regex, StatusCode
from probes.conditions.certificates import MinDaysLeft
from probes.conditions.documents import JsonEquals, JsonExists
from probes.conditions.names import AnswersNotEmpty
from probes.conditions.requirement import Requirement
from probes.conditions.web import BodyContains, BodyMatches, HeaderMatches, StatusIn
from probes.specs.certificates import TlsCondition
from probes.specs.databases import MysqlCondition, PostgresqlCondition
from probes.specs.echoes import IcmpCondition
from probes.specs.harvest import HarvestCondition
from probes.specs.lines import TcpCondition
from probes.specs.maps import WfsCondition, WmsCondition
from probes.specs.names import DnsCondition
from probes.specs.web import HttpCondition

_C = TypeVar("_C", bound=Requirement)

Name = Annotated[str, Field(min_length=1, max_length=253)]
Days = Annotated[int, Field(ge=0)]


def _written_as(value: object) -> str:
    # A text is a condition that stands alone, where a list of them belongs.
    return "list" if isinstance(value, list | tuple | str) else "map"


_EITHER = Discriminator(_written_as)
_Map, _List = Tag("map"), Tag("list")


class _AlsoAsText:
    """Lets a condition be written as a short text (`status in 200, 204`)."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(condition, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "pattern": BEGUN}, handler(schema)]}


_TEXT = _AlsoAsText()
_HttpConditions = tuple[Annotated[HttpCondition, _TEXT], ...]
_TcpConditions = tuple[Annotated[TcpCondition, _TEXT], ...]
_DnsConditions = tuple[Annotated[DnsCondition, _TEXT], ...]
_TlsConditions = tuple[Annotated[TlsCondition, _TEXT], ...]
IcmpConditions = tuple[Annotated[IcmpCondition, _TEXT], ...]
OfPostgresql = tuple[Annotated[PostgresqlCondition, _TEXT], ...]
OfMysql = tuple[Annotated[MysqlCondition, _TEXT], ...]
OfHarvest = tuple[Annotated[HarvestCondition, _TEXT], ...]
OfWms = tuple[Annotated[WmsCondition, _TEXT], ...]
OfWfs = tuple[Annotated[WfsCondition, _TEXT], ...]


class ExpectHttp(Document):
    """What is expected of a page; the status is 200 unless it is stated otherwise."""

    status: tuple[StatusCode, ...] = ()
    body_contains: str | None = None
    body_regex: Regex | None = None
    header: dict[Name, Regex] = Field(default_factory=dict)
    json_: dict[JsonPath, bool | int | str | None] = Field(default_factory=dict, alias="json")
    json_exists: tuple[JsonPath, ...] = ()
    min_days_left: Days | None = None
    conditions: _HttpConditions = ()

    def placed(self) -> Iterator[tuple[Path, HttpCondition]]:
        """Give all conditions, each with its place, those in full last."""
        if self.status or not any(isinstance(each, StatusIn) for each in self.conditions):
            yield ("status",), StatusIn(values=self.status or (200,))
        for name, pattern in self.header.items():
            yield ("header", name), HeaderMatches(name=name, pattern=pattern)
        if self.body_contains:
            yield ("body_contains",), BodyContains(text=self.body_contains)
        if self.body_regex:
            yield ("body_regex",), BodyMatches(pattern=self.body_regex)
        for path, value in self.json_.items():
            yield ("json", path), JsonEquals(path=path, value=value)
        for index, path in enumerate(self.json_exists):
            yield ("json_exists", index), JsonExists(path=path)
        if self.min_days_left is not None:
            yield ("min_days_left",), MinDaysLeft(days=self.min_days_left)
        yield from _listed(self.conditions, "conditions")


class ExpectTcp(Document):
    """What is expected of what a target says."""

    conditions: _TcpConditions = ()


class ExpectDns(Document):
    """What is expected of what a name server answers; without a word, at least one record."""

    conditions: _DnsConditions = ()


class ExpectTls(Document):
    """What is expected of certificates; that they hold for the host asked is checked anyway."""

    min_days_left: Days | None = None
    hostname: bool | None = None
    conditions: _TlsConditions = ()


# Written as a map of short forms, or as a list of conditions in full.
OfHttp = Annotated[Annotated[ExpectHttp, _Map] | Annotated[_HttpConditions, _List], _EITHER]
OfTcp = Annotated[Annotated[ExpectTcp, _Map] | Annotated[_TcpConditions, _List], _EITHER]
OfTls = Annotated[Annotated[ExpectTls, _Map] | Annotated[_TlsConditions, _List], _EITHER]
OfDns = Annotated[Annotated[ExpectDns, _Map] | Annotated[_DnsConditions, _List], _EITHER]


def http_placed(
    stated: ExpectHttp | _HttpConditions | None,
) -> Iterator[tuple[Path, HttpCondition]]:
    """What a page must fulfil, each condition with its place in what is stated."""
    if not isinstance(stated, tuple):
        yield from (stated or ExpectHttp()).placed()
        return
    for path, each in ExpectHttp(conditions=stated).placed():
        yield path[1:], each


def http_conditions(stated: ExpectHttp | _HttpConditions | None) -> tuple[HttpCondition, ...]:
    """What a page must fulfil."""
    return tuple(each for _, each in http_placed(stated))


def placed(stated: object) -> Iterator[tuple[Path, Requirement]]:
    """What is stated of a target that is no page, each condition with its place."""
    if isinstance(stated, ExpectTcp | ExpectTls | ExpectDns):
        yield from _listed(stated.conditions, "conditions")
    elif isinstance(stated, tuple):
        yield from _listed(stated)


def _listed(conditions: Iterable[_C], *path: str) -> Iterator[tuple[Path, _C]]:
    for index, each in enumerate(conditions):
        yield (*path, index), each


def tcp_conditions(stated: ExpectTcp | _TcpConditions | None) -> tuple[TcpCondition, ...]:
    """What a target that speaks line by line must fulfil."""
    return stated.conditions if isinstance(stated, ExpectTcp) else stated or ()


def tls_conditions(stated: ExpectTls | _TlsConditions | None) -> tuple[TlsCondition, ...]:
    """What certificates must fulfil besides being valid."""
    if not isinstance(stated, ExpectTls):
        return stated or ()
    days = stated.min_days_left
    return (*(() if days is None else (MinDaysLeft(days=days),)), *stated.conditions)


def dns_conditions(stated: ExpectDns | _DnsConditions | None) -> tuple[DnsCondition, ...]:
    """What an answer of a name server must fulfil; without a word, it holds a record."""
    found = stated.conditions if isinstance(stated, ExpectDns) else stated
    return found or (AnswersNotEmpty(),)
