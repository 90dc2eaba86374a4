"""Databases: how one logs in to a server, and what is expected of it and of its replication."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from probes.conditions.certificates import CertificateCondition, VersionAtLeast
from probes.conditions.databases import (
    ConnectionsAtMost,
    LagAtMost,
    ReadOnlyIs,
    ReplicasAtLeast,
    ReplicationRuns,
    RoleIs,
    ServerVersionAtLeast,
)
from probes.conditions.timing import LatencyAtMost
from probes.specs.web import ClientCertificate
from probes.specs.wire import Family, Host, Microseconds, Port, SecretRef, Wire, require_family

MysqlCondition = Annotated[
    ServerVersionAtLeast
    | RoleIs
    | ReadOnlyIs
    | ReplicationRuns
    | LagAtMost
    | ConnectionsAtMost
    | LatencyAtMost
    | CertificateCondition
    | VersionAtLeast,
    Field(discriminator="field"),
]
PostgresqlCondition = Annotated[MysqlCondition | ReplicasAtLeast, Field(discriminator="field")]

TlsMode = Literal["off", "try", "required"]
# Names end with a zero byte in both protocols.
Word = Annotated[str, StringConstraints(pattern=r"^[^\x00]+$", max_length=128)]


class DatabaseAccess(Wire):
    """How a server is logged in to; `user` is a name, or a reference like the password.

    `tls` says whether it is begun: `try` goes on in plain where the server has none, and whoever stands between can see
    to that. The certificate must be valid for `name`, or else for the host; without `verify` anybody may answer.
    `on_refusal` says whether a login that is refused pauses the probe, lest it locks the account.
    """

    host: Host
    timeout: Microseconds
    user: Word
    password: SecretRef | None = None
    tls: TlsMode = "required"
    verify: bool = True
    name: Host | None = None
    client_certificate: ClientCertificate | None = None
    family: Family | None = None
    on_refusal: Literal["pause", "go_on"] = "go_on"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        require_family(self.host, self.family)
        if self.tls != "off":
            return self
        conditions: tuple[MysqlCondition, ...] = getattr(self, "conditions", ())
        faults = {
            "without TLS no certificate is shown": self.client_certificate is not None,
            "without TLS there is no certificate to look at": any(
                each.field in {"certificate", "tls_version"} for each in conditions
            ),
        }
        for message, present in faults.items():
            if present:
                raise ValueError(message)
        return self


class PostgresqlSpec(DatabaseAccess):
    """Log in to PostgreSQL and have it answer a question."""

    kind: Literal["postgresql"] = "postgresql"
    port: Port = 5432
    database: Word = "postgres"
    conditions: tuple[PostgresqlCondition, ...] = ()

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.host}:{self.port}/{self.database}"


class MysqlSpec(DatabaseAccess):
    """Log in to MySQL or MariaDB and have it answer a question; without a `database` in none of them."""

    kind: Literal["mysql"] = "mysql"
    port: Port = 3306
    database: Word | None = None
    conditions: tuple[MysqlCondition, ...] = ()

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.host}:{self.port}" + (f"/{self.database}" if self.database else "")
