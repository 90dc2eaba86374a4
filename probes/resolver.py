"""The resolver: a name becomes addresses, asked for anew at each attempt, so that what has changed is seen."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, ip_address

from pycares import AresError
from pycares.errno import ARES_ENODATA, ARES_ENOTFOUND

from probes.lookup import LookUpError, looked_up
from probes.observation import Failure, Reason, inconclusive
from probes.specs.wire import Family

SAID = {None: "address", "ipv4": "IPv4 address", "ipv6": "IPv6 address"}


class Resolver:
    """Resolves names by the host's name servers, or by `servers` (`address:port`) where given."""

    def __init__(self, servers: Sequence[str] = ()) -> None:
        self._servers = tuple(servers)

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
            return await looked_up(host, family, self._servers)
        except LookUpError as fault:
            raise _failure(host, family, fault) from None
        except AresError as fault:
            said = f"the name {host} could not be looked up here: {fault}"
            raise inconclusive(Reason.RESOLVER, said) from None


def _plain(host: str) -> str:
    """The name in the letters of the DNS, without the dot that says it is whole: all names are taken as whole."""
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as fault:
        said = f"the name {host!r} could not be resolved: {fault}"
        raise inconclusive(Reason.RESOLVER, said) from None
    return name.removesuffix(".")


@lru_cache(maxsize=4096)
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


def _failure(host: str, family: Family | None, fault: LookUpError) -> Failure:
    if fault.code == ARES_ENOTFOUND:
        return Failure(Reason.NXDOMAIN, f"the name {host} does not exist")
    if fault.code == ARES_ENODATA:
        return Failure(Reason.NO_DATA, f"the name {host} has no {SAID[family]}")
    return inconclusive(Reason.RESOLVER, f"the name {host} could not be resolved: {fault}")
