"""The kinds of probe: what only probes of each kind may state, and what they must."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, JsonValue, model_validator

from catalogue.document import Document
from catalogue.expectations import Name, OfDns, OfHttp, OfTcp, OfTls
from catalogue.faults import names_at
from catalogue.probing import Probe
from catalogue.problems import closest
from catalogue.references import LocationRef, Path
from catalogue.values import Duration, Regex, Secret, SecretFile, wrong
from probes.conditions.web import HeaderName
from probes.specs.certificates import StartTls
from probes.specs.echoes import IcmpCondition
from probes.specs.lines import Move
from probes.specs.names import Server
from probes.specs.steps import MOST, NAMED, Extract, Variable
from probes.specs.web import OURS, SECRET, HeaderValue, Method
from probes.specs.wire import MIB, Family

# What only probes that ask have.
_ASKED = ("target", "demo_target", "locations", "timeout", "interval_in", "critical_interval", "control")  # fmt: skip


class _Known(Probe):
    """A probe of a known kind, which can say where a field that is none of its own belongs."""

    @classmethod
    def misplaced(cls, path: Path) -> tuple[str, str | None] | None:
        """Say to which kinds a field at a path belongs, with a correction; null if to none."""
        owners = [_kinds(model)[0] for model in _MODELS if path[-1] in names_at(model, path[:-1])]
        if not owners:
            return None
        whose = f"{_a(owners[0])} probe" if len(owners) == 1 else f"{_and(owners)} probes"
        field = ".".join(part for part in path if isinstance(part, str))
        said = f'"{field}" belongs to {whose}, not to {_kinds(cls)[0]}'
        return said, f'"kind: {owners[0]}"' if len(owners) == 1 else None


class _Asked(_Known):
    """A probe that asks somebody, at a target and at one for demonstrations."""

    @model_validator(mode="after")
    def _asks_for_somebody(self) -> Self:
        if self.service is None and not self.control:
            raise wrong("a probe belongs to a service, unless it is a control probe")
        for field in ("target", "demo_target"):
            address: str | None = getattr(self, field)
            if address is None:
                raise wrong(f'{_a(self.kind)} probe needs "{field}"')
            self._check(address, field)
        return self

    def _check(self, address: str, field: str) -> None:
        """Check an address of a host; a port may be named."""
        if address.startswith(("http://", "https://")):
            host = urlsplit(address).netloc
            raise wrong(_no_address(address, self.kind), f'"{host}"', at=(field,))


class _AtAPort(_Asked):
    """A probe that asks at a port, which has no default."""

    def _check(self, address: str, field: str) -> None:
        super()._check(address, field)
        if urlsplit(f"//{address}").port is None:
            raise wrong(f'"{address}" names no port', f'"{address}:443"', at=(field,))


class _AtAUrl(_Asked):
    """A probe that asks at an URL."""

    def _check(self, address: str, field: str) -> None:
        if not address.startswith(("http://", "https://")):
            raise wrong(_no_address(address, self.kind), f'"https://{address}"', at=(field,))


class Basic(Document):
    """User and password, by reference only."""

    user: Secret
    password: Secret


class ClientCertificate(Document):
    """The certificate (with its chain) that is shown, and its key, both PEM files on the agent's machine."""

    certificate: SecretFile
    key: SecretFile


class Auth(Document):
    """How a probe signs in: by user and password, or by a token, and by a certificate."""

    basic: Basic | None = None
    bearer: Secret | None = None
    client_certificate: ClientCertificate | None = None

    @model_validator(mode="after")
    def _signs_in_by_one_way(self) -> Self:
        if self.basic and self.bearer:
            raise wrong("a probe signs in by basic or by bearer, not by both", at=("bearer",))
        if not (self.basic or self.bearer or self.client_certificate):
            raise wrong('auth says "basic", "bearer" or "client_certificate"')
        return self


class _Web(_AtAUrl):
    """How a web server is spoken with.

    `max_body` is how many bytes of a body are read. With `verify: off` anybody may answer in the target's name.
    """

    auth: Auth | None = None
    redirects: Annotated[int, Field(ge=0, le=5)] | None = None
    max_body: Annotated[int, Field(gt=0, le=16 * MIB)] | None = None
    verify: Literal["on", "off"] = "on"
    family: Family | None = None


class Request(Document):
    """What is said to a web server besides the address."""

    method: Method = "GET"
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    secret_headers: dict[HeaderName, Secret] = Field(default_factory=dict)
    body: str | None = None

    @model_validator(mode="after")
    def _can_be_said(self) -> Self:
        if self.body is not None and self.method not in {"POST", "PUT"}:
            raise wrong(f"a {self.method} has no body", '"method: POST"', at=("body",))
        for name in self.headers:
            if name.lower() in SECRET:
                said = f"{name} is a secret: it stands in secret_headers, by reference"
                raise wrong(said, f'"secret_headers: {{{name}: env:NAME}}"', at=("headers", name))
        for field in ("headers", "secret_headers"):
            for name in getattr(self, field):
                if name.lower() in OURS:
                    raise wrong(f"{name} is said by the agent itself", at=(field, name))
        secret = {name.lower() for name in self.secret_headers}
        if twice := {name.lower() for name in self.headers} & secret:
            raise wrong(f"the header {min(twice)} stands twice", at=("secret_headers",))
        return self


class HttpProbe(_Web, Request):
    """A page that is fetched; a refusal (401) pauses the probe where `on_401` says so, lest it locks an account."""

    kind: Literal["http", "http_json"]
    on_401: Literal["pause_probe"] | None = None
    expect: OfHttp | None = None


class WebStep(Request):
    """One of several pages: `{variable}` stands for what an earlier step extracted."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    path: Annotated[str, Field(pattern=r"^/([^/\s]\S*)?$")]
    expect: OfHttp | None = None
    extract: dict[Variable, Extract] = Field(default_factory=dict)

    @property
    def uses(self) -> set[str]:
        """The variables it needs."""
        texts = (self.path, self.body or "", *self.headers.values())
        return {name for text in texts for name in NAMED.findall(text)}


class StepsProbe(_Web):
    """Several pages one after another, with one jar of cookies; paths begin at the root of the target's host."""

    kind: Literal["steps"]
    steps: Annotated[tuple[WebStep, ...], Field(min_length=1, max_length=MOST)]

    @model_validator(mode="after")
    def _can_be_walked(self) -> Self:
        known: set[str] = set()
        for index, step in enumerate(self.steps):
            if step.name in {each.name for each in self.steps[:index]}:
                raise wrong(f'step "{step.name}" stands twice', at=("steps", index, "name"))
            for variable in sorted(step.uses - known):
                said = f"no step before {step.name} extracts {{{variable}}}"
                raise wrong(said, closest(variable, known), at=("steps", index))
            known |= step.extract.keys()
        return self


class TcpProbe(_AtAPort):
    """A port that is connected to, and talked to move by move; TLS begins at once, or by a move."""

    kind: Literal["tcp"]
    tls: bool = False
    name: Name | None = None
    family: Family | None = None
    banner: Regex | None = None
    send: str | None = None
    moves: Annotated[tuple[Move, ...], Field(max_length=50)] = ()
    expect: OfTcp | None = None


class IcmpProbe(_Asked):
    """A host that is asked for echoes."""

    kind: Literal["icmp"]
    family: Family | None = None
    count: Annotated[int, Field(ge=1, le=20)] = 3
    expect: tuple[IcmpCondition, ...] = ()

    def _check(self, address: str, field: str) -> None:
        super()._check(address, field)
        parts = urlsplit(f"//{address}")
        if parts.port is not None:
            host = parts.netloc.rpartition(":")[0]
            raise wrong(f'"{address}" names a port, and echoes have none', f'"{host}"', at=(field,))


class TlsProbe(_AtAPort):
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


class DnsProbe(_Asked):
    """A name server that is asked."""

    kind: Literal["dns"]
    query: Query
    family: Family | None = None
    transport: Literal["udp", "tcp"] = "udp"
    recursion: bool = True
    dnssec: bool = False
    servers: Annotated[tuple[Server, ...], Field(max_length=16)] = ()
    expect: OfDns | None = None


class Heartbeat(_Known):
    """Nobody asks: it reports itself, at least once every `interval`, at the most `grace` late."""

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


_MODELS: tuple[type[_Known], ...] = (
    HttpProbe,
    StepsProbe,
    TcpProbe,
    TlsProbe,
    DnsProbe,
    IcmpProbe,
    Heartbeat,
)


def _kinds(model: type[Probe]) -> tuple[str, ...]:
    return get_args(model.model_fields["kind"].annotation)


QUESTIONS: Mapping[str, type[_Known]] = {kind: model for model in _MODELS for kind in _kinds(model)}


class _OfNoKind(Document):
    """Tells of a probe without a kind, or of an unknown one, nothing but that."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal["http", "http_json", "steps", "tcp", "tls", "dns", "icmp", "heartbeat"]


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


def _no_address(address: str, kind: str) -> str:
    return f'"{address}" is no address of {_a(kind)} probe'


def _a(kind: str) -> str:
    return f"{'an' if kind.startswith(('http', 'icmp', 'oai')) else 'a'} {kind}"


def _and(kinds: list[str]) -> str:
    return f"{', '.join(kinds[:-1])} and {kinds[-1]}"
