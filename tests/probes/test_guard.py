"""The guard: no spelling of a private address gets past it, and none is dialled to find that out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from probes.dialogue import Dialogue, Surroundings
from probes.guard import (
    EVERYTHING,
    NotPermittedError,
    networks,
    permitted,
    require_permitted,
)
from probes.metadata import METADATA
from probes.observation import Failure, Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.resolver import Resolver
from probes.specs.lines import TcpSpec

REFUSED = [
    pytest.param("127.0.0.1", id="loopback"),
    pytest.param("2130706433", id="loopback as one number"),
    pytest.param("0x7f000001", id="loopback in hexadecimal"),
    pytest.param("0177.0.0.1", id="loopback in octal"),
    pytest.param("127.1", id="loopback shortened"),
    pytest.param("0.0.0.0", id="any address, which is this machine"),
    pytest.param("[::1]", id="loopback of IPv6"),
    pytest.param("[::]", id="any address of IPv6"),
    pytest.param("[::ffff:127.0.0.1]", id="loopback mapped"),
    pytest.param("[::ffff:7f00:1]", id="loopback mapped in hexadecimal"),
    pytest.param("[::FFFF:127.0.0.1]", id="loopback mapped, capitals"),
    pytest.param("[0:0:0:0:0:ffff:127.0.0.1]", id="loopback mapped, in full"),
    pytest.param("[::ffff:127.0.0.1%eth0]", id="loopback mapped, with an interface"),
    pytest.param("[::ffff:10.1.2.3]", id="a private address mapped"),
    pytest.param("[::ffff:169.254.169.254]", id="metadata mapped"),
    pytest.param("[0000:0000:0000:0000:0000:0000:0000:0001]", id="loopback of IPv6 in full"),
    pytest.param("::1", id="loopback of IPv6 without brackets"),
    pytest.param("[2002:a9fe:a9fe::]", id="metadata by 6to4"),
    pytest.param("[2002:a01:203::1]", id="a private address by 6to4"),
    pytest.param("169.254.169.254", id="metadata"),
    pytest.param("[fd00:ec2::254]", id="metadata of IPv6"),
    pytest.param("[64:ff9b::7f00:1]", id="loopback by NAT64"),
    pytest.param("[64:ff9b::a9fe:a9fe]", id="metadata by NAT64"),
    pytest.param("[2002:7f00:1::]", id="loopback by 6to4"),
    pytest.param("10.1.2.3", id="private, 10/8"),
    pytest.param("192.168.0.1", id="private, 192.168/16"),
    pytest.param("172.31.255.1", id="private, 172.16/12"),
    pytest.param("100.64.0.1", id="shared among customers of a carrier"),
    pytest.param("224.0.0.1", id="multicast"),
    pytest.param("255.255.255.255", id="broadcast"),
    pytest.param("198.18.0.1", id="for benchmarks"),
    pytest.param("[fe80::1]", id="link-local"),
    pytest.param("[fc00::1]", id="unique local"),
    pytest.param("localhost", id="a name of this machine"),
    pytest.param("192.0.2.1", id="for documents"),
    pytest.param("240.0.0.1", id="reserved"),
    # Beyond the prototype's list.
    pytest.param("0.1.2.3", id="this network"),
    pytest.param("127.0.1", id="loopback in three parts"),
    pytest.param("0x7f.1", id="loopback, hexadecimal and shortened"),
    pytest.param("017700000001", id="loopback as one octal number"),
    pytest.param("0xa9fea9fe", id="metadata in hexadecimal"),
    pytest.param("2852039166", id="metadata as one number"),
    pytest.param("127.0.0.1.", id="loopback with a dot after it"),
    pytest.param("localhost.", id="a name of this machine with a dot after it"),
    pytest.param("\uff11\uff12\uff17.\uff10.\uff10.\uff11", id="loopback in full-width digits"),
    pytest.param("\u2460\u2461\u2466.\u24ea.\u24ea.\u2460", id="loopback in circled digits"),
    pytest.param("127\u30020\u30020\u30021", id="loopback with dots of another script"),
    pytest.param("0X7F000001", id="loopback in hexadecimal, capitals"),
    pytest.param("00000177.0.0.01", id="loopback in octal with many zeros"),
    pytest.param("127.000.000.001", id="loopback in three digits each"),
    pytest.param("2130706433.", id="loopback as one number with a dot after it"),
    pytest.param("0", id="any address as one number"),
    pytest.param("3232235521", id="a private address as one number"),
    pytest.param("0xa.1.2.3", id="a private address, partly hexadecimal"),
    pytest.param("ⓛocalhost", id="a name of this machine in another script"),
    pytest.param("[::127.0.0.1]", id="loopback, IPv4-compatible"),
    pytest.param("[::8.8.8.8]", id="a public address, IPv4-compatible, which leads nowhere known"),
    pytest.param("[::ffff:0:127.0.0.1]", id="loopback, IPv4-translated"),
    pytest.param("[64:ff9b:1::7f00:1]", id="loopback by a local translator"),
    pytest.param("[64:ff9b:1::808:808]", id="whatever a local translator leads to"),
    pytest.param("[2001:4860::5efe:7f00:1]", id="loopback by ISATAP"),
    pytest.param(
        "[2001:4860::200:5efe:a01:203]", id="a private address by ISATAP, globally unique"
    ),
    pytest.param("[2001:0:808:808::80ff:fffe]", id="loopback by Teredo"),
    pytest.param("[2001:0:7f00:1::f7f7:f7f7]", id="Teredo by a server that is this machine"),
    pytest.param("[fe80::1%lo]", id="link-local with its interface"),
    pytest.param("[fec0::1]", id="site-local"),
    pytest.param("[ff02::1]", id="multicast of IPv6"),
    pytest.param("[2001:db8::1]", id="for documents, IPv6"),
    pytest.param("[3fff::1]", id="for documents, IPv6, since 2024"),
    pytest.param("[5f00::1]", id="segment routing"),
    pytest.param("192.88.99.1", id="a relay of 6to4"),
    pytest.param("192.0.0.8", id="for protocols"),
]
PERMITTED = [
    pytest.param("8.8.8.8", id="IPv4"),
    pytest.param("[2606:4700:4700::1111]", id="IPv6"),
    pytest.param("[64:ff9b::808:808]", id="IPv4 by NAT64"),
]


def asked(host: str, allow: str = "") -> Observation:
    async def once() -> Observation:
        around = Surroundings(networks(allow))
        return await ask(TcpSpec(host=host, port=9, timeout=5_000_000), around)

    return asyncio.run(once())


@pytest.mark.parametrize("spelling", REFUSED)
def test_a_private_address_is_refused_in_every_spelling_and_never_dialled(spelling: str) -> None:
    seen = asked(spelling)

    assert (seen.outcome, seen.reason) == (Outcome.INCONCLUSIVE, "not_permitted")
    assert "is not permitted from this agent" in seen.text
    assert [each.name for each in seen.stages] == ["dns", "guard"]
    assert seen.address is None


@pytest.mark.parametrize("spelling", PERMITTED)
def test_a_public_address_is_permitted(spelling: str) -> None:
    async def found() -> str:
        return await Dialogue(Surroundings()).find(spelling)

    assert asyncio.run(found()) == spelling.strip("[]")


@pytest.mark.parametrize(
    ("address", "allow", "expected"),
    [
        pytest.param("10.1.2.3", "10.1.0.0/16", True, id="an intranet on the allow-list"),
        pytest.param("::ffff:10.1.2.3", "10.1.0.0/16", True, id="the same, mapped"),
        pytest.param("10.2.2.3", "10.1.0.0/16, 127.0.0.1", False, id="the next network is not"),
        pytest.param("127.0.0.1", "10.1.0.0/16, 127.0.0.1", True, id="a single address"),
        pytest.param("fe80::1%eth0", "fe80::/10", True, id="a zone does not hide the address"),
        pytest.param("169.254.1.1", "169.254.0.0/16", True, id="link-local beside metadata"),
        pytest.param("64:ff9b:1::a01:203", "10.1.0.0/16", False, id="a translator unlisted"),
        pytest.param("64:ff9b:1::a01:203", "64:ff9b:1::/48", True, id="a translator on the list"),
        pytest.param("2001:4860::5efe:a01:203", "10.1.0.0/16", False, id="half of an ISATAP"),
    ],
)
def test_the_allow_list_opens_what_it_names(
    address: str,
    allow: str,
    expected: bool,  # noqa: FBT001
) -> None:
    assert permitted(address, networks(allow)) is expected


@pytest.mark.parametrize(
    "address", [pytest.param(str(each)) for each in sorted(map(str, METADATA))]
)
def test_no_allow_list_opens_metadata(address: str) -> None:
    assert permitted("169.254.7.7", EVERYTHING)
    assert not permitted(address, EVERYTHING)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("::ffff:169.254.169.254", id="mapped"),
        pytest.param("::169.254.169.254", id="IPv4-compatible"),
        pytest.param("::ffff:0:169.254.169.254", id="IPv4-translated"),
        pytest.param("64:ff9b::a9fe:a9fe", id="NAT64"),
        pytest.param("64:ff9b:1::a9fe:a9fe", id="a local translator with 96 bits"),
        pytest.param("64:ff9b:1:a9fe:a9:fe00::", id="a local translator with 48 bits"),
        pytest.param("64:ff9b:1:a9:fe:a9fe::", id="a local translator with 56 bits"),
        pytest.param("64:ff9b:1:0:a9:fea9:fe00:0", id="a local translator with 64 bits"),
        pytest.param("2001:db8:64::a9fe:a9fe", id="a translator with a prefix of its own"),
        pytest.param("2002:a9fe:a9fe::1", id="6to4"),
        pytest.param("2001:0:808:808::5601:5601", id="Teredo"),
        pytest.param("2001:db8::5efe:a9fe:a9fe", id="ISATAP"),
        pytest.param("fe80::a9fe:a9fe%eth0", id="link-local with its interface"),
        pytest.param("fd00:ec2::254%eth0", id="an address with an interface"),
        pytest.param("::ffff:a9fe:aa02", id="credentials of containers, mapped"),
    ],
)
def test_no_disguise_opens_metadata(address: str) -> None:
    assert not permitted(address, EVERYTHING)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        pytest.param("10.0.0.1", "from this agent$", id="what a list may open"),
        pytest.param("169.254.169.254", "from this agent, nor from any", id="what no list opens"),
    ],
)
def test_a_refusal_tells_whether_a_list_may_open_it(address: str, said: str) -> None:
    with pytest.raises(NotPermittedError, match=said):
        require_permitted((address,), ())


def test_one_refused_address_of_a_name_refuses_the_name() -> None:
    with pytest.raises(NotPermittedError, match=r"10\.0\.0\.1"):
        require_permitted(("8.8.8.8", "10.0.0.1"), ())


class Babbling(Resolver):
    """A resolver that answers with what it was made for."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self._answers = answers

    async def addresses(self, _host: str, _family: Any = None) -> tuple[str, ...]:
        return self._answers


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        pytest.param((), "not_permitted", id="nothing"),
        pytest.param(("8.8.8.8", "rubbish"), "not_permitted", id="a word"),
        pytest.param(("8.8.8.8", ""), "not_permitted", id="an empty text"),
        pytest.param(("8.8.8.8", "999.1.1.1"), "not_permitted", id="a number too high"),
        pytest.param(("8.8.8.8", None), "agent_fault", id="no text at all"),
    ],
)
def test_a_resolver_that_answers_rubbish_opens_nothing(answers: tuple[Any], reason: str) -> None:
    around = Surroundings(EVERYTHING, Babbling(*answers))
    seen = asyncio.run(ask(TcpSpec(host="a.example", port=9, timeout=5_000_000), around))

    assert (seen.outcome, seen.reason) == (Outcome.INCONCLUSIVE, reason)
    assert "connect" not in [each.name for each in seen.stages]


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("a..b", id="an empty label"),
        pytest.param("a" * 64 + ".example", id="a label too long"),
        pytest.param("\ufffd.example", id="what is no letter"),
        pytest.param("127%2e0%2e0%2e1", id="loopback, escaped as in an address of a page"),
        pytest.param("127.0.0.1%00.a.example", id="loopback before an end"),
        pytest.param("[::ffff:0x7f000001]", id="a number of IPv4 within IPv6"),
    ],
)
def test_a_name_that_cannot_be_a_name_is_inconclusive(host: str) -> None:
    seen = asked(host)

    assert (seen.outcome, seen.reason) == (Outcome.INCONCLUSIVE, "resolver")


def test_of_two_families_the_chosen_one_is_taken_and_nothing_else_is_tried() -> None:
    async def taken(host: str, family: Any) -> tuple[str, ...]:
        return await Resolver().addresses(host, family)

    assert asyncio.run(taken("127.0.0.1", "ipv4")) == ("127.0.0.1",)
    assert asyncio.run(taken("[::1]", "ipv6")) == ("::1",)
    with pytest.raises(Failure, match="has no IPv6 address") as caught:
        asyncio.run(taken("127.0.0.1", "ipv6"))
    assert caught.value.reason == "no_data"
