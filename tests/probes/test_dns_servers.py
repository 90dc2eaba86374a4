"""DNS probes of a real name server, and of such that lie, babble or are gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import dns.flags
import dns.message
import dns.rrset
import pytest
from dns.message import Message
from pydantic import ValidationError

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.names import DnsSpec
from tests.servers.blackbox import Blackbox
from tests.servers.names import SERIAL, Knot

GOOD, BAD, INCONCLUSIVE = Outcome.GOOD, Outcome.BAD, Outcome.INCONCLUSIVE
WWW = "www.cms.example"
Document = dict[str, object]


def asked(port: int, *conditions: Document, allow: str = "127.0.0.1", **more: Any) -> Observation:
    told = {"host": "127.0.0.1", "port": port, "name": WWW, "timeout": 3_000_000}
    spec = DnsSpec.model_validate({**told, "conditions": conditions, **more})
    return asyncio.run(ask(spec, Surroundings(networks(allow))))


def answers(op: str, **more: object) -> Document:
    return {"field": "answers", "op": op, **more}


def rcode(*values: str) -> Document:
    return {"field": "rcode", "op": "in", "values": values}


AUTHORITATIVE: Document = {"field": "authoritative", "op": "set"}
AUTHENTICATED: Document = {"field": "authenticated", "op": "set"}
SIGNED: Document = {"field": "signed", "op": "set"}
AGREE: Document = {"field": "serials", "op": "agree"}


@pytest.mark.parametrize(
    ("condition", "more", "outcome", "actual"),
    [
        pytest.param(
            answers("include", values=["192.0.2.8"]),
            {},
            GOOD,
            "192.0.2.7, 192.0.2.8",
            id="a record among others",
        ),
        pytest.param(
            answers("are", values=["192.0.2.8", "192.0.2.7"]),
            {},
            GOOD,
            "192.0.2.7, 192.0.2.8",
            id="all records, in whatever order",
        ),
        pytest.param(
            answers("are", values=["192.0.2.7"]),
            {},
            BAD,
            "192.0.2.7, 192.0.2.8",
            id="one record more than expected",
        ),
        pytest.param(
            answers("include", values=["192.0.2.9"]),
            {},
            BAD,
            "192.0.2.7, 192.0.2.8",
            id="a record that is not there",
        ),
        pytest.param(
            answers("are", values=["10 MAIL.cms.example"]),
            {"name": "cms.example", "type": "MX"},
            GOOD,
            "10 mail.cms.example.",
            id="names without case and dot",
        ),
        pytest.param(
            answers("are", values=["v=spf1 -all"]),
            {"name": "cms.example", "type": "TXT"},
            GOOD,
            '"v=spf1 -all"',
            id="text without its quotes",
        ),
        pytest.param(
            answers("match", pattern=r" 443 www\."),
            {"name": "_health._tcp.cms.example", "type": "SRV"},
            GOOD,
            "10 5 443 www.cms.example.",
            id="a service by its pattern",
        ),
        pytest.param(
            answers("include", values=["192.0.2.7"]),
            {"name": "portal.cms.example"},
            GOOD,
            "192.0.2.7, 192.0.2.8",
            id="what an alias leads to",
        ),
        pytest.param(
            answers("are", values=["2001:db8::7"]),
            {"type": "AAAA"},
            GOOD,
            "2001:db8::7",
            id="an address of IPv6",
        ),
        pytest.param(AUTHORITATIVE, {}, GOOD, "AA", id="the server is responsible"),
        pytest.param(
            AUTHENTICATED, {"dnssec": True}, BAD, "not AD", id="no resolver, so nothing is checked"
        ),
        pytest.param(SIGNED, {"dnssec": True}, BAD, "not signed", id="a zone without signatures"),
        pytest.param(
            SIGNED,
            {"dnssec": True, "name": "www.signed.example"},
            GOOD,
            "signed",
            id="a zone with signatures",
        ),
        pytest.param(
            {"field": "ttl", "op": "at_least", "seconds": 300}, {}, GOOD, "300 s", id="long enough"
        ),
        pytest.param(
            {"field": "ttl", "op": "at_least", "seconds": 301}, {}, BAD, "300 s", id="too short"
        ),
        pytest.param(rcode("NOERROR"), {}, GOOD, "NOERROR", id="the name is there"),
        pytest.param(
            rcode("NXDOMAIN"),
            {"name": "mail.cms.example"},
            BAD,
            "NOERROR",
            id="a name that should be gone is there without such a record",
        ),
        pytest.param(rcode("NXDOMAIN"), {}, BAD, "NOERROR", id="a name that should be gone is not"),
        pytest.param(
            rcode("NXDOMAIN"),
            {"name": "gone.cms.example"},
            GOOD,
            "NXDOMAIN",
            id="a name is gone, as it should",
        ),
        pytest.param(
            rcode("NOERROR"),
            {"name": "gone.cms.example"},
            BAD,
            "NXDOMAIN",
            id="a name is gone, and should not",
        ),
        pytest.param(
            rcode("REFUSED"),
            {"name": "www.foreign.example"},
            GOOD,
            "REFUSED",
            id="foreign names are refused, as they should",
        ),
    ],
)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_an_answer_is_held_against_a_condition(
    knot: Knot,
    transport: str,
    condition: Document,
    more: dict[str, Any],
    outcome: Outcome,
    actual: str,
) -> None:
    seen = asked(knot.port, condition, transport=transport, recursion=False, **more)

    assert (seen.outcome, [each.actual for each in seen.checked]) == (outcome, [actual])
    assert seen.evidence().timing == "userland"


@pytest.mark.parametrize(
    ("name", "outcome", "reason"),
    [
        pytest.param("gone.cms.example", BAD, "nxdomain", id="a name that is not there"),
        pytest.param("mail.cms.example", BAD, "no_data", id="a name without such a record"),
        pytest.param("www.foreign.example", INCONCLUSIVE, "resolver", id="a refusal says nothing"),
    ],
)
def test_without_a_condition_on_the_code_an_answer_speaks_for_itself(
    knot: Knot, name: str, outcome: Outcome, reason: str
) -> None:
    seen = asked(knot.port, name=name, type="AAAA")

    assert (seen.outcome, seen.reason) == (outcome, reason)


def test_servers_of_one_serial_agree(knot: Knot) -> None:
    seen = asked(
        knot.port,
        AGREE,
        name="cms.example",
        type="NS",
        servers=[f"localhost:{knot.port}"],
        allow="127.0.0.1, ::1",
    )

    assert (seen.outcome, seen.checked[0].actual) == (GOOD, f"{SERIAL} at 2")


def test_a_server_that_is_behind_is_named(knot: Knot, knot_behind: Knot) -> None:
    behind = f"127.0.0.1:{knot_behind.port}"
    seen = asked(
        knot.port, AGREE, name="cms.example", type="SOA", servers=[f"127.0.0.1:{knot.port}", behind]
    )

    assert (seen.outcome, seen.reason) == (BAD, "bad_serials")
    expected = f"{behind} has {SERIAL - 1}, while 127.0.0.1:{knot.port} has {SERIAL}"
    assert seen.checked[0].actual == expected


def test_a_server_for_serials_is_guarded_like_any_other(knot: Knot) -> None:
    seen = asked(knot.port, AGREE, name="cms.example", type="NS", servers=["127.0.0.2"])

    assert (seen.outcome, seen.reason) == (INCONCLUSIVE, "not_permitted")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_dead_server_says_nothing_of_the_name(closed_port: int, transport: str) -> None:
    seen = asked(closed_port, transport=transport, timeout=300_000)

    assert seen.outcome is INCONCLUSIVE
    assert seen.reason in {"resolver", "timeout"}


Lie = Callable[[Message], list[bytes]]


class Liar(asyncio.DatagramProtocol):
    """Sends whatever it was made for to whoever asks."""

    def __init__(self, lie: Lie) -> None:
        self._lie = lie

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for each in self._lie(dns.message.from_wire(data)):
            self._transport.sendto(each, addr)


@asynccontextmanager
async def lying(lie: Lie) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Liar(lie), ("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


def answered(question: Message, address: str, name: str = WWW) -> Message:
    response = dns.message.make_response(question)
    response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "A", address))
    return response


def honest(question: Message) -> bytes:
    return answered(question, "192.0.2.7").to_wire()


def of_another_id(question: Message) -> list[bytes]:
    forged = answered(question, "192.0.2.66")
    forged.id = question.id ^ 1
    return [forged.to_wire(), honest(question)]


def of_another_question(question: Message) -> list[bytes]:
    other = dns.message.make_query("evil.example", "A", id=question.id)
    return [answered(other, "192.0.2.66", "evil.example").to_wire(), honest(question)]


def rubbish(question: Message) -> list[bytes]:
    return [b"", b"\xff" * 40, question.to_wire(), honest(question)]


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(of_another_id, id="an answer of another id"),
        pytest.param(of_another_question, id="an answer to another question"),
        pytest.param(rubbish, id="what is no answer at all"),
    ],
)
def test_what_is_not_meant_for_us_is_ignored(lie: Lie) -> None:
    async def once() -> Observation:
        async with lying(lie) as port:
            document = {"host": "127.0.0.1", "port": port, "name": WWW, "timeout": 3_000_000}
            conditions = [answers("are", values=["192.0.2.7"])]
            spec = DnsSpec.model_validate({**document, "conditions": conditions})
            return await ask(spec, Surroundings(networks("127.0.0.1")))

    seen = asyncio.run(once())

    assert (seen.outcome, seen.text) == (GOOD, "")


def test_what_is_never_meant_for_us_is_silence() -> None:
    async def once() -> Observation:
        async with lying(lambda question: of_another_id(question)[:1]) as port:
            spec = DnsSpec(host="127.0.0.1", port=port, name=WWW, timeout=300_000)
            return await ask(spec, Surroundings(networks("127.0.0.1")))

    seen = asyncio.run(once())

    assert (seen.outcome, seen.reason) == (INCONCLUSIVE, "timeout")


@pytest.mark.parametrize(
    ("more", "actual"),
    [
        pytest.param({"dnssec": True}, "AD", id="who asks whether it was checked is told"),
        pytest.param(
            {"dnssec": True, "recursion": False},
            "not AD",
            id="where nobody is asked to find out, nobody checks",
        ),
    ],
)
def test_a_resolver_that_checks_tells_who_asks_for_it(more: Document, actual: str) -> None:
    def checking(question: Message) -> list[bytes]:
        response = answered(question, "192.0.2.7")
        if question.flags & dns.flags.AD and question.flags & dns.flags.RD:
            response.flags |= dns.flags.AD
        return [response.to_wire()]

    async def once() -> Observation:
        async with lying(checking) as port:
            document = {"host": "127.0.0.1", "port": port, "name": WWW, "timeout": 3_000_000}
            spec = DnsSpec.model_validate({**document, "conditions": [AUTHENTICATED], **more})
            return await ask(spec, Surroundings(networks("127.0.0.1")))

    assert asyncio.run(once()).checked[0].actual == actual


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param({"conditions": [AGREE]}, "name them", id="serials of one server"),
        pytest.param(
            {"host": "127.0.0.1", "family": "ipv6"}, "no address of ipv6", id="the other family"
        ),
        pytest.param({"servers": ["a.example"]}, "on serials only", id="servers for nothing"),
        pytest.param({"conditions": [AUTHENTICATED]}, "needs `dnssec: true`", id="unasked DNSSEC"),
        pytest.param(
            {"conditions": [AGREE], "servers": ["a.example:dns"]}, "written as", id="no port"
        ),
        pytest.param(
            {"conditions": [answers("near", values=["x"])]}, "not_empty", id="a wrong comparison"
        ),
    ],
)
def test_a_specification_that_cannot_come_true_is_refused(document: Document, message: str) -> None:
    whole = {"host": "a.example", "name": WWW, "timeout": 1_000_000, **document}
    with pytest.raises(ValidationError, match=message):
        DnsSpec.model_validate(whole)


@dataclass(frozen=True)
class Compared:
    """One question to both: our verdict, the exporter's, and why they differ where they do."""

    name: str
    kind: str
    outcome: Outcome
    passes_blackbox: bool
    expected: tuple[str, ...] = ()
    difference: str = ""


@pytest.mark.parametrize(
    "each",
    [
        pytest.param(Compared(WWW, "A", GOOD, passes_blackbox=True), id="a name with answers"),
        pytest.param(
            Compared("gone.cms.example", "A", BAD, passes_blackbox=False), id="a name that is gone"
        ),
        pytest.param(
            Compared("gone.cms.example", "A", GOOD, passes_blackbox=True, expected=("NXDOMAIN",)),
            id="a name that is gone, as expected",
        ),
        pytest.param(
            Compared(
                "mail.cms.example",
                "AAAA",
                BAD,
                passes_blackbox=True,
                difference="the exporter looks at the code only; without a record nobody is led anywhere",
            ),
            id="a name without such a record",
        ),
        pytest.param(
            Compared(
                "www.foreign.example",
                "A",
                INCONCLUSIVE,
                passes_blackbox=False,
                difference="a refusal says nothing of the name (judging rule P1b)",
            ),
            id="a refusal",
        ),
    ],
)
def test_the_exporter_agrees_on_names_or_it_is_known_why_not(
    knot: Knot, blackbox: Blackbox, each: Compared
) -> None:
    codes = {"valid_rcodes": list(each.expected)} if each.expected else {}
    question = {"query_name": each.name, "query_type": each.kind, **codes}
    module = {"prober": "dns", "dns": {**question, "preferred_ip_protocol": "ip4"}}
    conditions = [rcode(*each.expected)] if each.expected else []

    seen = asked(knot.port, *conditions, name=each.name, type=each.kind)

    assert seen.outcome is each.outcome
    assert blackbox.probe(module, f"127.0.0.1:{knot.port}") is each.passes_blackbox
    agree = (each.outcome, each.passes_blackbox) in {(GOOD, True), (BAD, False)}
    assert agree != bool(each.difference)
