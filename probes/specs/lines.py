"""TCP: a port, what is said to it move by move, and what is expected to be heard."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from probes.conditions.certificates import CertificateCondition, VersionAtLeast
from probes.conditions.lines import BannerMatches
from probes.conditions.requirement import Pattern
from probes.specs.wire import Family, Host, Microseconds, Port, SecretRef, Wire

TcpCondition = Annotated[
    BannerMatches | CertificateCondition | VersionAtLeast, Field(discriminator="field")
]


class Send(Wire):
    """Say `text`, its line ends included."""

    move: Literal["send"] = "send"
    text: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class SendSecret(Wire):
    """Say what stands behind a reference that only the agent resolves, between two texts."""

    move: Literal["send_secret"] = "send_secret"
    before: Annotated[str, StringConstraints(max_length=4096)] = ""
    secret: SecretRef
    after: Annotated[str, StringConstraints(max_length=4096)] = "\r\n"


class Expect(Wire):
    """Listen until a line matches; one that matches `refused` ends it, and is the answer."""

    move: Literal["expect"] = "expect"
    pattern: Pattern
    refused: Pattern | None = None


class BeginTls(Wire):
    """Begin TLS, as both ends have agreed to."""

    move: Literal["begin_tls"] = "begin_tls"


Move = Annotated[Send | SendSecret | Expect | BeginTls, Field(discriminator="move")]


class TcpSpec(Wire):
    """Connect, send `send` if given and read the first line if a banner is expected; or go through `moves`.

    With `tls` the connection begins under TLS; its certificate must be valid for `name`, or else for the host.
    """

    kind: Literal["tcp"] = "tcp"
    host: Host
    port: Port
    timeout: Microseconds
    family: Family | None = None
    tls: bool = False
    name: Host | None = Field(default=None, exclude_if=lambda told: told is None)
    send: str | None = None
    moves: Annotated[tuple[Move, ...], Field(max_length=50)] = ()
    conditions: tuple[TcpCondition, ...] = ()

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.host}:{self.port}"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.send is not None and self.moves:
            message = "what is sent belongs into the moves, where there are any"
            raise ValueError(message)
        begun = self.tls + sum(isinstance(each, BeginTls) for each in self.moves)
        if begun > 1:
            message = "TLS begins once"
            raise ValueError(message)
        if not begun and any(each.field != "banner" for each in self.conditions):
            message = "without TLS there is no certificate to look at"
            raise ValueError(message)
        return self
