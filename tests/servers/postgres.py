"""PostgreSQL: a server that speaks TLS and takes logins of each kind, and one that follows it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.cluster import THROWN_AWAY, UNPRIVILEGED, Cluster
from tests.servers.authority import Pair
from tests.servers.running import HOST, START_SECONDS, folder_of

PASSWORD = "open sesame"
DATABASE = "catalogue"
# Who logs in how; `shown` by a certificate of the client, `crowded` finds every place taken.
LOGINS = f"""
host all slamon all scram-sha-256
host replication slamon {HOST}/32 scram-sha-256
host all old all md5
host all plain all password
host all guest all trust
hostssl all shown all cert
host all far all reject
host all all all scram-sha-256
"""
ROLES = f"""
CREATE ROLE watcher LOGIN PASSWORD '{PASSWORD}';
CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}';
CREATE ROLE far LOGIN PASSWORD '{PASSWORD}';
CREATE ROLE crowded LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 0;
CREATE ROLE guest LOGIN;
CREATE ROLE shown LOGIN;
SET password_encryption = md5;
CREATE ROLE old LOGIN PASSWORD '{PASSWORD}';
"""


@dataclass(frozen=True)
class Postgres:
    """A server of this run; `watcher` may log in and no more."""

    cluster: Cluster

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.cluster.port

    def say(self, statement: str, database: str = "postgres") -> str:
        """Have the superuser run a statement; the first value of its answer, as text."""
        with psycopg.connect(self.cluster.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            row = cursor.fetchone() if cursor.description else None
        return "" if row is None else str(row[0])


class _Following(Cluster):
    def _copy(self, source: Cluster) -> None:
        super()._copy(source)
        (self._data / "standby.signal").touch()


@contextmanager
def postgres(pair: Pair, root: Path) -> Iterator[Postgres]:
    """Run a server that shows a certificate, and believes clients whose certificates come from the root."""
    with folder_of("postgres-of-tests", _owner()) as folder:
        server = Cluster({**THROWN_AWAY, **_terms(folder, pair, root)})
        try:
            found = Postgres(server)
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                connection.execute(ROLES)
            server.create(DATABASE)
            yield found
        finally:
            server.remove()


@contextmanager
def following(source: Postgres) -> Iterator[Postgres]:
    """Run a second server that repeats what the source does, and has caught up with it."""
    conninfo = source.cluster.url("postgres")
    settings = {
        **THROWN_AWAY,
        "primary_conninfo": conninfo,
        "wal_retrieve_retry_interval": "100ms",
    }
    server = _Following(settings, source=source.cluster)
    try:
        found = Postgres(server)
        caught_up(source, found)
        yield found
    finally:
        server.remove()


def caught_up(source: Postgres, replica: Postgres) -> None:
    """Wait until a replica streams, and has replayed all that there is by now.

    Raises:
        TimeoutError: it does not.

    """
    place = source.say("SELECT pg_current_wal_lsn()")
    replayed = f"SELECT pg_last_wal_replay_lsn() >= '{place}'"
    streams = "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver)"
    deadline = time.monotonic() + START_SECONDS
    while not replica.say(streams) == "True" == replica.say(replayed):
        if time.monotonic() > deadline:
            raise TimeoutError(replica.say("SELECT status FROM pg_stat_wal_receiver"))
        time.sleep(0.02)


def _terms(folder: Path, pair: Pair, root: Path) -> Mapping[str, str]:
    """Keys and the list of logins, in files that belong to the server."""
    files = {"certificate": pair.certificate, "key": pair.key, "root": root}
    for name, path in files.items():
        shutil.copy(path, folder / name)
    (folder / "logins").write_text(LOGINS)
    for name in (*files, "logins"):
        if (owner := _owner()) is not None:
            shutil.chown(folder / name, owner)
        (folder / name).chmod(0o600)
    return {
        "ssl": "on",
        "ssl_cert_file": str(folder / "certificate"),
        "ssl_key_file": str(folder / "key"),
        "ssl_ca_file": str(folder / "root"),
        "hba_file": str(folder / "logins"),
    }


def _owner() -> str | None:
    return UNPRIVILEGED if os.geteuid() == 0 else None
