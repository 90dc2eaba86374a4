"""Postfix: a mail server with STARTTLS that takes no mail for anybody."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.authority import Pair
from tests.servers.running import HOST, running

NAME = "mail.cms.example"
OWNER = "postfix"
LIFE_SECONDS = 7200
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/data/maillog
maillog_file_prefixes = {folder}
myhostname = {name}
mydestination =
mynetworks =
inet_interfaces = {host}
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_relay_restrictions = reject
smtpd_recipient_restrictions = reject
smtpd_tls_security_level = may
smtpd_tls_chain_files = {key}, {certificate}
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
"""
MASTER = """
{host}:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
"""


@dataclass(frozen=True)
class Postfix:
    """It greets with `220 mail.cms.example ESMTP Postfix` and offers STARTTLS."""

    host: str
    port: int
    name: str
    folder: Path
    pid: int


@contextmanager
def postfix(master: str, pair: Pair) -> Iterator[Postfix]:
    """Run Postfix's master, of which only root can be the owner, from a folder of its own."""

    def command(folder: Path, ports: Sequence[int]) -> list[str]:
        _write(folder, ports[0], pair)
        # It changes who it is, and so does not notice that its owner was killed.
        return [master, "-c", str(folder / "config"), "-s", "-e", str(LIFE_SECONDS)]

    with running("postfix", command) as server:
        yield Postfix(HOST, server.ports[0], NAME, server.folder, server.pid)


def _write(folder: Path, port: int, pair: Pair) -> None:
    for name in ("config", "data", "queue", "queue/pid", "queue/private", "queue/public"):
        (folder / name).mkdir(exist_ok=True)
    for name in ("active", "incoming", "deferred", "defer", "bounce", "maildrop", "hold"):
        (folder / "queue" / name).mkdir(exist_ok=True)
    for name in ("data", "queue/private", "queue/public", "queue/incoming", "queue/active"):
        shutil.chown(folder / name, OWNER)
    main = MAIN.format(
        folder=folder, name=NAME, host=HOST, key=pair.key, certificate=pair.certificate
    )
    (folder / "config" / "main.cf").write_text(main)
    os.utime(folder / "config" / "main.cf", (0, 0))  # with a file just written it waits for more
    (folder / "config" / "master.cf").write_text(MASTER.format(host=HOST, port=port))
