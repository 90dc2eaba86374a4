"""Locations, probes, imports and attestations: how it is known what was delivered."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from catalogue.document import Document, Record, Text3
from catalogue.references import (
    AgreementRef,
    LocationRef,
    PartyRef,
    Reference,
    ServiceRef,
    WindowRef,
)
from catalogue.values import Address, Duration, Id, Regex, Secret, Zone, wrong
from probes.conditions.documents import JsonPath

# Kinds that are asked at a port, which has no default.
_AT_A_PORT = {"tcp", "tls"}

# What only probes that ask have, and what only those that report themselves.
_ASKED = ("target", "demo_target", "timeout", "interval_in", "auth", "expect", "control")
_TOLD = ("grace", "location", "keep_output")

Name = Annotated[str, Field(min_length=1, max_length=253)]
StatusCode = Annotated[int, Field(ge=100, le=599)]


class Location(Record):
    """Where an agent measures from."""

    id: Id
    name: Text3


class ProbeDefaults(Record):
    """Interval and timeout of probes that state none."""

    interval: Duration
    timeout: Duration


class IntervalIn(Document):
    """Another interval inside a window."""

    window: WindowRef
    interval: Duration


class Active(Document):
    """Only while an agreement is in force."""

    agreement: AgreementRef


class Query(Document):
    """What a name server is asked."""

    name: Name
    type: Literal["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]


class Basic(Document):
    """User and password, by reference only."""

    user: Secret
    password: Secret


class Auth(Document):
    """How a probe signs in."""

    basic: Basic


class Expect(Document):
    """What makes an answer good."""

    status: tuple[StatusCode, ...] = ()
    body_contains: str | None = None
    body_regex: Regex | None = None
    header: dict[Name, Regex] = Field(default_factory=dict)
    json_: dict[JsonPath, bool | int | str | None] = Field(default_factory=dict, alias="json")
    json_exists: tuple[JsonPath, ...] = ()
    min_days_left: int | None = Field(default=None, ge=0)
    hostname: bool | None = None


class Probe(Record):
    """A question asked again and again; only its timeout ends an attempt.

    Of kind `heartbeat` nobody asks: it reports itself, at least once every `interval`, at the most `grace` late.
    """

    id: Id
    kind: Literal["http", "http_json", "tcp", "dns", "tls", "heartbeat"]
    service: ServiceRef | None
    control: bool = False
    target: Address | None = None
    demo_target: Address | None = None
    interval: Duration | None = None
    grace: Duration | None = None
    location: LocationRef | None = None
    keep_output: bool = False
    timeout: Duration | None = None
    interval_in: IntervalIn | None = None
    enabled: bool = True
    active: Active | None = None
    note: str | None = None
    query: Query | None = None
    banner: Regex | None = None
    auth: Auth | None = None
    on_401: Literal["pause_probe"] | None = None
    expect: Expect | None = None

    @model_validator(mode="after")
    def _fields_of_its_kind(self) -> Self:
        if (self.query is not None) != (self.kind == "dns"):
            raise wrong('"query" belongs to a dns probe, and a dns probe needs it')
        if self.banner is not None and self.kind != "tcp":
            raise wrong(f'"banner" belongs to a tcp probe, not to {self.kind}')
        if self.auth is not None and not self.kind.startswith("http"):
            raise wrong(f'"auth" belongs to an http probe, not to {self.kind}')
        if self.service is None and not self.control:
            raise wrong("a probe belongs to a service, unless it is a control probe")
        return self

    @model_validator(mode="after")
    def _reports_itself(self) -> Self:
        if self.kind == "heartbeat":
            for field in ("interval", "grace"):
                if getattr(self, field) is None:
                    raise wrong(f'a heartbeat needs "{field}"')
            if asked := [name for name in _ASKED if getattr(self, name)]:
                said = f'"{asked[0]}" belongs to probes that ask, and a heartbeat reports itself'
                raise wrong(said, at=(asked[0],))
            return self
        if told := [name for name in _TOLD if getattr(self, name)]:
            raise wrong(f'"{told[0]}" belongs to a heartbeat, not to {self.kind}', at=(told[0],))
        return self

    @model_validator(mode="after")
    def _addresses_of_its_kind(self) -> Self:
        if self.kind == "heartbeat":
            return self
        for field in ("target", "demo_target"):
            address: str | None = getattr(self, field)
            if address is None:
                raise wrong(f'a {self.kind} probe needs "{field}"')
            is_url = address.startswith(("http://", "https://"))
            if is_url != self.kind.startswith("http"):
                raise wrong(f'"{address}" is no address of a {self.kind} probe', at=(field,))
            if self.kind in _AT_A_PORT and urlsplit(f"//{address}").port is None:
                raise wrong(f'"{address}" names no port', f'"{address}:443"', at=(field,))
        return self


class RowsName(Document):
    """Which service a row of a file speaks of: a prefix before its word, or a map of words."""

    prefix: str | None = None
    services: dict[str, ServiceRef] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.prefix is None) == (not self.services):
            raise wrong('rows name their service by "prefix" or by "services"')
        return self

    def service_of(self, word: str) -> str | None:
        """Name the service of a row; null if its word is not known."""
        return self.services.get(word) if self.prefix is None else f"{self.prefix}{word}"


class Import(Record):
    """A file of what no probe can observe: results, levels, counter-evidence or, where no use is stated, tickets.

    `validity` says how long a row of observations speaks.
    """

    id: Id
    service: Annotated[str, Reference(("service",), also=("any",))]
    kind: Literal["csv"]
    columns: dict[str, str]
    values: dict[str, Literal["good", "degraded", "bad", "inconclusive"]] = Field(
        default_factory=dict
    )
    rows_name: RowsName | None = None
    validity: Duration | None = None
    location: LocationRef | None = None
    tz: Zone | None = None
    signed_by: PartyRef | None = None
    counter_signed_by: PartyRef | None = None
    use: Literal["observations", "levels", "counter_evidence"] | None = None
    attribution: str | None = None
    licence: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _levels_are_complete(self) -> Self:
        if self.use != "levels":
            return self
        missing = [column for column in ("at", "value") if column not in self.columns]
        if missing:
            raise wrong(f'levels need a column for "{missing[0]}"', at=("columns",))
        if self.service == "any":
            raise wrong("levels are about one service", at=("service",))
        return self

    @model_validator(mode="after")
    def _observations_are_complete(self) -> Self:
        if self.use != "observations":
            return self
        missing = [column for column in ("observed_at", "outcome") if column not in self.columns]
        if missing:
            raise wrong(f'observations need a column for "{missing[0]}"')
        if not self.values or self.validity is None or self.location is None:
            raise wrong('observations need "values", "validity" and "location"')
        if self.service == "any" and (self.rows_name is None or "service" not in self.columns):
            raise wrong('rows of any service need "rows_name" and a column for "service"')
        return self


class Attestation(Record):
    """A signed yes or no about a service that cannot be probed."""

    id: Id
    service: ServiceRef
    every: Duration
    question: Text3
    answered_by: PartyRef
