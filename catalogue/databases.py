"""Probes of databases: how one logs in, and what is expected."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import model_validator

from catalogue.asked import Asked
from catalogue.expectations import Name, OfMysql, OfPostgresql
from catalogue.values import Secret, wrong
from catalogue.web import ClientCertificate
from probes.specs.databases import TlsMode, Word
from probes.specs.wire import Family


class _DatabaseProbe(Asked):
    """A database that is logged in to; `user` is a name, or a reference like the password.

    With `tls: try` it is asked in plain where it offers no TLS; with `verify: off` anybody may answer in its name. A
    login that is refused pauses the probe where `on_refusal` says so, lest it locks the account.
    """

    user: Word
    password: Secret | None = None
    database: Word | None = None
    tls: TlsMode = "required"
    verify: Literal["on", "off"] = "on"
    name: Name | None = None
    client_certificate: ClientCertificate | None = None
    family: Family | None = None
    on_refusal: Literal["pause_probe"] | None = None

    def _check(self, address: str, field: str) -> None:
        if "//" in address:
            said = f"{self.kind} is asked at a host and a port, not at an URL"
            raise wrong(said, f'"{urlsplit(address).netloc}"', at=(field,))

    @model_validator(mode="after")
    def _needs_tls_for_certificates(self) -> Self:
        if self.tls == "off":
            for field in ("client_certificate", "name"):
                if getattr(self, field) is not None:
                    said = "without TLS no certificate is shown"
                    raise wrong(said, '"tls: required"', at=(field,))
        return self


class PostgresqlProbe(_DatabaseProbe):
    """A PostgreSQL that is logged in to, into `postgres` where no database is stated."""

    kind: Literal["postgresql"]
    expect: OfPostgresql = ()


class MysqlProbe(_DatabaseProbe):
    """A MySQL or a MariaDB that is logged in to."""

    kind: Literal["mysql"]
    expect: OfMysql = ()
