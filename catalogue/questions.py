"""The kinds of probe: what only probes of each kind may state, and what they must."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import ConfigDict, JsonValue, model_validator

from catalogue.document import Document
from catalogue.expectations import ExpectTls, Name, OfDns, OfHttp, OfTcp
from catalogue.faults import names_at
from catalogue.probing import Probe
from catalogue.references import LocationRef, Path
from catalogue.values import Duration, Regex, Secret, wrong

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


class Auth(Document):
    """How a probe signs in."""

    basic: Basic


class HttpProbe(_AtAUrl):
    """A page that is fetched."""

    kind: Literal["http", "http_json"]
    auth: Auth | None = None
    on_401: Literal["pause_probe"] | None = None
    expect: OfHttp | None = None


class TcpProbe(_AtAPort):
    """A port that is connected to."""

    kind: Literal["tcp"]
    banner: Regex | None = None
    expect: OfTcp | None = None


class TlsProbe(_AtAPort):
    """A port whose certificates are looked at."""

    kind: Literal["tls"]
    expect: ExpectTls | None = None


class Query(Document):
    """What a name server is asked."""

    name: Name
    type: Literal["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]


class DnsProbe(_Asked):
    """A name server that is asked."""

    kind: Literal["dns"]
    query: Query
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


_MODELS: tuple[type[_Known], ...] = (HttpProbe, TcpProbe, TlsProbe, DnsProbe, Heartbeat)


def _kinds(model: type[Probe]) -> tuple[str, ...]:
    return get_args(model.model_fields["kind"].annotation)


QUESTIONS: Mapping[str, type[_Known]] = {kind: model for model in _MODELS for kind in _kinds(model)}


class _OfNoKind(Document):
    """Tells of a probe without a kind, or of an unknown one, nothing but that."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal["http", "http_json", "tcp", "tls", "dns", "heartbeat"]


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
