"""A PostgreSQL of our own on a free port, in a folder for temporary files; gone without a trace."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import psycopg
from psycopg import sql

SUPERUSER = "slamon"
UNPRIVILEGED = "nobody"  # the server refuses to be root
START_SECONDS = 30
ATTEMPTS = 5  # another program may be faster on the port that was free
THROWN_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
DURABLE: Mapping[str, str] = {}


class NotInstalledError(Exception):
    """The programs of PostgreSQL are not installed; the sentence names the Debian package."""


class Cluster:
    """A running server; whoever started it stops it. With a `source` it begins as a base backup of that server."""

    def __init__(
        self,
        settings: Mapping[str, str],
        where: Path | None = None,
        *,
        source: Cluster | None = None,
    ) -> None:
        self._programs = programs()
        self._settings = settings
        self._password = secrets.token_hex(8)
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        self.folder = Path(mkdtemp(prefix="slamon-postgres-", dir=where))
        self._data = self.folder / "data"
        self.port = 0
        self._server: subprocess.Popen[bytes] | None = None
        try:
            if source is None:
                self._initialise()
            else:
                self._copy(source)
            self.start()
        except BaseException:
            self.remove()
            raise

    def url(self, database: str) -> str:
        """Where a database of this server is found."""
        return f"postgresql://{SUPERUSER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database; its URL."""
        self._command(sql.SQL("CREATE DATABASE {} TEMPLATE template0"), database)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._command(sql.SQL("DROP DATABASE {} WITH (FORCE)"), database)

    def start(self) -> None:
        """Start the server, on the port it had or on a free one, and wait until it answers."""
        for _ in range(ATTEMPTS):
            self.port = self.port or _free_port()
            self._server = self._started()
            if self._answers(self._server):
                return
            self.stop()
            self.port = 0
        raise RuntimeError((self.folder / "log").read_text())

    def stop(self) -> None:
        """Stop the server at once, as a crash would; nothing that was committed durably is lost."""
        if self._server is not None:
            with suppress(ProcessLookupError):
                self._server.send_signal(signal.SIGQUIT)
            self._server.wait(START_SECONDS)
            self._server = None

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, statement: sql.SQL, database: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(database)))

    def _copy(self, source: Cluster) -> None:
        self._password = source._password
        self._own(self.folder)
        self._run(
            *("pg_basebackup", "--no-sync", "--checkpoint=fast", "--wal-method=stream"),
            *(f"--dbname={source.url('postgres')}", f"--pgdata={self._data}"),
        )

    def _own(self, *paths: Path) -> None:
        if self._user is not None:
            for each in paths:
                shutil.chown(each, self._user)

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self._password)
        self._own(self.folder, secret)
        self._run(
            *("initdb", "--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"),
            *(f"--username={SUPERUSER}", f"--pwfile={secret}", f"--pgdata={self._data}"),
        )

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603  # programs found in fixed places
            [self._programs / program, *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            user=self._user,
            extra_groups=None if self._user is None else (),
        )

    def _started(self) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **self._settings,
        }
        said = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        # A server whose owner is killed goes too.
        with_owner = [found, "--pdeathsig", "QUIT"] if (found := shutil.which("setpriv")) else []
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # programs found in fixed places
                [*with_owner, str(self._programs / "postgres"), "-D", str(self._data), *said],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                user=self._user,
                extra_groups=None if self._user is None else (),
            )

    def _answers(self, server: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while server.poll() is None and time.monotonic() < deadline:
            with (
                suppress(psycopg.OperationalError),
                psycopg.connect(self.url("postgres"), connect_timeout=5),
            ):
                return True
            time.sleep(0.02)
        return False


def programs() -> Path:
    """The folder of PostgreSQL's programs, of the newest version that is installed.

    Raises:
        NotInstalledError: there is none.

    """
    usual = Path("/usr/lib/postgresql").glob("*/bin")
    found = sorted(usual, key=lambda folder: float(folder.parent.name))[::-1]
    for folder in [Path(each) for each in os.get_exec_path()] + found:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return (folder / "initdb").resolve().parent  # a link may lead there, and to few of them
    message = "needs PostgreSQL: install the Debian package postgresql"
    raise NotInstalledError(message)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
