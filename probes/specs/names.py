"""DNS: which name server is asked for which records, and what is expected of its answer."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from probes.conditions.names import (
    AnswerCondition,
    IsAuthenticated,
    IsAuthoritative,
    IsSigned,
    RcodeIn,
    SerialsAgree,
    TtlAtLeast,
)
from probes.specs.wire import Family, Host, Microseconds, Port, Wire, require_family

DnsCondition = Annotated[
    AnswerCondition
    | RcodeIn
    | IsAuthoritative
    | IsAuthenticated
    | IsSigned
    | TtlAtLeast
    | SerialsAgree,
    Field(discriminator="field"),
]
DNS_PORT = 53
PORTS = range(1, 65536)


def server(text: str) -> tuple[str, int]:
    """Read `host`, `host:port` or `[address]:port`.

    Raises:
        ValueError: it is none of them.

    """
    literal, bracket, rest = text.rpartition("]")
    if bracket:
        host, port = literal + bracket, rest.removeprefix(":")
    elif text.count(":") > 1:
        host, port = text, ""
    else:
        host, _, port = text.partition(":")
    number = int(port) if port.isdecimal() else DNS_PORT
    if not host or (port and not port.isdecimal()) or number not in PORTS:
        message = "a server is written as host, host:port or [address]:port"
        raise ValueError(message)
    return host, number


def _is_server(text: str) -> str:
    server(text)
    return text


Server = Annotated[Host, AfterValidator(_is_server)]


class DnsSpec(Wire):
    """Ask the name server at `host`:`port` for `name` and `type`, by a datagram or by TCP.

    `recursion` asks it to find out what it does not know; `dnssec` asks for signatures and for their being checked.
    With the condition on serials, `servers` are asked for the zone's SOA as well.
    """

    kind: Literal["dns"] = "dns"
    host: Host
    port: Port = DNS_PORT
    name: Annotated[str, StringConstraints(min_length=1, max_length=253)]
    type: Literal["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] = "A"
    timeout: Microseconds
    conditions: tuple[DnsCondition, ...] = ()
    family: Family | None = None
    transport: Literal["udp", "tcp"] = "udp"
    recursion: bool = True
    dnssec: bool = False
    servers: Annotated[tuple[Server, ...], Field(max_length=16)] = ()

    @model_validator(mode="after")
    def _asks_for_what_it_expects(self) -> Self:
        require_family(self.host, self.family)
        serials = any(isinstance(each, SerialsAgree) for each in self.conditions)
        checked = any(isinstance(each, IsAuthenticated | IsSigned) for each in self.conditions)
        faults = {
            "serials are compared with those of `servers`: name them": serials and not self.servers,
            "`servers` are asked for a condition on serials only": self.servers and not serials,
            "a condition on DNSSEC needs `dnssec: true`": checked and not self.dnssec,
        }
        for message, present in faults.items():
            if present:
                raise ValueError(message)
        return self

    @property
    def wanted_codes(self) -> frozenset[str]:
        """The response codes that a condition takes, empty where none speaks of them."""
        held = [each.values for each in self.conditions if isinstance(each, RcodeIn)]
        return frozenset(code for values in held for code in values)

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.name} {self.type} @{self.host}:{self.port}"
