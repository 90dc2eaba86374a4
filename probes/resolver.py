"""The resolver: a name becomes addresses, by c-ares and without threads, so that no look-up holds up another."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, ip_address

import aiodns
from aiodns.error import ARES_ENODATA, ARES_ENOTFOUND, DNSError

from probes.observation import Failure, Reason, inconclusive
from probes.specs.wire import Family

NO_SEARCH = (
    1 << 5
)  # c-ares ARES_FLAG_NOSEARCH: a name means itself, whatever the host's search list

FAMILIES = {None: socket.AF_UNSPEC, "ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
SAID = {None: "address", "ipv4": "IPv4 address", "ipv6": "IPv6 address"}


class Resolver:
    """Resolves names by the host's name servers, or by `servers` (`address:port`) where given."""

    def __init__(self, servers: Sequence[str] = ()) -> None:
        self._servers = tuple(servers)
        self._channel: aiodns.DNSResolver | None = None

    async def addresses(self, host: str, family: Family | None = None) -> tuple[str, ...]:
        """Return all addresses of a name or literal, of one family or IPv4 first.

        Raises:
            Failure: bad if the name does not exist or has no such address, else inconclusive.

        """
        name = _plain(host)
        literal = _literal(name)
        found = [literal] if literal is not None else await self._looked_up(name, family)
        held = {each for each in found if _is_of(family, each)}
        if not held:
            raise Failure(Reason.NO_DATA, f"the name {host} has no {SAID[family]}")
        return tuple(sorted(held, key=lambda a: (":" in a, a)))

    async def _looked_up(self, host: str, family: Family | None) -> list[str]:
        try:
            answer = await self._open().getaddrinfo(
                host, family=FAMILIES[family], type=socket.SOCK_STREAM
            )
        except DNSError as fault:
            raise _failure(host, family, *fault.args) from None
        return [_text(node.addr[0]) for node in answer.nodes]

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


def _plain(host: str) -> str:
    """The name in the letters of the DNS, without the dot that says it is whole: all names are taken as whole."""
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as fault:
        said = f"the name {host!r} could not be resolved: {fault}"
        raise inconclusive(Reason.RESOLVER, said) from None
    return name.removesuffix(".")


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


def _is_of(family: Family | None, address: str) -> bool:
    return family is None or (family == "ipv6") == (":" in address)


def _text(address: str | bytes) -> str:
    return address.decode() if isinstance(address, bytes) else address


def _failure(host: str, family: Family | None, code: int, message: str = "") -> Failure:
    if code == ARES_ENOTFOUND:
        return Failure(Reason.NXDOMAIN, f"the name {host} does not exist")
    if code == ARES_ENODATA:
        return Failure(Reason.NO_DATA, f"the name {host} has no {SAID[family]}")
    return inconclusive(Reason.RESOLVER, f"the name {host} could not be resolved: {message}")
