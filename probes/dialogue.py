"""The dialogue: resolve, guard, connect, secure and talk, each stage timed and each fault named."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from probes.guard import Network, NotPermittedError, require_permitted
from probes.observation import Failure, Heard, Reason, Stage, inconclusive
from probes.resolver import Resolver

CHUNK = 64 * 1024
DAY = 86_400
LINE_LIMIT = 200
# Headers that explain a reply and tell nothing of people: no cookies, no addresses, no locations.
KEPT = frozenset(
    {
        *("age", "cache-control", "content-length", "content-type", "date", "last-modified"),
        *("retry-after", "server", "via", "x-cache"),
    }
)

OUR_FAULTS = frozenset(
    {
        errno.EACCES,
        errno.EADDRNOTAVAIL,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EPERM,
    }
)
# OpenSSL's X509_V_ERR codes.
CERTIFICATE_FAULTS = {
    9: Reason.TLS_NOT_YET_VALID,
    10: Reason.TLS_EXPIRED,
    18: Reason.TLS_SELF_SIGNED,
    19: Reason.TLS_UNTRUSTED,
    20: Reason.TLS_UNTRUSTED,
    21: Reason.TLS_UNTRUSTED,
    62: Reason.TLS_HOSTNAME,
    64: Reason.TLS_HOSTNAME,
}


@dataclass
class Surroundings:
    """What an agent's attempts share: its allow-list, its resolver, its trusted authorities."""

    allow: Sequence[Network] = ()
    resolver: Resolver = field(default_factory=Resolver)
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)


class Dialogue:
    """The record of one attempt while it runs; it may open several connections (redirects)."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.phases: dict[str, int] = {}
        self.stages: list[Stage] = []
        self.stage = "start"
        self.address: str | None = None
        self.secrets: list[str] = []
        self.heard = Heard()
        self._open: list[Connection] = []

    @contextmanager
    def timed(self, name: str) -> Iterator[list[str]]:
        """Time a stage, also when it fails; what is appended to the yielded list tells what it found."""
        self.stage = name
        found: list[str] = []
        begun = time.perf_counter_ns()
        try:
            yield found
        except BaseException as fault:
            found.append(str(fault) or type(fault).__name__)
            raise
        finally:
            took = (time.perf_counter_ns() - begun) // 1000
            self.phases[name] = self.phases.get(name, 0) + took
            self.stages.append(Stage(name, took, "; ".join(found)))

    def hears(self, line: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep what the target said of itself: its first line, and of its headers those that may be kept."""
        kept = {name: said[:LINE_LIMIT] for name, said in (headers or {}).items() if name in KEPT}
        self.heard = replace(self.heard, line=line[:LINE_LIMIT], headers=kept)

    async def find(self, host: str) -> str:
        """Resolve a host and return the one address that will be dialled, all of them permitted.

        Raises:
            Failure: the name leads nowhere, or not where this agent may go.

        """
        with self.timed("dns") as found:
            addresses = await self.surroundings.resolver.addresses(host)
            found.append(", ".join(addresses))
        with self.timed("guard") as found:
            try:
                require_permitted(addresses, self.surroundings.allow)
            except NotPermittedError as refusal:
                raise inconclusive(Reason.NOT_PERMITTED, str(refusal)) from None
            found.append("permitted")
        self.address = addresses[0]
        return addresses[0]

    async def connect(self, host: str, port: int, *, tls: bool = False) -> Connection:
        """Open a connection to the checked address; with `tls` verify that it is `host`.

        Raises:
            Failure: naming what went wrong at which end.

        """
        address = await self.find(host)
        with self.timed("connect") as found, faults_named():
            sock = await _dialled(address, port)
            found.append(f"{address} port {port}")
        connection = await self._secured(sock, host) if tls else await self._plain(sock)
        self._open.append(connection)
        return connection

    def close(self) -> None:
        """Drop all connections at once; what they still had to say is of no interest."""
        for connection in self._open:
            connection.writer.transport.abort()

    async def _plain(self, sock: socket.socket) -> Connection:
        reader, writer = await asyncio.open_connection(sock=sock)
        return Connection(reader, writer, None)

    async def _secured(self, sock: socket.socket, host: str) -> Connection:
        with self.timed("tls") as found, faults_named():
            reader, writer = await asyncio.open_connection(
                sock=sock, ssl=self.surroundings.tls, server_hostname=host
            )
            certificate = writer.get_extra_info("peercert")
            days = _days_left(certificate)
            until = int(ssl.cert_time_to_seconds(certificate["notAfter"]))
            self.heard = replace(self.heard, certificate_until=until * 1_000_000)
            found.append(f"{writer.get_extra_info('cipher')[1]}, {days} days left")
        return Connection(reader, writer, days)


@dataclass
class Connection:
    """An open connection; `days_left` until its certificate ends, None without TLS."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    days_left: int | None

    async def send(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            Failure: the connection broke.

        """
        with faults_named():
            self.writer.write(data)
            await self.writer.drain()

    async def receive(self) -> bytes:
        """Read what is there, or wait for some; empty at the end of the stream.

        Raises:
            Failure: the connection broke.

        """
        with faults_named():
            return await self.reader.read(CHUNK)


@contextmanager
def faults_named() -> Iterator[None]:
    """Translate faults of the network and of TLS into failures with a reason.

    Raises:
        Failure: bad for the target's faults, inconclusive for our own.

    """
    try:
        yield
    except ssl.SSLCertVerificationError as fault:
        reason = CERTIFICATE_FAULTS.get(fault.verify_code, Reason.TLS_INVALID)
        raise Failure(reason, fault.verify_message) from None
    except ssl.SSLError as fault:
        raise Failure(Reason.TLS_HANDSHAKE, fault.reason or str(fault)) from None
    except ConnectionRefusedError:
        raise Failure(Reason.REFUSED, "connection refused") from None
    except ConnectionError:
        raise Failure(Reason.RESET, "connection reset by the target") from None
    except TimeoutError:
        # The kernel's own (ETIMEDOUT); the attempt's deadline cancels instead.
        raise Failure(Reason.TIMEOUT, "the target did not answer") from None
    except OSError as fault:
        raise _network_failure(fault) from None


def _network_failure(fault: OSError) -> Failure:
    text = fault.strerror or str(fault)
    if fault.errno in OUR_FAULTS:
        return inconclusive(Reason.AGENT_FAULT, text)
    if fault.errno == errno.ENETUNREACH:
        return inconclusive(Reason.NO_ROUTE, text)
    return Failure(Reason.UNREACHABLE, text)


async def _dialled(address: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)  # noqa: FBT003
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock


def _days_left(certificate: dict[str, Any]) -> int:
    ends = ssl.cert_time_to_seconds(certificate["notAfter"])
    return int((ends - time.time()) // DAY)
