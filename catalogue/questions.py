"""The kinds of probe: what only probes of each kind may state, and what they must."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, JsonValue, model_validator

from catalogue.asked import Asked, AtAPort, Known, kinds
from catalogue.databases import MysqlProbe, PostgresqlProbe
from catalogue.document import Document
from catalogue.expectations import IcmpConditions, Name, OfDns, OfTcp, OfTls
from catalogue.faults import names_at
from catalogue.interviews import OaiProbe, WfsProbe, WmsProbe
from catalogue.references import LocationRef
from catalogue.values import Duration, Regex, wrong
from catalogue.web import HttpProbe, StepsProbe
from probes.specs.certificates import StartTls
from probes.specs.lines import Move
from probes.specs.names import Server
from probes.specs.wire import Family

# What only probes that ask have.
_ASKED = ("target", "demo_target", "locations", "timeout", "interval_in", "critical_interval", "control")  # fmt: skip


class TcpProbe(AtAPort):
    """A port that is connected to, and talked to move by move; TLS begins at once, or by a move."""

    kind: Literal["tcp"]
    tls: bool = False
    name: Name | None = None
    family: Family | None = None
    banner: Regex | None = None
    send: str | None = None
    moves: Annotated[tuple[Move, ...], Field(max_length=50)] = ()
    expect: OfTcp | None = None


class IcmpProbe(Asked):
    """A host that is asked for echoes."""

    kind: Literal["icmp"]
    family: Family | None = None
    count: Annotated[int, Field(ge=1, le=20)] = 3
    expect: IcmpConditions = ()

    def _check(self, address: str, field: str) -> None:
        super()._check(address, field)
        parts = urlsplit(f"//{address}")
        if parts.port is not None:
            host = parts.netloc.rpartition(":")[0]
            raise wrong(f'"{address}" names a port, and echoes have none', f'"{host}"', at=(field,))


class TlsProbe(AtAPort):
    """A port whose certificates are looked at; they must hold for `name`, or else for the host of the target."""

    kind: Literal["tls"]
    name: Name | None = None
    family: Family | None = None
    starttls: StartTls | None = None
    expect: OfTls | None = None


class Query(Document):
    """What a name server is asked."""

    name: Name
    type: Literal["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]


class DnsProbe(Asked):
    """A name server that is asked."""

    kind: Literal["dns"]
    query: Query
    family: Family | None = None
    transport: Literal["udp", "tcp"] = "udp"
    recursion: bool = True
    dnssec: bool = False
    servers: Annotated[tuple[Server, ...], Field(max_length=16)] = ()
    expect: OfDns | None = None


def _without_asking(schema: dict[str, JsonValue]) -> None:
    known = schema["properties"]
    if isinstance(known, dict):
        for name in _ASKED:
            del known[name]


class Heartbeat(Known):
    """Nobody asks: it reports itself, at least once every `interval`, at the most `grace` late."""

    model_config = ConfigDict(json_schema_extra=_without_asking)

    kind: Literal["heartbeat"]
    interval: Duration
    grace: Duration
    location: LocationRef | None = None
    keep_output: bool = False

    @model_validator(mode="after")
    def _reports_itself(self) -> Self:
        if asked := [name for name in _ASKED if getattr(self, name)]:
            said = f'"{asked[0]}" belongs to probes that ask, and a heartbeat reports itself'
            raise wrong(said, at=(asked[0],))
        if self.service is None:
            raise wrong("a heartbeat belongs to a service")
        return self


_MODELS: tuple[type[Known], ...] = (
    HttpProbe,
    StepsProbe,
    TcpProbe,
    TlsProbe,
    DnsProbe,
    IcmpProbe,
    PostgresqlProbe,
    MysqlProbe,
    OaiProbe,
    WmsProbe,
    WfsProbe,
    Heartbeat,
)


QUESTIONS: Mapping[str, type[Known]] = {kind: model for model in _MODELS for kind in kinds(model)}


class _OfNoKind(Document):
    """Tells of a probe without a kind, or of an unknown one, nothing but that."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal[
        "http",
        "http_json",
        "steps",
        "tcp",
        "tls",
        "dns",
        "icmp",
        "postgresql",
        "mysql",
        "oai_pmh",
        "wms",
        "wfs",
        "heartbeat",
    ]


def question(document: Mapping[str, JsonValue]) -> type[Document]:
    """Choose the model by which a probe is read."""
    return QUESTIONS.get(str(document.get("kind")), _OfNoKind)


def recalled(document: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Leave out of a recorded probe what slamon before 0.5 allowed to stand there without effect."""
    model = question(document)
    if model is _OfNoKind:
        return dict(document)
    kept = {name: value for name, value in document.items() if name in names_at(model, ())}
    expect = kept.get("expect")
    if isinstance(expect, dict):
        known = names_at(model, ("expect",))
        kept["expect"] = {name: value for name, value in expect.items() if name in known}
    return kept
