"""Knot DNS: a zone, another one that is signed, by UDP and TCP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from tests.servers.running import HOST, running

ZONE, SIGNED = "cms.example", "signed.example"
SERIAL = 2026112301
CONFIGURATION = """
server:
    rundir: {folder}
    listen: {host}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {folder}
log:
  - target: stderr
    any: warning
template:
  - id: default
    storage: {folder}
    zonefile-load: whole
    journal-content: none
zone:
  - domain: {zone}
  - domain: {signed}
    dnssec-signing: on
    zonefile-sync: -1
"""
RECORDS = """
$TTL 300
@ SOA ns1 hostmaster {serial} 3600 900 604800 300
@ NS ns1
@ NS ns2
@ MX 10 mail
@ TXT "v=spf1 -all"
ns1 A 127.0.0.1
ns2 A 127.0.0.1
mail A 192.0.2.25
www A 192.0.2.7
www A 192.0.2.8
www AAAA 2001:db8::7
portal CNAME www
inside A 10.9.8.7
loop CNAME loop
_health._tcp SRV 10 5 443 www
"""


@dataclass(frozen=True)
class Knot:
    """A name server for `zone` with `serial`, and for `signed`, whose records carry signatures."""

    host: str
    port: int
    serial: int
    folder: Path
    pid: int
    zone: str = ZONE
    signed: str = SIGNED


@contextmanager
def knot(program: str, serial: int = SERIAL) -> Iterator[Knot]:
    """Run a name server whose zone has this serial."""

    def command(folder: Path, ports: Sequence[int]) -> list[str]:
        for zone in (ZONE, SIGNED):
            (folder / f"{zone}.zone").write_text(RECORDS.format(serial=serial))
        text = CONFIGURATION.format(
            folder=folder, host=HOST, port=ports[0], zone=ZONE, signed=SIGNED
        )
        (folder / "knot.conf").write_text(text)
        return [program, "-c", str(folder / "knot.conf")]

    with running("knot", command, answers=_answers) as server:
        yield Knot(HOST, server.ports[0], serial, server.folder, server.pid)


def _answers(port: int) -> bool:
    try:
        for zone in (ZONE, SIGNED):
            asked = dns.message.make_query(zone, "SOA")
            if not dns.query.udp(asked, HOST, timeout=0.5, port=port).answer:
                return False
    except (OSError, dns.exception.DNSException):
        return False
    return True
