"""What agents are told, and what of their batches is taken in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalogue.instants import HOUR, MINUTE, parse_instant
from probes.assembly import Row, assemble
from probes.outcome import Outcome
from probes.spec import AssignedProbe, ProbingInterrupted, Segment, TcpSpec
from slamon.app import agents
from slamon.app.agents import BatchConflictError, BatchOutOfOrderError, BatchRefusedError, Taken
from slamon.ledger.store import Ledger

DAY = "2026-03-02"
NOW = parse_instant("2026-03-03T12:00:00Z")


@pytest.fixture(autouse=True)
def assigned(ledger: Ledger, probes: Callable[..., Any]) -> None:
    agents.assign(ledger, "bonn", probes("prb-mail", "prb-web"), location="loc-bonn", actor="us")


def _take(ledger: Ledger, payload: bytes, sequence: int = 1, day: str = DAY) -> Taken:
    return agents.take_batch(ledger, "bonn", "spool", day, sequence, payload, now=NOW)


def test_an_agent_unheard_of_has_no_assignment(ledger: Ledger) -> None:
    assert agents.assignment(ledger, "geneva") is None


def test_the_same_probes_again_are_no_new_assignment(
    ledger: Ledger, probes: Callable[..., Any]
) -> None:
    again = agents.assign(
        ledger, "bonn", probes("prb-mail", "prb-web"), location="loc-bonn", actor="us"
    )

    assert again.version == 1
    assert ledger.version("assignment:bonn") == 1


@pytest.mark.parametrize(
    ("names", "location"),
    [
        pytest.param(("prb-mail",), "loc-bonn", id="other probes"),
        pytest.param(("prb-web", "prb-mail"), "loc-bonn", id="another order"),
        pytest.param(("prb-mail", "prb-web"), "loc-outside", id="another place"),
    ],
)
def test_a_changed_assignment_is_a_new_version_and_the_old_one_stays_known(
    ledger: Ledger, probes: Callable[..., Any], names: tuple[str, ...], location: str
) -> None:
    agents.assign(ledger, "bonn", probes(*names), location=location, actor="us")

    old, current = agents.assignment(ledger, "bonn", 1), agents.assignment(ledger, "bonn")
    assert old is not None
    assert current is not None
    assert (old.version, current.version) == (1, 2)
    assert [each.probe for each in current.probes] == list(names)
    assert current.location == location


def test_a_batch_sent_twice_stands_once(ledger: Ledger, batch: Callable[..., bytes]) -> None:
    first = _take(ledger, batch())

    assert _take(ledger, batch()) == first
    assert ledger.version(f"observations:bonn:spool:{DAY}") == 1


def test_other_content_under_the_same_number_is_refused(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    _take(ledger, batch(Outcome.GOOD))

    with pytest.raises(BatchConflictError, match="number 1 holds other content"):
        _take(ledger, batch(Outcome.BAD))


def test_a_batch_before_whose_time_another_is_missing_is_told_which_comes_first(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    _take(ledger, batch())

    with pytest.raises(BatchOutOfOrderError) as refused:
        _take(ledger, batch(), sequence=3)
    assert refused.value.expected == 2


def test_another_spool_counts_for_itself(ledger: Ledger, batch: Callable[..., bytes]) -> None:
    _take(ledger, batch(Outcome.GOOD))

    taken = agents.take_batch(ledger, "bonn", "other", DAY, 1, batch(Outcome.BAD), now=NOW)

    assert taken.sequence == 1


def test_a_batch_of_what_has_not_happened_yet_is_refused(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    hours_before = parse_instant("2026-03-02T01:00:00Z")

    with pytest.raises(
        BatchRefusedError, match=r"which had not come when .* set the clock of the agent"
    ):
        agents.take_batch(ledger, "bonn", "spool", DAY, 1, batch(), now=hours_before)
    assert ledger.version(f"observations:bonn:spool:{DAY}") == 0


def test_a_batch_of_an_attempt_that_was_not_started_yet_is_refused(ledger: Ledger) -> None:
    each = AssignedProbe(
        probe="prb-daily",
        spec=TcpSpec(host="target.example", port=25, timeout=MINUTE),
        phase=0,
        segments=(Segment(interval=24 * HOUR),),
    )
    assigned = agents.assign(ledger, "bonn", [each], location="loc-bonn", actor="us")
    midnight = parse_instant("2026-03-02T00:00:00Z")
    row = Row(0, midnight, midnight + 20 * HOUR, Outcome.GOOD, 1_000)
    late = assemble(assigned, midnight, midnight + MINUTE, [row], {})[0].to_bytes()

    with pytest.raises(BatchRefusedError, match="tells of an attempt at 2026-03-02T20:00:00Z"):
        agents.take_batch(ledger, "bonn", "spool", DAY, 1, late, now=midnight + 2 * HOUR)


def test_a_batch_that_tells_of_a_told_span_again_is_refused(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    _take(ledger, batch(Outcome.GOOD))

    with pytest.raises(BatchRefusedError, match="begins before the end of number 1"):
        _take(ledger, batch(Outcome.BAD), sequence=2)
    assert ledger.version(f"observations:bonn:spool:{DAY}") == 1


def test_a_batch_of_another_day_is_refused(ledger: Ledger, batch: Callable[..., bytes]) -> None:
    with pytest.raises(BatchRefusedError, match="does not lie within 2026-03-03"):
        _take(ledger, batch(), day="2026-03-03")


def test_a_batch_that_crosses_midnight_is_refused(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    late = parse_instant("2026-03-02T23:59:00Z")

    with pytest.raises(BatchRefusedError, match="does not lie within 2026-03-02"):
        _take(ledger, batch(begin=late))


def test_a_batch_of_an_assignment_nobody_made_is_refused(
    ledger: Ledger, batch: Callable[..., bytes], probes: Callable[..., Any]
) -> None:
    for names in (("prb-mail",), ("prb-web",)):
        agents.assign(ledger, "outside", probes(*names), location="loc-outside", actor="us")

    with pytest.raises(BatchRefusedError, match="agent bonn has no assignment 2"):
        _take(ledger, batch(agent="outside"))


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x01cut short", id="cut short"),
        pytest.param(b"\x09of the future", id="an unknown version"),
    ],
)
def test_bytes_that_are_no_batch_are_refused(ledger: Ledger, payload: bytes) -> None:
    with pytest.raises(BatchRefusedError):
        _take(ledger, payload)
    assert ledger.version(f"observations:bonn:spool:{DAY}") == 0


def test_a_gap_is_recorded_once(ledger: Ledger) -> None:
    gap = ProbingInterrupted(from_=0, to=HOUR, reason="restarted")

    agents.interrupted(ledger, "bonn", gap)
    agents.interrupted(ledger, "bonn", gap)

    found = [entry.fact for entry in ledger.since(0, limit=100)]
    assert found.count(gap) == 1
