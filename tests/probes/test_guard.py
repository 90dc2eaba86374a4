"""The guard: no spelling of a private address gets past it."""

from __future__ import annotations

import asyncio

import pytest

from probes.guard import NotPermittedError, networks, permitted, require_permitted
from probes.observation import Failure
from probes.resolver import Resolver

REFUSED = [
    *("127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0.0.0.0", "localhost"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[fe80::1]", "[fc00::1]"),
    *("169.254.169.254", "[fd00:ec2::254]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b::7f00:1]"),
    *("10.1.2.3", "192.168.0.1", "172.31.255.1", "100.64.0.1", "198.18.0.1", "192.0.2.1"),
    *("224.0.0.1", "255.255.255.255", "240.0.0.1", "[2002:7f00:1::]"),
]
PERMITTED = ["8.8.8.8", "[2606:4700:4700::1111]", "[64:ff9b::808:808]"]


def addresses(host: str) -> tuple[str, ...]:
    async def asked() -> tuple[str, ...]:
        resolver = Resolver()
        try:
            return await resolver.addresses(host)
        finally:
            await resolver.close()

    return asyncio.run(asked())


@pytest.mark.parametrize("spelling", REFUSED)
def test_a_private_address_is_refused_in_every_spelling(spelling: str) -> None:
    with pytest.raises(NotPermittedError, match="not permitted from this agent"):
        require_permitted(addresses(spelling), ())


@pytest.mark.parametrize("spelling", PERMITTED)
def test_a_public_address_is_permitted(spelling: str) -> None:
    require_permitted(addresses(spelling), ())


@pytest.mark.parametrize(
    ("address", "allow", "expected"),
    [
        pytest.param("10.1.2.3", "10.1.0.0/16", True, id="an intranet on the allow-list"),
        pytest.param("::ffff:10.1.2.3", "10.1.0.0/16", True, id="the same, mapped"),
        pytest.param("10.2.2.3", "10.1.0.0/16, 127.0.0.1", False, id="the next network is not"),
        pytest.param("127.0.0.1", "10.1.0.0/16, 127.0.0.1", True, id="a single address"),
        pytest.param("169.254.169.254", "169.254.0.0/16", False, id="metadata never"),
        pytest.param(
            "::ffff:169.254.169.254", "::/0,0.0.0.0/0", False, id="metadata never, mapped"
        ),
        pytest.param("fd00:ec2::254", "fd00::/8", False, id="metadata never, IPv6"),
        pytest.param("fe80::1%eth0", "fe80::/10", True, id="a zone does not hide the address"),
    ],
)
def test_the_allow_list_opens_what_it_names_but_never_metadata(
    address: str,
    allow: str,
    expected: bool,  # noqa: FBT001
) -> None:
    assert permitted(address, networks(allow)) is expected


def test_one_refused_address_of_a_name_refuses_the_name() -> None:
    with pytest.raises(NotPermittedError, match=r"10\.0\.0\.1"):
        require_permitted(("8.8.8.8", "10.0.0.1"), ())


def test_a_name_that_cannot_be_a_name_is_inconclusive() -> None:
    with pytest.raises(Failure, match="could not be resolved") as caught:
        addresses("a..b")
    assert caught.value.outcome.name == "INCONCLUSIVE"
