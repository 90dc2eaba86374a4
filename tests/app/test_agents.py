"""What agents are told, and what of their batches is taken in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from catalogue.instants import HOUR, MINUTE, parse_instant
from probes.assembly import Row, assemble
from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment
from probes.specs.lines import TcpSpec
from slamon.app import agents
from slamon.app.agents import (
    AssignmentUnknownError,
    BatchConflictError,
    BatchOutOfOrderError,
    BatchRefusedError,
    Taken,
)
from slamon.app.quarantine import release
from slamon.app.refused import Refused, Unknown
from slamon.ledger.epochs import EpochBegun
from slamon.ledger.store import Ledger
from slamon.sla.intake import BatchQuarantined, SpoolBegan, SpoolConflictFound

DAY = "2026-03-02"
BEGIN = parse_instant("2026-03-02T10:00:00Z")
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


def _set_aside(taken: Taken, reason: str) -> None:
    assert taken.quarantined is not None
    assert re.search(reason, taken.quarantined)


def test_a_batch_of_what_has_not_happened_yet_is_set_aside_in_its_place(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    hours_before = parse_instant("2026-03-02T01:00:00Z")

    taken = agents.take_batch(ledger, "bonn", "spool", DAY, 1, batch(), now=hours_before)

    _set_aside(taken, r"which had not come when .* set the clock of the agent")
    (entry,) = ledger.stream(f"observations:bonn:spool:{DAY}")
    assert isinstance(entry.fact, BatchQuarantined)
    assert entry.fact.payload == batch()
    assert _take(ledger, batch()) == taken


def test_a_batch_of_an_attempt_that_was_not_started_yet_is_set_aside(ledger: Ledger) -> None:
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

    taken = agents.take_batch(ledger, "bonn", "spool", DAY, 1, late, now=midnight + 2 * HOUR)

    _set_aside(taken, "tells of an attempt at 2026-03-02T20:00:00Z")


def test_a_batch_that_tells_of_a_told_span_again_is_set_aside_and_the_next_is_taken(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    _take(ledger, batch(Outcome.GOOD))

    _set_aside(_take(ledger, batch(Outcome.BAD), sequence=2), "begins before the end of number 1")
    _set_aside(_take(ledger, batch(Outcome.BAD), sequence=3), "begins before the end of number 1")
    after = batch(begin=parse_instant("2026-03-02T10:03:00Z"))
    assert _take(ledger, after, sequence=4).quarantined is None


def test_a_batch_of_another_day_is_set_aside(ledger: Ledger, batch: Callable[..., bytes]) -> None:
    _set_aside(_take(ledger, batch(), day="2026-03-03"), "does not lie within 2026-03-03")


def test_a_batch_that_crosses_midnight_is_set_aside(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    late = parse_instant("2026-03-02T23:59:00Z")

    _set_aside(_take(ledger, batch(begin=late)), "does not lie within 2026-03-02")


def test_a_batch_of_an_assignment_nobody_made_is_set_aside(
    ledger: Ledger, batch: Callable[..., bytes], probes: Callable[..., Any]
) -> None:
    for names in (("prb-mail",), ("prb-web",)):
        agents.assign(ledger, "outside", probes(*names), location="loc-outside", actor="us")

    _set_aside(_take(ledger, batch(agent="outside")), "agent bonn has no assignment 2")


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x01cut short", id="cut short"),
        pytest.param(b"\x09of the future", id="an unknown version"),
    ],
)
def test_bytes_that_are_no_batch_are_set_aside(ledger: Ledger, payload: bytes) -> None:
    _set_aside(_take(ledger, payload), "batch")


def test_a_batch_under_another_assignment_of_that_number_is_never_misread(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    own = agents.assignment(ledger, "bonn")
    assert own is not None

    taken = agents.take_batch(
        ledger, "bonn", "spool", DAY, 1, batch(), now=NOW, fingerprint="0" * 64
    )
    _set_aside(taken, "made under another assignment 1 than this ledger has")
    other = agents.take_batch(
        ledger, "bonn", "other", DAY, 1, batch(), now=NOW, fingerprint=own.fingerprint
    )
    assert other.quarantined is None


def test_other_content_raises_an_alarm_once_a_day(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    _take(ledger, batch(Outcome.GOOD))

    for later in (0, HOUR, 24 * HOUR):
        with pytest.raises(BatchConflictError):
            agents.take_batch(ledger, "bonn", "spool", DAY, 1, batch(Outcome.BAD), now=NOW + later)

    found = [entry.fact for entry in ledger.stream("spools:bonn")]
    conflicts = [each for each in found if isinstance(each, SpoolConflictFound)]
    assert [each.received_at for each in conflicts] == [NOW, NOW + 24 * HOUR]
    assert {(each.kind, each.spool, each.sequence) for each in conflicts} == {
        ("other_content", "spool", 1)
    }


def test_a_spool_begins_once(ledger: Ledger, batch: Callable[..., bytes]) -> None:
    _take(ledger, batch())
    next_day = batch(begin=parse_instant("2026-03-03T10:00:00Z"))
    _take(ledger, next_day, day="2026-03-03")

    began = [entry.fact for entry in ledger.stream("spools:bonn")]
    assert began == [
        SpoolBegan(spool="spool", begin=parse_instant("2026-03-02T10:00:00Z"), received_at=NOW)
    ]


@pytest.fixture
def restored(ledger: Ledger) -> None:
    """The ledger went on from a backup."""
    ledger.found("7f" * 8)
    begun = EpochBegun(epoch=2, position=ledger.position(), reason="a disk died")
    ledger.append("ledger", [begun], after=1, actor="operations")


@pytest.mark.usefixtures("restored")
def test_a_restored_ledger_is_told_what_it_has_forgotten(
    ledger: Ledger, batch: Callable[..., bytes], probes: Callable[..., Any]
) -> None:
    followed = AgentAssigned(version=4, location="loc-bonn", probes=tuple(probes("prb-web")))
    row = Row(0, BEGIN, BEGIN, Outcome.GOOD, 900)
    payload = assemble(followed, BEGIN, BEGIN + MINUTE, [row], {})[0].to_bytes()
    given: dict[str, Any] = {
        "now": NOW,
        "fingerprint": followed.fingerprint,
        "final": False,
    }

    with pytest.raises(AssignmentUnknownError, match="no assignment 4"):
        agents.take_batch(ledger, "bonn", "spool", DAY, 1, payload, **given)
    agents.reminded(ledger, "bonn", followed)
    agents.reminded(ledger, "bonn", followed)

    assert agents.assignment(ledger, "bonn") == followed
    taken = agents.take_batch(ledger, "bonn", "spool", DAY, 1, payload, **given)
    assert taken.quarantined is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"version": 1}, "has another assignment 1", id="what it knows otherwise"),
        pytest.param({"location": "loc-geneva"}, "never assigned that", id="another place"),
        pytest.param({"version": 5_000}, "too far from 1", id="more than can be lost"),
    ],
)
@pytest.mark.usefixtures("restored")
def test_a_restored_ledger_is_not_told(
    ledger: Ledger, probes: Callable[..., Any], change: dict[str, Any], reason: str
) -> None:
    own = AgentAssigned(version=2, location="loc-bonn", probes=tuple(probes("prb-web")))

    with pytest.raises(BatchRefusedError, match=reason):
        agents.reminded(ledger, "bonn", own.model_copy(update=change))


def test_a_ledger_that_was_never_restored_is_told_nothing(
    ledger: Ledger, probes: Callable[..., Any]
) -> None:
    own = AgentAssigned(version=2, location="loc-bonn", probes=tuple(probes("prb-web")))

    with pytest.raises(BatchRefusedError, match="never assigned that"):
        agents.reminded(ledger, "bonn", own)


def test_a_batch_set_aside_by_a_clock_of_ours_can_be_let_out(
    ledger: Ledger, batch: Callable[..., bytes]
) -> None:
    soon = parse_instant("2026-03-02T10:03:00Z")
    _take(ledger, batch(Outcome.BAD))
    slow = parse_instant("2026-03-01T00:00:00Z")
    own = agents.assignment(ledger, "bonn")
    assert own is not None
    rows = [Row(i, due, due, Outcome.BAD, 9) for due, i in own.plan(soon, soon + MINUTE)]
    before = dict.fromkeys(range(2), Outcome.BAD)
    payload = assemble(own, soon, soon + MINUTE, rows, before)[0].to_bytes()
    aside = agents.take_batch(ledger, "bonn", "spool", DAY, 2, payload, now=slow)

    with pytest.raises(Refused, match="had not come"):
        release(ledger, aside.position, now=slow, actor="ann", reason="our clock was slow")
    done = release(ledger, aside.position, now=NOW, actor="ann", reason="our clock was slow")
    again = release(ledger, aside.position, now=NOW, actor="ann", reason="our clock was slow")

    assert again == done
    (entry,) = ledger.stream(f"observations:bonn:released-{aside.position}:{DAY}")
    assert isinstance(entry.fact, ObservationsRecorded)
    assert [edge.outcome for edge in entry.fact.edges] == [Outcome.BAD, Outcome.BAD]
    with pytest.raises(Unknown):
        release(ledger, done, now=NOW, actor="ann", reason="it is none")


def test_a_gap_is_recorded_once(ledger: Ledger) -> None:
    gap = ProbingInterrupted(from_=0, to=HOUR, reason="restarted")

    agents.interrupted(ledger, "bonn", gap, HOUR)
    agents.interrupted(ledger, "bonn", gap, HOUR)

    found = [entry.fact for entry in ledger.since(0, limit=100)]
    assert found.count(gap) == 1
