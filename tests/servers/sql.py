"""MariaDB: a server with a user that may only read, and one that follows it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.authority import Pair
from tests.servers.running import HOST, START_SECONDS, running

USER, PASSWORD = "watcher", "open sesame"
DATABASE = "catalogue"
USERS = f"""
CREATE DATABASE IF NOT EXISTS {DATABASE};
CREATE USER IF NOT EXISTS {USER}@'{HOST}' IDENTIFIED BY '{PASSWORD}';
GRANT SELECT ON {DATABASE}.* TO {USER}@'{HOST}';
GRANT REPLICA MONITOR, BINLOG MONITOR ON *.* TO {USER}@'{HOST}';
"""
SMALL = (
    *("--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M", "--performance-schema=0"),
    *("--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve"),
)


@dataclass(frozen=True)
class Programs:
    """Where the programs are: the one that makes a data folder, the server, its client."""

    install: str
    server: str
    client: str


@dataclass(frozen=True)
class MariaDb:
    """`user` logs in by `password` and may read `database` and how replication stands."""

    host: str
    port: int
    user: str
    password: str
    database: str
    folder: Path
    pid: int
    client: str

    def say(self, statements: str) -> str:
        """Have root run statements; the answer in columns between tabs.

        Raises:
            CalledProcessError: a statement was refused; `stderr` says why.

        """
        return subprocess.run(
            [self.client, "--no-defaults", "--batch", "--user=root", f"--socket={self._socket}"],
            input=statements,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    @property
    def _socket(self) -> Path:
        return self.folder / "socket"


@contextmanager
def mariadb(programs: Programs, number: int = 1, pair: Pair | None = None) -> Iterator[MariaDb]:
    """Run a server that keeps a log for followers; `number` is its own among them, with a `pair` it speaks TLS."""
    shown = (f"--ssl-cert={pair.certificate}", f"--ssl-key={pair.key}") if pair else ()

    def prepared(folder: Path) -> list[str]:
        return [
            *(programs.install, "--no-defaults", f"--datadir={folder}/data", *SMALL),
            *("--auth-root-authentication-method=normal", "--skip-test-db"),
        ]

    def command(folder: Path, ports: Sequence[int]) -> list[str]:
        return [
            *(programs.server, "--no-defaults", f"--datadir={folder}/data", *SMALL),
            *(f"--socket={folder}/socket", f"--pid-file={folder}/pid"),
            *(f"--port={ports[0]}", f"--bind-address={HOST}"),
            *(f"--server-id={number}", "--log-bin=changes", "--relay-log=repeated", *shown),
        ]

    with running("mariadb", command, unprivileged=True, prepared=prepared) as server:
        found = MariaDb(
            *(HOST, server.ports[0], USER, PASSWORD, DATABASE),
            *(server.folder, server.pid, programs.client),
        )
        found.say(USERS)
        yield found


@contextmanager
def following(programs: Programs, source: MariaDb) -> Iterator[MariaDb]:
    """Run a second server that repeats what the source does, and has caught up with it.

    Raises:
        TimeoutError: it has not caught up; with how its replication stands.

    """
    with mariadb(programs, number=2) as replica:
        replica.say(
            f"CHANGE MASTER TO MASTER_HOST='{HOST}', MASTER_PORT={source.port}, "
            "MASTER_USER='root', MASTER_USE_GTID=slave_pos; START SLAVE;"
        )
        deadline = time.monotonic() + START_SECONDS
        while "Slave has read all relay log" not in (stands := replica.say("SHOW SLAVE STATUS")):
            if time.monotonic() > deadline:
                raise TimeoutError(stands)
            time.sleep(0.02)
        yield replica
