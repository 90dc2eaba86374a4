"""The guard: which resolved addresses an agent may dial, whatever a document asks for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
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
    map(
        ip_address,
        (
            *("169.254.169.254", "fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe"),
            *("169.254.170.2", "169.254.170.23", "fd00:ec2::23"),  # credentials of containers
            *("100.100.100.200", "168.63.129.16", "169.254.0.23", "192.0.0.192"),
            *("169.254.42.42", "fd00:42::42", "169.254.169.250"),
        ),
    )
)
NAT64 = IPv6Network("64:ff9b::/96")
NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")  # RFC 8215: whoever runs it says what it leads to
GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that has been given out (RFC 4291 §2.4)
NOT_PUBLIC: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # for protocols; older Pythons know only a part of it
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, withdrawn by RFC 7526
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)
ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})  # RFC 5214 §6.1
LOW = 0xFFFF_FFFF
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
    meant = _meant(outer)
    if METADATA.intersection((outer, *meant, *_spelled(outer))):
        return False
    if _listed(outer, allow) or all(_listed(each, allow) for each in meant):
        return True
    return all(map(_public, meant))


def _listed(address: Address, allow: Sequence[Network]) -> bool:
    return any(address.version == net.version and address in net for net in allow)


def _public(address: Address) -> bool:
    if any(address.version == net.version and address in net for net in NOT_PUBLIC):
        return False
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast


def _meant(address: Address) -> tuple[Address, ...]:
    """Return whom packets to the address reach: itself, or the IPv4 addresses that it carries."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.teredo is not None:
        return address.teredo
    carried = address.ipv4_mapped or address.sixtofour
    if carried is None and address in NAT64:
        carried = IPv4Address(int(address) & LOW)
    if carried is not None:
        return (carried,)
    if int(address) >> 32 & LOW in ISATAP:
        return (address, IPv4Address(int(address) & LOW))
    return (address,)


def _spelled(address: Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses that an IPv6 one may carry by a translator nobody told us of (RFC 6052 §2.2)."""
    if isinstance(address, IPv4Address):
        return ()
    last = IPv4Address(int(address) & LOW)
    if address not in NAT64_LOCAL:
        return (last,)
    octets = address.packed[:8] + address.packed[9:]  # octet 8 is always zero, and no part of it
    return (last, *(IPv4Address(octets[at : at + 4]) for at in (6, 7, 8)))
