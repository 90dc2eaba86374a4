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
