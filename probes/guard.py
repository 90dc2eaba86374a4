"""The guard: which resolved addresses an agent may dial, whatever a document asks for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from probes.metadata import Address, gives_secrets, meant

Network = IPv4Network | IPv6Network

GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that has been given out (RFC 4291 §2.4)
NOT_PUBLIC: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # for protocols; older Pythons know only a part of it
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, withdrawn by RFC 7526
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)
EVERYTHING: tuple[Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
NOBODY = ", nor from any: clouds give out secrets of their machines there"


class NotPermittedError(Exception):
    """The guard refuses an address; the verdict of the probe is inconclusive, never bad."""


def networks(text: str) -> tuple[Network, ...]:
    """Read a comma-separated allow-list of addresses and CIDR networks.

    Raises:
        ValueError: a part is neither.

    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def require_permitted(addresses: Sequence[str], allow: Sequence[Network]) -> None:
    """Check all addresses of a name: one that is not permitted refuses the whole name.

    Raises:
        NotPermittedError: naming the first address refused, or what is none.

    """
    if not addresses:
        raise NotPermittedError("the resolver answered without any address")
    for address in addresses:
        try:
            refused = not permitted(address, allow)
        except ValueError:
            raise NotPermittedError(f"the resolver answered {address!r}, no address") from None
        if refused:
            whoever = "" if permitted(address, EVERYTHING) else NOBODY
            raise NotPermittedError(
                f"the address {address} is not permitted from this agent{whoever}"
            )


def permitted(address: str, allow: Sequence[Network] = ()) -> bool:
    """Say whether the address may be dialled: public ones, and others only from the allow-list.

    Raises:
        ValueError: it is no address.

    """
    return _permitted(address, tuple(allow))


@lru_cache(maxsize=4096)
def _permitted(address: str, allow: tuple[Network, ...]) -> bool:
    outer = ip_address(address.split("%", maxsplit=1)[0])
    if gives_secrets(outer):
        return False
    reached = meant(outer)
    if _listed(outer, allow) or all(_listed(each, allow) for each in reached):
        return True
    return all(map(_public, reached))


def _listed(address: Address, allow: Sequence[Network]) -> bool:
    return any(address.version == net.version and address in net for net in allow)


def _public(address: Address) -> bool:
    if any(address.version == net.version and address in net for net in NOT_PUBLIC):
        return False
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast
