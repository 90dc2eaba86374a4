"""TLS: a port, whether TLS begins at once or is asked for, and what is expected of the certificates."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from probes.conditions.certificates import CertificateCondition, VersionAtLeast
from probes.specs.wire import Family, Host, Microseconds, Port, Wire, require_family

TlsCondition = Annotated[CertificateCondition | VersionAtLeast, Field(discriminator="field")]
StartTls = Literal["ftp", "imap", "pop3", "postgresql", "smtp"]


class TlsSpec(Wire):
    """Connect and shake hands; the certificate must be valid for `name`, or else for the host.

    `starttls` names the protocol in which TLS is asked for; without it, it begins at once.
    """

    kind: Literal["tls"] = "tls"
    host: Host
    port: Port = 443
    name: Host | None = None
    family: Family | None = None
    starttls: StartTls | None = None
    timeout: Microseconds
    conditions: tuple[TlsCondition, ...] = ()

    @model_validator(mode="after")
    def _has_one_family(self) -> Self:
        require_family(self.host, self.family)
        return self

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.host}:{self.port}"
