"""Connections to PostgreSQL: how they are made, and what is said when the database does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict

from slamon.ledger.place import LedgerUnreachableError, UnusablePlaceError

PATIENCE: dict[str, str | int] = {  # what is given in the URL goes before
    "connect_timeout": 10,  # s
    "keepalives_idle": 10,  # s; a host that vanished is noticed within half a minute
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # ms
}

OLDEST = 14  # the first with `idle_session_timeout`
UNUSABLE = (
    psycopg.OperationalError,  # lost, refused, no room on its disk, a lock not to be had
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,  # a replica
    psycopg.errors.InsufficientPrivilege,
)


def parameters(url: str) -> dict[str, str | int]:
    """What the driver needs to connect.

    Raises:
        UnusablePlaceError: the URL cannot be read.

    """
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # its text repeats the URL, and with it the password
        message = (
            "the URL of the database cannot be read: "
            "postgresql://USER:PASSWORD@HOST:PORT/NAME, special characters written as %XX"
        )
        raise UnusablePlaceError(message) from None
    known = {key: value for key, value in given.items() if value is not None}
    return {"application_name": "slamon", **PATIENCE, **known}


def shown(url: str) -> str:
    """The place without user and password, for sentences."""
    known = parameters(url)
    host = known.get("host") or known.get("hostaddr") or "the local socket"
    port = f":{known['port']}" if "port" in known else ""
    return f"PostgreSQL at {host}{port}, database {known.get('dbname') or 'of that user'}"


def connect(url: str, application: str | None = None) -> psycopg.Connection:
    """A connection of its own, every statement a transaction.

    Raises:
        LedgerUnreachableError: the database does not answer, or not to this user.
        UnusablePlaceError: the URL cannot be read, or the server is too old.

    """
    asked = parameters(url)
    if application is not None:
        asked["application_name"] = application
    with reaching(url):
        connection = psycopg.connect(autocommit=True, **asked)  # type: ignore[arg-type] # libpq's own parameters
    try:
        refuse_too_old(url, connection.info.server_version)
    except UnusablePlaceError:
        connection.close()
        raise
    return connection


def refuse_too_old(url: str, version: int) -> None:
    """Refuse a server that lacks what is asked of it; `version` as it tells it, like 150018.

    Raises:
        UnusablePlaceError: the server is too old.

    """
    if version // 10_000 < OLDEST:
        major = version // 10_000
        message = f"{shown(url)} is version {major}: slamon needs {OLDEST} or newer"
        raise UnusablePlaceError(message)


@contextmanager
def reaching(url: str) -> Iterator[None]:
    """Tell a lost or refused connection in one sentence.

    Raises:
        LedgerUnreachableError: the database does not answer.

    """
    try:
        yield
    except UNUSABLE as lost:
        raise unreachable(url, lost) from None


def unreachable(url: str, lost: Exception) -> LedgerUnreachableError:
    """The sentence for a lost or refused connection; what the driver says first is enough."""
    said = (str(lost).strip().splitlines() or [type(lost).__name__])[0]
    reason = said.rpartition("failed: ")[2].removeprefix("FATAL:").strip()
    return LedgerUnreachableError(f"{shown(url)} cannot be used: {reason}")
