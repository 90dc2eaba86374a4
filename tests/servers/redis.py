"""Redis: a store that keeps nothing, plain and by TLS; anybody may PING, one user by password alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.authority import Pair
from tests.servers.running import HOST, running

USER, PASSWORD = "watcher", "open-sesame"


@dataclass(frozen=True)
class Redis:
    """`AUTH user password` is accepted; without it PING is answered too."""

    host: str
    port: int
    tls_port: int
    user: str
    password: str
    folder: Path
    pid: int


@contextmanager
def redis(program: str, pair: Pair, root: Path) -> Iterator[Redis]:
    """Run Redis with a certificate."""

    def command(folder: Path, ports: Sequence[int]) -> list[str]:
        plain, tls = map(str, ports)
        return [
            *(program, "--bind", HOST, "--port", plain, "--tls-port", tls, "--save", ""),
            *("--appendonly", "no", "--dir", str(folder), "--tls-auth-clients", "no"),
            *("--tls-cert-file", str(pair.certificate), "--tls-key-file", str(pair.key)),
            *("--tls-ca-cert-file", str(root)),
            *("--user", USER, "on", f">{PASSWORD}", "+ping"),
        ]

    with running("redis", command, ports=2) as server:
        plain, tls = server.ports
        yield Redis(HOST, plain, tls, USER, PASSWORD, server.folder, server.pid)
