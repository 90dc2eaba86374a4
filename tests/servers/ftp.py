"""vsftpd: an anonymous FTP server that also speaks TLS after AUTH TLS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.authority import Pair
from tests.servers.running import HOST, handed_over, running

GREETING = "Files of the tests"
# The sandbox of system calls does not know those of newer C libraries.
CONFIGURATION = """
background=NO
listen=YES
listen_address={host}
listen_port={port}
run_as_launching_user=YES
seccomp_sandbox=NO
anonymous_enable=YES
anon_root={folder}/files
secure_chroot_dir={folder}/empty
ftpd_banner={greeting}
xferlog_enable=NO
ssl_enable=YES
allow_anon_ssl=YES
force_local_logins_ssl=NO
force_local_data_ssl=NO
require_ssl_reuse=NO
ssl_tlsv1=NO
ssl_ciphers=HIGH
rsa_cert_file={certificate}
rsa_private_key_file={key}
"""


@dataclass(frozen=True)
class Vsftpd:
    """It greets with `220 Files of the tests`."""

    host: str
    port: int
    folder: Path
    pid: int


@contextmanager
def vsftpd(program: str, pair: Pair) -> Iterator[Vsftpd]:
    """Run vsftpd with a certificate."""

    def command(folder: Path, ports: Sequence[int]) -> list[str]:
        for name in ("files", "empty"):
            (folder / name).mkdir(exist_ok=True)
        text = CONFIGURATION.format(
            host=HOST,
            port=ports[0],
            folder=folder,
            greeting=GREETING,
            certificate=pair.certificate,
            key=pair.key,
        )
        (folder / "vsftpd.conf").write_text(text)
        handed_over(folder / "vsftpd.conf")
        return [program, str(folder / "vsftpd.conf")]

    with running("vsftpd", command, unprivileged=True) as server:
        yield Vsftpd(HOST, server.ports[0], server.folder, server.pid)
