"""DNS probes against a name server on loopback, and names of other targets resolved by it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Failure, Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.resolver import Resolver
from probes.spec import ProbeSpec
from probes.specs.lines import TcpSpec
from probes.specs.names import DnsSpec

ZONE = {
    ("www.cms.example.", "A"): ["192.0.2.7", "192.0.2.8"],
    ("inside.cms.example.", "A"): ["10.9.8.7"],
    ("mixed.cms.example.", "A"): ["127.0.0.1", "10.9.8.7"],
    ("only-text.cms.example.", "TXT"): ['"hello"'],
    ("alias.cms.example.", "A"): ["192.0.2.7"],
    ("circle.cms.example.", "A"): ["192.0.2.7"],
    ("other.cms.example.", "A"): ["192.0.2.7"],
}
ALIASES = {
    "alias.cms.example.": [
        ("alias.cms.example.", "two.cms.example."),
        ("two.cms.example.", "www.cms.example."),
    ],
    "circle.cms.example.": [("circle.cms.example.", "circle.cms.example.")],
}
TOLD_OF = {
    "alias.cms.example.": "WWW.cms.example.",
    "circle.cms.example.": "www.cms.example.",
    "other.cms.example.": "www.cms.example.",
}
CODES = {"broken.example.": dns.rcode.SERVFAIL, "secret.example.": dns.rcode.REFUSED}


class NameServer(asyncio.DatagramProtocol):
    """Answers from `ZONE`, fails by `CODES`, and is silent for silent.example."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        question = dns.message.from_wire(data)
        asked = question.question[0]
        name = asked.name.to_text()
        if name == "silent.example.":
            return
        response = dns.message.make_response(question)
        kind = dns.rdatatype.to_text(asked.rdtype)
        if (name, kind) in ZONE:
            for alias, meant in ALIASES.get(name, ()):
                response.answer.append(dns.rrset.from_text(alias, 60, "IN", "CNAME", meant))
            told = TOLD_OF.get(name, name)
            response.answer.append(dns.rrset.from_text(told, 60, "IN", kind, *ZONE[name, kind]))
        elif not any(known == name for known, _ in ZONE):
            response.set_rcode(CODES.get(name, dns.rcode.NXDOMAIN))
        self.transport.sendto(response.to_wire(), addr)


@contextlib.asynccontextmanager
async def name_server() -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


def patience(name: str) -> int:
    return 200_000 if name.startswith("silent") else 3_000_000


def asked(name: str, kind: str = "A") -> Observation:
    async def once() -> Observation:
        async with name_server() as port:
            document = {"host": "127.0.0.1", "port": port, "name": name, "type": kind}
            spec = DnsSpec.model_validate(
                document | {"timeout": patience(name), "conditions": [{"field": "answers"}]}
            )
            return await ask(spec, Surroundings(networks("127.0.0.1")))

    return asyncio.run(once())


@pytest.mark.parametrize(
    ("name", "kind", "outcome", "reason"),
    [
        pytest.param("www.cms.example", "A", Outcome.GOOD, None, id="a name with answers"),
        pytest.param("only-text.cms.example", "TXT", Outcome.GOOD, None, id="another type"),
        pytest.param("alias.cms.example", "A", Outcome.GOOD, None, id="the name of an alias"),
        pytest.param("circle.cms.example", "A", Outcome.BAD, "no_data", id="an alias of itself"),
        pytest.param("other.cms.example", "A", Outcome.BAD, "no_data", id="another name's answers"),
        pytest.param("gone.example", "A", Outcome.BAD, "nxdomain", id="NXDOMAIN is bad"),
        pytest.param("only-text.cms.example", "A", Outcome.BAD, "no_data", id="NODATA is bad"),
        pytest.param(
            "broken.example", "A", Outcome.INCONCLUSIVE, "resolver", id="SERVFAIL proves nothing"
        ),
        pytest.param(
            "secret.example", "A", Outcome.INCONCLUSIVE, "resolver", id="REFUSED proves nothing"
        ),
        pytest.param("silent.example", "A", Outcome.INCONCLUSIVE, "timeout", id="nor does silence"),
    ],
)
def test_a_name_is_judged_by_the_answer(
    name: str, kind: str, outcome: Outcome, reason: str | None
) -> None:
    seen = asked(name, kind)
    assert (seen.outcome, seen.reason) == (outcome, reason)


def test_the_answers_are_told() -> None:
    assert asked("www.cms.example").checked[0].actual == "192.0.2.7, 192.0.2.8"


@pytest.mark.parametrize(
    ("host", "outcome", "reason"),
    [
        pytest.param("gone.example", Outcome.BAD, "nxdomain", id="no such name"),
        pytest.param("only-text.cms.example", Outcome.BAD, "no_data", id="a name without address"),
        pytest.param("broken.example", Outcome.INCONCLUSIVE, "resolver", id="our resolver fails"),
        pytest.param(
            "silent.example", Outcome.INCONCLUSIVE, "timeout", id="our resolver is silent"
        ),
        pytest.param(
            "inside.cms.example", Outcome.INCONCLUSIVE, "not_permitted", id="a private address"
        ),
        pytest.param(
            "mixed.cms.example",
            Outcome.INCONCLUSIVE,
            "not_permitted",
            id="one private address beside a permitted one",
        ),
    ],
)
def test_a_target_is_judged_by_its_name_first(host: str, outcome: Outcome, reason: str) -> None:
    async def once() -> Observation:
        async with name_server() as port:
            around = Surroundings(networks("127.0.0.1"), Resolver([f"127.0.0.1:{port}"]))
            spec: ProbeSpec = TcpSpec(host=host, port=9, timeout=patience(host))
            return await ask(spec, around)

    seen = asyncio.run(once())
    assert (seen.outcome, seen.reason) == (outcome, reason)


def test_a_name_is_asked_for_at_each_attempt_however_long_its_answer_may_be_kept() -> None:
    async def twice() -> list[tuple[str, ...]]:
        ZONE["moving.cms.example.", "A"] = ["192.0.2.1"]
        async with name_server() as port:
            resolver = Resolver([f"127.0.0.1:{port}"])
            before = await resolver.addresses("moving.cms.example")
            ZONE["moving.cms.example.", "A"] = ["192.0.2.2"]
            return [before, await resolver.addresses("moving.cms.example")]

    assert asyncio.run(twice()) == [("192.0.2.1",), ("192.0.2.2",)]


def test_a_name_server_that_is_gone_is_noticed_at_the_next_attempt() -> None:
    async def gone() -> Failure | None:
        async with name_server() as port:
            resolver = Resolver([f"127.0.0.1:{port}"])
            await resolver.addresses("www.cms.example")
        try:
            await resolver.addresses("www.cms.example")
        except Failure as failure:
            return failure
        return None

    failure = asyncio.run(gone())
    assert failure is not None
    assert (failure.reason, failure.outcome) == ("resolver", Outcome.INCONCLUSIVE)
