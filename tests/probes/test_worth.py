"""Evidence is kept of changes, failures, slow results and one in an hour, and never more than a batch has room for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from probes.assembly import EVIDENCE_ROOM, Row, assemble, relisted
from probes.batch import Edge
from probes.conditions.reply import Certificate
from probes.evidence import Evidence
from probes.observation import Heard, Observation
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from probes.wheel import Slot
from probes.worth import Worth

MINUTE = 60_000_000
HOUR = 60 * MINUTE
GOOD, BAD = Outcome.GOOD, Outcome.BAD
PROBES = tuple(
    AssignedProbe(
        probe=name,
        spec=TcpSpec(host="a.example", port=1, timeout=1),
        phase=0,
        segments=(Segment(interval=MINUTE),),
    )
    for name in ("prb-a", "prb-b")
)
ASSIGNED = AgentAssigned(version=1, location="loc-bonn", probes=PROBES)


def seen(latency: int | None = 100, outcome: Outcome = GOOD) -> Observation:
    return Observation(outcome, latency, {}, None, "", None, (), ())


def kept(worth: Worth, minute: int, one: Observation, *, changed: bool = False) -> bool:
    return worth.evidence(Slot(ASSIGNED, 0, minute * MINUTE), one, changed=changed) is not None


@pytest.fixture
def used() -> Worth:
    """A probe that answered twenty times in 100 µs, in the first hour."""
    worth = Worth()
    for minute in range(20):
        kept(worth, minute, seen())
    return worth


@pytest.mark.parametrize(
    ("minute", "one", "changed", "worth_it"),
    [
        pytest.param(20, seen(), False, False, id="as usual"),
        pytest.param(20, seen(), True, True, id="a change"),
        pytest.param(20, seen(outcome=BAD), False, True, id="a failure"),
        pytest.param(20, seen(None, BAD), False, True, id="a failure without a latency"),
        pytest.param(20, seen(301), False, True, id="more than three times the median"),
        pytest.param(20, seen(300), False, False, id="three times the median"),
        pytest.param(60, seen(), False, True, id="the first of an hour"),
    ],
)
def test_what_is_unusual_is_kept(
    used: Worth, minute: int, one: Observation, *, changed: bool, worth_it: bool
) -> None:
    assert kept(used, minute, one, changed=changed) is worth_it


def showing(*fingerprints: str, one: Observation | None = None) -> Observation:
    """A result whose target shows a chain of certificates."""
    chain = tuple(Certificate(f"CN={each}", "CN=R", (), 0, HOUR, each) for each in fingerprints)
    return replace(one or seen(), heard=Heard(certificates=chain))


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        pytest.param(
            ("own", "above"),
            ("new", "above"),
            "shows CN=new (SHA-256 new), as it did not before, no longer CN=own (SHA-256 own)",
            id="its own",
        ),
        pytest.param(
            ("own", "above"),
            ("own", "other"),
            "shows CN=other (SHA-256 other), as it did not before, no longer CN=above (SHA-256 above)",
            id="one that it rests on",
        ),
        pytest.param(
            ("own", "above"),
            ("own",),
            "no longer CN=above (SHA-256 above)",
            id="one that is left out",
        ),
    ],
)
def test_another_certificate_is_kept_once_and_named(
    used: Worth, before: tuple[str, ...], after: tuple[str, ...], text: str
) -> None:
    chains = (before, before, after, after)
    slots = (Slot(ASSIGNED, 0, minute * MINUTE) for minute in range(20, 24))
    told = [
        used.evidence(slot, showing(*chain), changed=False)
        for slot, chain in zip(slots, chains, strict=True)
    ]

    assert [each and each.text for each in told] == [None, None, text, None]


def test_another_certificate_is_told_beside_what_else_is_wrong(used: Worth) -> None:
    kept(used, 20, showing("own"))
    late = replace(seen(outcome=BAD), reason="bad_certificate", text="3 days left")
    told = used.evidence(Slot(ASSIGNED, 0, 21 * MINUTE), showing("new", one=late), changed=True)

    assert told is not None
    assert told.text.startswith("3 days left; shows CN=new")


def test_of_few_results_none_is_slow() -> None:
    worth = Worth()
    told = [kept(worth, minute, seen(10**minute)) for minute in range(8)]

    assert told == [True, *[False] * 7]


def test_a_batch_has_room_for_changes_first() -> None:
    heavy = Evidence(text="x" * (EVIDENCE_ROOM // 4))
    outcomes = [GOOD] * 9 + [BAD]
    rows = [Row(0, n * MINUTE, n * MINUTE, each, 1, heavy) for n, each in enumerate(outcomes)]
    rows += [Row(1, n * MINUTE, n * MINUTE, GOOD, 1) for n in range(10)]

    batch, _ = assemble(ASSIGNED, 0, 10 * MINUTE, rows, {1: GOOD})

    assert sorted(batch.evidence) == [0, 2, 18]
    assert sum(len(each.text) for each in batch.evidence.values()) < EVIDENCE_ROOM


def test_a_batch_told_from_the_start_has_an_edge_for_every_probe() -> None:
    rows = [Row(0, n * MINUTE, n * MINUTE, GOOD, 1) for n in range(3)]
    rows += [Row(1, MINUTE, MINUTE, BAD, 1), Row(1, 2 * MINUTE, 2 * MINUTE, GOOD, 1)]
    batch, _ = assemble(ASSIGNED, 0, 3 * MINUTE, rows, {0: GOOD, 1: GOOD})

    again = relisted(batch, ASSIGNED, {0: GOOD, 1: GOOD})

    assert batch.edges == (Edge(1, MINUTE, BAD), Edge(1, 2 * MINUTE, GOOD))
    assert again.edges == (Edge(0, 0, GOOD), *batch.edges)
    assert (list(again.latency), again.missing) == (list(batch.latency), batch.missing)
    assert relisted(again, ASSIGNED, {0: BAD, 1: BAD}) == again
