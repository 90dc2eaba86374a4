"""The resolver: a name becomes addresses, by c-ares and without threads, so that no look-up holds up another."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, ip_address

import aiodns
from aiodns.error import ARES_ENODATA, ARES_ENOTFOUND, DNSError

from probes.observation import Failure, Reason, inconclusive

NO_SEARCH = (
    1 << 5
)  # c-ares ARES_FLAG_NOSEARCH: a name means itself, whatever the host's search list


class Resolver:
    """Resolves names by the host's name servers, or by `servers` (`address:port`) where given."""

    def __init__(self, servers: Sequence[str] = ()) -> None:
        self._servers = tuple(servers)
        self._channel: aiodns.DNSResolver | None = None

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Return all addresses of a name or literal, IPv4 first.

        Raises:
            Failure: bad if the name does not exist or has no address, else inconclusive.

        """
        literal = _literal(host)
        if literal is not None:
            return (literal,)
        try:
            answer = await self._open().getaddrinfo(
                host, family=socket.AF_UNSPEC, type=socket.SOCK_STREAM
            )
        except DNSError as fault:
            raise _failure(host, *fault.args) from None
        found = {_text(node.addr[0]) for node in answer.nodes}
        return tuple(sorted(found, key=lambda a: (":" in a, a)))

    async def close(self) -> None:
        """Give up the sockets."""
        if self._channel is not None:
            await self._channel.close()
            self._channel = None

    def _open(self) -> aiodns.DNSResolver:
        if self._channel is None:
            self._channel = aiodns.DNSResolver(
                nameservers=self._servers or None, timeout=1.0, tries=2, flags=NO_SEARCH
            )
        return self._channel


def _literal(host: str) -> str | None:
    bare = host.removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(bare))
    except ValueError:
        pass
    try:
        # The old spellings (127.1, 0x7f000001, 0177.0.0.1) must not mean different things to
        # the guard and to whoever dials.
        return str(IPv4Address(socket.inet_aton(bare)))
    except OSError:
        return None


def _text(address: str | bytes) -> str:
    return address.decode() if isinstance(address, bytes) else address


def _failure(host: str, code: int, message: str = "") -> Failure:
    if code == ARES_ENOTFOUND:
        return Failure(Reason.NXDOMAIN, f"the name {host} does not exist")
    if code == ARES_ENODATA:
        return Failure(Reason.NO_DATA, f"the name {host} has no address")
    return inconclusive(Reason.RESOLVER, f"the name {host} could not be resolved: {message}")
