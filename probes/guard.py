"""The guard: which resolved addresses an agent may dial, whatever a document asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Cloud metadata services give away credentials to whoever asks from inside: no allow-list opens them.
METADATA = frozenset(
    map(ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"))
)
NAT64 = IPv6Network("64:ff9b::/96")


class NotPermittedError(Exception):
    """The guard refuses an address; the verdict of the probe is inconclusive, never bad."""


def networks(text: str) -> tuple[Network, ...]:
    """Read a comma-separated allow-list of addresses and CIDR networks.

    Raises:
        ValueError: a part is neither.

    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def require_permitted(addresses: Iterable[str], allow: Sequence[Network]) -> None:
    """Check all addresses of a name: one that is not permitted refuses the whole name.

    Raises:
        NotPermittedError: naming the first address refused.

    """
    for address in addresses:
        if not permitted(address, allow):
            raise NotPermittedError(f"the address {address} is not permitted from this agent")


def permitted(address: str, allow: Sequence[Network] = ()) -> bool:
    """Say whether the address may be dialled: public ones, and others only from the allow-list."""
    outer = ip_address(address.split("%", maxsplit=1)[0])
    inner = _embedded(outer)
    spoken = [each for each in (outer, inner) if each is not None]
    if METADATA.intersection(spoken):
        return False
    if any(each.version == net.version and each in net for each in spoken for net in allow):
        return True
    effective = spoken[-1]
    return effective.is_global and not effective.is_multicast


def _embedded(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
