"""OpenSSH's server: it shows its version and its host key; nobody may log in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.servers.running import HOST, handed_over, running

# Without privileges it needs neither its own user nor its folder under /run.
CONFIGURATION = """
ListenAddress {host}:{port}
HostKey {key}
PidFile none
UsePAM no
PasswordAuthentication no
AllowUsers nobody-may-log-in
"""


@dataclass(frozen=True)
class Sshd:
    """`host_key` is the public key as known_hosts has it: its kind and itself in base 64."""

    host: str
    port: int
    host_key: str
    folder: Path
    pid: int


@contextmanager
def sshd(program: str) -> Iterator[Sshd]:
    """Run sshd with a key of its own."""
    key = Ed25519PrivateKey.generate()

    def command(folder: Path, ports: Sequence[int]) -> list[str]:
        _write_key(folder / "key", key)
        text = CONFIGURATION.format(host=HOST, port=ports[0], key=folder / "key")
        (folder / "sshd_config").write_text(text)
        return [program, "-D", "-e", "-f", str(folder / "sshd_config")]

    with running("sshd", command, unprivileged=True) as server:
        public = key.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        yield Sshd(HOST, server.ports[0], public.decode(), server.folder, server.pid)


def _write_key(path: Path, key: Ed25519PrivateKey) -> None:
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
    )
    path.chmod(0o600)
    handed_over(path)
