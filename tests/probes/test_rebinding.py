"""Rebinding: a name whose answer changes, or that leads elsewhere, never brings a probe where it may not go."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.message
import dns.rdatatype
import dns.rrset
import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.resolver import Resolver
from probes.specs.certificates import TlsSpec
from probes.specs.web import HttpSpec

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
# 127.0.0.2 is the address that may be asked in these tests, 127.0.0.1 the inside that may not.
OUTSIDE, INSIDE = "127.0.0.2", "127.0.0.1"
ALLOWED = networks(OUTSIDE)
REFUSED = (Outcome.INCONCLUSIVE, "not_permitted")


@dataclass
class Rebinding(asyncio.DatagramProtocol):
    """A name server that answers each look-up of an IPv4 address with the next set of records, which may be kept."""

    answers: Sequence[Sequence[tuple[str, str, str]]]
    asked: list[str] = field(default_factory=list)
    ipv6: str = ""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        question = dns.message.from_wire(data)
        response = dns.message.make_response(question)
        wanted = question.question[0]
        if wanted.rdtype == dns.rdatatype.A:
            said = self.answers[min(len(self.asked), len(self.answers) - 1)]
            self.asked.append(wanted.name.to_text())
            for name, kind, value in said:
                response.answer.append(dns.rrset.from_text(name, 3600, "IN", kind, value))
        elif self.ipv6:
            response.answer.append(dns.rrset.from_text(wanted.name, 3600, "IN", "AAAA", self.ipv6))
        self._transport.sendto(response.to_wire(), addr)


@dataclass
class World:
    """A web server outside and one inside on one port, and the name server between them."""

    port: int
    names: Rebinding
    around: Surroundings
    inside: list[bytes]

    async def ask(self, host: str = "www.cms.example", path: str = "/") -> Observation:
        url = f"http://{host}:{self.port}{path}"
        return await ask(HttpSpec(url=url, timeout=3_000_000), self.around)


def page(asked: list[bytes], location: str = "") -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        away = b"/away " in asked[-1]
        line = f"302 Found\r\nLocation: {location}" if away else "200 OK"
        writer.write(f"HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()

    return talk


def named(*addresses: str, name: str = "www.cms.example.") -> list[tuple[str, str, str]]:
    return [(name, "A", address) for address in addresses]


def _on_one_port() -> tuple[socket.socket, socket.socket]:
    """Sockets outside and inside; what is free outside another test may have taken inside."""
    while True:
        outer = socket.create_server((OUTSIDE, 0))
        try:
            return outer, socket.create_server((INSIDE, outer.getsockname()[1]))
        except OSError:
            outer.close()


@asynccontextmanager
async def world(
    *answers: Sequence[tuple[str, str, str]], location: str = "/"
) -> AsyncIterator[World]:
    loop, inside = asyncio.get_running_loop(), list[bytes]()
    async with AsyncExitStack() as ending:
        outer, inner = _on_one_port()
        port = outer.getsockname()[1]
        await ending.enter_async_context(_served(outer, lambda _: None, location))
        await ending.enter_async_context(_served(inner, inside.append, location))
        transport, names = await loop.create_datagram_endpoint(
            lambda: Rebinding(answers), (INSIDE, 0)
        )
        ending.callback(transport.close)
        server = f"{INSIDE}:{transport.get_extra_info('sockname')[1]}"
        around = Surroundings(ALLOWED, Resolver([server]))
        yield World(port, names, around, inside)


@asynccontextmanager
async def _served(
    taken: socket.socket, heard: Callable[[bytes], None], location: str
) -> AsyncIterator[None]:
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard(b"dialled")
        here = writer.get_extra_info("sockname")[1]
        await page(asked, location.replace("PORT", str(here)))(reader, writer)
        writer.close()

    server = await asyncio.start_server(talk, sock=taken)
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()


def seen_in(
    scene: AbstractAsyncContextManager[World], act: Callable[[World], Awaitable[Observation]]
) -> tuple[Observation, World]:
    async def once() -> tuple[Observation, World]:
        async with scene as here:
            return await act(here), here

    return asyncio.run(once())


def stages(seen: Observation) -> list[str]:
    return [each.name for each in seen.stages]


def test_the_address_that_is_dialled_is_the_one_that_was_checked() -> None:
    seen, here = seen_in(world(named(OUTSIDE), named(INSIDE)), lambda here: here.ask())

    assert (seen.outcome, seen.address) == (Outcome.GOOD, OUTSIDE)
    assert here.names.asked == ["www.cms.example."]
    assert here.inside == []


def test_an_address_is_taken_as_it_is_and_nobody_is_asked_whose_it_is() -> None:
    seen, here = seen_in(world(named(INSIDE)), lambda here: here.ask(INSIDE))

    assert (seen.outcome, seen.reason) == REFUSED
    assert here.names.asked == []


def test_a_name_that_has_turned_inwards_is_refused_at_the_next_look_up() -> None:
    async def twice(here: World) -> Observation:
        assert (await here.ask()).outcome is Outcome.GOOD
        return await here.ask()

    seen, here = seen_in(world(named(OUTSIDE), named(INSIDE)), twice)

    assert (seen.outcome, seen.reason) == REFUSED
    assert stages(seen) == ["dns", "guard"]
    assert here.inside == []


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("http://www.cms.example:PORT/", id="to the same name, which has turned"),
        pytest.param(f"http://{INSIDE}:PORT/", id="to an address"),
        pytest.param("http://2130706433:PORT/", id="to a number"),
        pytest.param("http://0x7f.1:PORT/", id="to an old spelling"),
        pytest.param(f"http://[::ffff:{INSIDE}]:PORT/", id="to a mapped address"),
        pytest.param("http://[64:ff9b::7f00:1]:PORT/", id="to an address by NAT64"),
        pytest.param("http://localhost:PORT/", id="to this machine by name"),
        pytest.param("//localhost:PORT/", id="to this machine, without a scheme"),
        pytest.param("http://169.254.169.254/latest/meta-data/", id="to metadata"),
        pytest.param(f"http://{OUTSIDE}@{INSIDE}:PORT/", id="to an address behind a user"),
    ],
)
def test_a_redirect_inwards_is_refused_at_its_hop(location: str) -> None:
    scene = world(named(OUTSIDE), named(INSIDE), location=location)
    seen, here = seen_in(scene, lambda here: here.ask(path="/away"))

    assert seen.reason in {"not_permitted", "redirect_refused"}
    assert seen.reason != "not_permitted" or seen.outcome is Outcome.INCONCLUSIVE
    assert stages(seen).count("connect") == 1
    assert here.inside == []


@pytest.mark.parametrize(
    "records",
    [
        pytest.param(named(OUTSIDE, INSIDE), id="a permitted address beside one that is not"),
        pytest.param(named(INSIDE, OUTSIDE), id="the same, the other way round"),
        pytest.param(
            [
                ("www.cms.example.", "CNAME", "metadata.cloud.example."),
                *named("169.254.169.254", name="metadata.cloud.example."),
            ],
            id="an alias of metadata",
        ),
        pytest.param(
            [
                ("www.cms.example.", "CNAME", "a.cms.example."),
                ("a.cms.example.", "CNAME", "b.cms.example."),
                *named(OUTSIDE, INSIDE, name="b.cms.example."),
            ],
            id="an alias of an alias with two addresses",
        ),
        pytest.param(named("10.9.8.7"), id="a private address"),
        pytest.param(named("0.0.0.0"), id="any address"),
        pytest.param(named("255.255.255.255"), id="everybody"),
    ],
)
def test_a_name_is_refused_as_a_whole(records: list[tuple[str, str, str]]) -> None:
    seen, here = seen_in(world(records), lambda here: here.ask())

    assert (seen.outcome, seen.reason) == REFUSED
    assert stages(seen) == ["dns", "guard"]
    assert here.inside == []


def test_a_dot_after_the_name_and_letters_of_other_scripts_take_the_same_path() -> None:
    bookshop = named(INSIDE, name="xn--bcher-kva.cms.example.")
    dotted, _ = seen_in(world(named(INSIDE)), lambda here: here.ask("www.cms.example."))
    spelled, there = seen_in(world(bookshop), lambda here: here.ask("bücher.cms.example"))

    assert (dotted.outcome, dotted.reason) == REFUSED
    assert (spelled.outcome, spelled.reason) == REFUSED
    assert there.names.asked == ["xn--bcher-kva.cms.example."]


@pytest.mark.parametrize(
    ("family", "address"),
    [pytest.param("ipv4", OUTSIDE, id="IPv4"), pytest.param("ipv6", "::1", id="IPv6")],
)
def test_of_a_name_with_both_families_the_chosen_one_is_asked_and_nothing_else(
    closed_port: int, family: str, address: str
) -> None:
    async def once(here: World) -> Observation:
        here.names.ipv6 = "::1"
        here.around.allow = networks(f"{OUTSIDE}, ::1")
        told = {"host": "both.cms.example", "port": closed_port, "family": family}
        spec = TlsSpec.model_validate({**told, "timeout": 3_000_000})
        return await ask(spec, here.around)

    seen, _ = seen_in(world(named(OUTSIDE, name="both.cms.example.")), once)

    assert (seen.outcome, seen.reason, seen.address) == (Outcome.BAD, "refused", address)
    assert [each.text for each in seen.stages if each.name == "dns"] == [address]
    assert stages(seen).count("connect") == 1
