"""Wire 1: what an agent of the first releases can read of a probe. Frozen: it is never changed, one day dropped."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["bad", "degraded"]


class Part(BaseModel):
    """A part of an assignment; those agents refuse what has any field besides."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StatusIn(Part):  # noqa: D101 - these models are told by their fields
    field: Literal["status"]
    severity: Severity
    op: Literal["in"]
    values: tuple[int, ...]


class HeaderMatches(Part):  # noqa: D101
    field: Literal["header"]
    severity: Severity
    op: Literal["matches"]
    name: str
    pattern: str


class BodyContains(Part):  # noqa: D101
    field: Literal["body"]
    severity: Severity
    op: Literal["contains"]
    text: str


class BodyMatches(Part):  # noqa: D101
    field: Literal["body"]
    severity: Severity
    op: Literal["matches"]
    pattern: str


class JsonEquals(Part):  # noqa: D101
    field: Literal["json"]
    severity: Severity
    op: Literal["equals"]
    path: str
    value: bool | int | str | None


class JsonExists(Part):  # noqa: D101
    field: Literal["json"]
    severity: Severity
    op: Literal["exists"]
    path: str


class MinDaysLeft(Part):  # noqa: D101
    field: Literal["certificate"]
    severity: Severity
    op: Literal["min_days_left"]
    days: int


class BannerMatches(Part):  # noqa: D101
    field: Literal["banner"]
    severity: Severity
    op: Literal["matches"]
    pattern: str


class AnswersNotEmpty(Part):  # noqa: D101
    field: Literal["answers"]
    severity: Severity
    op: Literal["not_empty"]


class BasicAuth(Part):  # noqa: D101
    user: str
    password: str


class HttpSpec(Part):  # noqa: D101
    kind: Literal["http"]
    url: str
    method: Literal["GET", "HEAD"]
    timeout: int
    conditions: tuple[
        StatusIn
        | HeaderMatches
        | BodyContains
        | BodyMatches
        | JsonEquals
        | JsonExists
        | MinDaysLeft,
        ...,
    ]
    basic: BasicAuth | None
    redirects: Annotated[int, Field(le=5)]
    max_body: int


class TcpSpec(Part):  # noqa: D101
    kind: Literal["tcp"]
    host: str
    port: int
    timeout: int
    send: str | None
    conditions: tuple[BannerMatches, ...]


class DnsSpec(Part):  # noqa: D101
    kind: Literal["dns"]
    host: str
    port: int
    name: str
    type: Literal["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]
    timeout: int
    conditions: tuple[AnswersNotEmpty, ...]


class Segment(Part):  # noqa: D101
    from_: int | None = Field(alias="from")
    to: int | None
    interval: int


class AssignedProbe(Part):
    """One probe as wire 1 has it."""

    probe: str
    service: str | None
    control: bool
    spec: HttpSpec | TcpSpec | DnsSpec = Field(discriminator="kind")
    phase: int
    segments: tuple[Segment, ...]
