"""Questions to name servers that nobody here wrote, and what Prometheus' blackbox_exporter says of the same.

Where the two differ, the name of the test says why.
"""

from __future__ import annotations

import asyncio

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.names import DnsSpec
from tests.servers.blackbox import Blackbox, Module
from tests.servers.names import Knot
from tests.servers.running import standing_still

Verdict = tuple[Outcome, str | None]

GOOD: Verdict = (Outcome.GOOD, None)
PATIENCE = 3_000_000
LITTLE = 300_000


def see(spec: DnsSpec) -> Observation:
    return asyncio.run(ask(spec, Surroundings(networks("127.0.0.0/8"))))


QUESTIONS = [
    pytest.param("www.cms.example", "A", GOOD, id="an address"),
    pytest.param("www.cms.example", "AAAA", GOOD, id="an address of version six"),
    pytest.param("cms.example", "SOA", GOOD, id="the start of authority"),
    pytest.param("cms.example", "MX", GOOD, id="where mail goes"),
    pytest.param("cms.example", "NS", GOOD, id="the name servers"),
    pytest.param("cms.example", "TXT", GOOD, id="a text"),
    pytest.param("portal.cms.example", "CNAME", GOOD, id="another name"),
    pytest.param("portal.cms.example", "A", GOOD, id="an address behind another name"),
    pytest.param("_health._tcp.cms.example", "SRV", GOOD, id="a service"),
    pytest.param("www.signed.example", "A", GOOD, id="an address of a signed zone"),
    pytest.param("none.cms.example", "A", (Outcome.BAD, "nxdomain"), id="no such name"),
    pytest.param("mail.cms.example", "AAAA", (Outcome.BAD, "no_data"), id="no such record"),
]


def question_module(name: str, kind: str, patience: int = PATIENCE) -> Module:
    found = rf".*\sIN\s{kind}\s.*"
    asked = {"query_name": name, "query_type": kind, "transport_protocol": "udp"}
    answer = {"validate_answer_rrs": {"fail_if_none_matches_regexp": [found]}}
    return {"prober": "dns", "timeout": f"{patience}us", "dns": asked | answer}


def question(port: int, name: str, kind: str, patience: int = PATIENCE) -> DnsSpec:
    document = {"host": "127.0.0.1", "port": port, "name": name, "type": kind, "timeout": patience}
    return DnsSpec.model_validate(document)


@pytest.mark.parametrize(("name", "kind", "expected"), QUESTIONS)
def test_a_name_is_judged_by_its_records(
    blackbox: Blackbox,
    knot: Knot,
    name: str,
    kind: str,
    expected: Verdict,
) -> None:
    seen = see(question(knot.port, name, kind))

    assert (seen.outcome, seen.reason) == expected
    assert blackbox.probe(question_module(name, kind), f"127.0.0.1:{knot.port}") == (
        expected == GOOD
    )


def test_a_server_that_refuses_says_nothing_about_the_name_where_the_exporter_has_two_verdicts(
    blackbox: Blackbox, knot: Knot
) -> None:
    seen = see(question(knot.port, "www.elsewhere.example", "A"))

    assert (seen.outcome, seen.reason) == (Outcome.INCONCLUSIVE, "resolver")
    module = question_module("www.elsewhere.example", "A")
    assert not blackbox.probe(module, f"127.0.0.1:{knot.port}")


def test_a_name_server_that_stands_still_says_nothing_about_the_name(
    blackbox: Blackbox, knot: Knot
) -> None:
    with standing_still(knot.pid):
        seen = see(question(knot.port, "www.cms.example", "A", LITTLE))
        module = question_module("www.cms.example", "A", LITTLE)
        passes = blackbox.probe(module, f"127.0.0.1:{knot.port}")

    assert seen.outcome is Outcome.INCONCLUSIVE
    assert not passes


def met(field: str, op: str, **more: object) -> dict[str, object]:
    return {"field": field, "op": op, **more}


BY_TCP = {"transport": "tcp"}
SIGNATURES = {"dnssec": True}
MAIL = met("answers", "are", values=["10 mail.cms.example."])
ADDRESSES = met("answers", "are", values=["192.0.2.8", "192.0.2.7"])
ANOTHER = met("answers", "include", values=["192.0.2.9"])
ANSWERS = [
    pytest.param("www", "A", {}, ADDRESSES, None, id="these addresses and no other"),
    pytest.param("www", "A", BY_TCP, ADDRESSES, None, id="the same by TCP"),
    pytest.param("www", "A", {}, ANOTHER, "bad_answers", id="an address that is missing"),
    pytest.param("@", "MX", {}, MAIL, None, id="where mail goes"),
    pytest.param("www", "A", {}, met("authoritative", "set"), None, id="with authority"),
    pytest.param("www", "A", {}, met("ttl", "at_least", seconds=300), None, id="kept long enough"),
    pytest.param(
        "www", "A", {}, met("ttl", "at_least", seconds=301), "bad_ttl", id="not kept long enough"
    ),
    pytest.param(
        "none", "A", {}, met("rcode", "in", values=["NXDOMAIN"]), None, id="a name not to be there"
    ),
    pytest.param(
        "www", "A", SIGNATURES, met("signed", "set"), "bad_signed", id="a zone without signatures"
    ),
    pytest.param(
        "www",
        "A",
        SIGNATURES,
        met("authenticated", "set"),
        "bad_authenticated",
        id="signatures that nobody has checked",
    ),
]


@pytest.mark.parametrize(("name", "kind", "more", "condition", "reason"), ANSWERS)
def test_an_answer_is_held_against_a_condition(
    knot: Knot,
    name: str,
    kind: str,
    more: dict[str, object],
    condition: dict[str, object],
    reason: str | None,
) -> None:
    full = knot.zone if name == "@" else f"{name}.{knot.zone}"
    document = question(knot.port, full, kind).model_dump(mode="json")
    seen = see(DnsSpec.model_validate({**document, **more, "conditions": [condition]}))

    assert (seen.outcome is Outcome.GOOD, seen.reason) == (reason is None, reason)


def test_a_signed_zone_shows_its_signatures(knot: Knot) -> None:
    document = question(knot.port, f"www.{knot.signed}", "A").model_dump(mode="json")
    signed = {**document, **SIGNATURES, "conditions": [met("signed", "set")]}

    assert see(DnsSpec.model_validate(signed)).outcome is Outcome.GOOD


def test_servers_of_a_zone_must_have_the_same_serial(knot: Knot, knot_behind: Knot) -> None:
    document = question(knot.port, knot.zone, "SOA").model_dump(mode="json")

    def compared(*ports: int) -> Verdict:
        servers = [f"127.0.0.1:{port}" for port in ports]
        more = {"servers": servers, "conditions": [met("serials", "agree")]}
        seen = see(DnsSpec.model_validate(document | more))
        return seen.outcome, seen.reason

    assert compared(knot.port) == GOOD
    assert compared(knot.port, knot_behind.port) == (Outcome.BAD, "bad_serials")
