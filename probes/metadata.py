"""Where clouds give out secrets of their machines: addresses that no agent dials, however they are spelled."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

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
ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})  # RFC 5214 §6.1
LOW = 0xFFFF_FFFF
OCTETS = 4
_BASES = ((r"0[xX][0-9a-fA-F]+", 16), (r"0[0-7]*", 8), (r"[1-9][0-9]*", 10))


def gives_secrets(address: Address) -> bool:
    """Tell whether packets to an address may reach where a cloud gives out secrets."""
    return bool(METADATA.intersection((address, *meant(address), *_spelled(address))))


def names_secrets(host: str) -> bool:
    """Tell whether a host is such an address, written in whatever way; a name is not looked up."""
    address = _literal(host)
    return address is not None and gives_secrets(address)


def meant(address: Address) -> tuple[Address, ...]:
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


def _literal(host: str) -> Address | None:
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return None
    bare = name.removeprefix("[").removesuffix("]").removesuffix(".").split("%", maxsplit=1)[0]
    try:
        return ip_address(bare)
    except ValueError:
        return _old(bare)


def _old(text: str) -> IPv4Address | None:
    """Read the old spellings of IPv4: fewer parts, of which the last fills up, octal and hexadecimal."""
    numbers = [_number(part) for part in text.split(".")]
    if len(numbers) > OCTETS or any(each is None for each in numbers):
        return None
    *first, last = (each or 0 for each in numbers)
    if any(each > 255 for each in first) or last >= 256 ** (OCTETS - len(first)):  # noqa: PLR2004 - an octet
        return None
    return IPv4Address(sum(each << 24 - 8 * at for at, each in enumerate(first)) + last)


def _number(text: str) -> int | None:
    if len(text) > 12:  # noqa: PLR2004 - 037777777777 is the longest that an address has
        return None
    return next((int(text, base) for form, base in _BASES if re.fullmatch(form, text)), None)
