"""ICMP: echoes of a real kernel; where nobody may ask for any, nothing is said of the target."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from probes.conditions.echoes import LossAtMost, RoundTripAtMost
from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement
from probes.dialogue import Surroundings
from probes.guard import networks
from probes.kinds.icmp import reply_of
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.echoes import IcmpSpec
from probes.specs.wire import Family

SECOND = 1_000_000
GOOD, DEGRADED, BAD, INCONCLUSIVE = tuple(Outcome)

needs_raw_sockets = pytest.mark.skipif(os.getuid() != 0, reason="needs the right to send echoes")


def asked(spec: IcmpSpec, allow: str = "127.0.0.0/8, ::1, 240.0.0.0/4") -> Observation:
    return asyncio.run(ask(spec, Surroundings(networks(allow))))


@needs_raw_sockets
@pytest.mark.parametrize(
    ("host", "family", "address"),
    [
        pytest.param("127.0.0.1", None, "127.0.0.1", id="IPv4"),
        pytest.param("::1", "ipv6", "::1", id="IPv6"),
    ],
)
def test_a_host_that_sends_echoes_back_is_good(
    host: str, family: Family | None, address: str
) -> None:
    spec = IcmpSpec(
        host=host,
        family=family,
        timeout=2 * SECOND,
        conditions=(LossAtMost(percent=0), RoundTripAtMost(us=SECOND)),
    )
    seen = asked(spec)
    assert (seen.outcome, seen.address) == (GOOD, address)
    assert seen.checked[0].actual == "0 of 3 lost"
    assert (
        seen.suspect or 0 < (seen.latency or 0) < 100_000
    )  # a round trip, not the whole attempt with its pauses
    assert seen.phases["total"] > 400_000


@needs_raw_sockets
def test_a_host_that_sends_nothing_back_is_bad() -> None:
    """Nobody routes 240.0.0.1: the echoes go nowhere."""
    seen = asked(IcmpSpec(host="240.0.0.1", count=1, timeout=300_000))
    assert (seen.outcome, seen.reason) == (BAD, "timeout")
    assert seen.text == "none of 1 echoes came back"


def test_echoes_that_are_lost_are_told_and_the_others_timed() -> None:
    reply = reply_of((5_000, 100, 900), 5)
    assert (reply.echoes, reply.took) == ((5_000, 100, 900, None, None), 900)


def test_a_private_host_is_not_asked() -> None:
    seen = asked(IcmpSpec(host="127.0.0.1", timeout=2 * SECOND), allow="")
    assert (seen.outcome, seen.reason) == (INCONCLUSIVE, "not_permitted")
    assert [stage.name for stage in seen.stages] == ["dns", "guard"]


@needs_raw_sockets
@pytest.mark.skipif(
    Path("/proc/sys/net/ipv4/ping_group_range").read_text().split() != ["1", "0"],
    reason="this system lets everybody send echoes",
)
def test_without_the_right_to_ask_nothing_is_said_of_the_target(tree: Path) -> None:
    told = (
        "from probes.prober import probe_once; from probes.dialogue import Surroundings;"
        " from probes.guard import networks; around = Surroundings(networks('127.0.0.1'));"
        " from probes.specs.echoes import IcmpSpec;"
        " seen = probe_once(IcmpSpec(host='127.0.0.1', timeout=2_000_000), around);"
        " print(seen.outcome.name, seen.reason, seen.text)"
    )
    before = f"import os, sys; sys.path.insert(0, {str(tree)!r});"
    # What is imported must be read before the right to read it is given up, too.
    script = f"{before} import probes.prober, probes.specs.echoes; os.setuid(65534); {told}"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout == (
        "INCONCLUSIVE not_measurable this system lets the agent ask for no echoes"
        " (CAP_NET_RAW, or net.ipv4.ping_group_range)\n"
    )


@pytest.mark.parametrize(
    ("condition", "echoes", "outcome", "actual"),
    [
        pytest.param(LossAtMost(percent=0), (900, None), BAD, "1 of 2 lost", id="one is lost"),
        pytest.param(LossAtMost(percent=50), (900, None), GOOD, "1 of 2 lost", id="as many as may"),
        pytest.param(LossAtMost(percent=49), (900, None), BAD, "1 of 2 lost", id="one too many"),
        pytest.param(LossAtMost(percent=100), (), BAD, "no echo was asked for", id="none asked"),
        pytest.param(RoundTripAtMost(us=900), (100, 900, 5_000), GOOD, "0.9 ms", id="the median"),
        pytest.param(
            RoundTripAtMost(us=899), (100, 900, None), GOOD, "0.1 ms", id="of those heard"
        ),
        pytest.param(RoundTripAtMost(us=899), (900,), DEGRADED, "0.9 ms", id="slow degrades"),
        pytest.param(
            RoundTripAtMost(us=899), (None,), DEGRADED, "no echo came back", id="nothing to time"
        ),
    ],
)
def test_conditions_on_echoes(
    condition: Requirement, echoes: tuple[int | None, ...], outcome: Outcome, actual: str
) -> None:
    checked = condition.check(Reply(echoes=echoes))
    assert (checked.outcome, checked.actual) == (outcome, actual)


def test_more_echoes_than_fit_into_the_timeout_are_refused() -> None:
    with pytest.raises(ValidationError, match="20 echoes take longer than the timeout"):
        IcmpSpec(host="a.example", count=20, timeout=2 * SECOND)
