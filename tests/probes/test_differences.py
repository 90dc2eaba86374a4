"""Where blackbox_exporter says otherwise of the same target: the table of the documents, and its last rows."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.echoes import IcmpSpec
from probes.specs.web import HttpSpec
from tests.servers.blackbox import Blackbox, Module, blackbox
from tests.servers.web import Nginx

SECOND = 1_000_000
ECHO: Module = {"prober": "icmp", "icmp": {"preferred_ip_protocol": "ip4"}}
NOBODY_MAY_ASK = Path("/proc/sys/net/ipv4/ping_group_range").read_text().split() == ["1", "0"]


def test_each_difference_names_a_test_that_shows_it(tree: Path) -> None:
    page = (tree / "docs" / "probes.md").read_text("utf-8")
    rows = re.findall(r"^\|.*\| `(test_\w+)\.py::(test_\w+)` \|$", page, re.MULTILINE)

    assert len(rows) >= 9
    for file, name in rows:
        assert f"\ndef {name}(" in (tree / "tests" / "probes" / f"{file}.py").read_text("utf-8")


@pytest.mark.skipif(not NOBODY_MAY_ASK, reason="this system lets everybody send echoes")
@pytest.mark.skipif(os.getuid() != 0, reason="needs the right to give rights up")
def test_without_the_right_to_ask_for_echoes_the_exporter_calls_the_host_down(
    blackbox: Blackbox,
) -> None:
    """What we say instead is `not_measurable`: see test_icmp."""
    assert not blackbox.probe(ECHO, "127.0.0.1")


@pytest.mark.skipif(os.getuid() != 0, reason="needs the right to send echoes")
def test_with_the_right_to_ask_for_echoes_both_agree(program: Callable[[str], str]) -> None:
    around = Surroundings(networks("127.0.0.1, 240.0.0.0/4"))
    with blackbox(program("prometheus-blackbox-exporter"), unprivileged=False) as exporter:
        for host, outcome in (("127.0.0.1", Outcome.GOOD), ("240.0.0.1", Outcome.BAD)):
            seen = asyncio.run(ask(IcmpSpec(host=host, count=1, timeout=SECOND), around))
            assert seen.outcome is outcome
            assert exporter.probe({**ECHO, "timeout": "1s"}, host) is (outcome is Outcome.GOOD)


def test_what_is_not_public_is_asked_by_the_exporter_and_by_us_only_where_it_is_listed(
    blackbox: Blackbox, nginx: Nginx
) -> None:
    page = HttpSpec(url=nginx.url(), timeout=SECOND)
    seen = asyncio.run(ask(page, Surroundings()))

    assert (seen.outcome, seen.reason) == (Outcome.INCONCLUSIVE, "not_permitted")
    assert blackbox.probe({"prober": "http"}, nginx.url())
