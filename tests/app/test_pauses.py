"""A pause is recorded once, and ended by the agent or by the operator, whoever comes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.pausing import ProbePaused, ProbeResumed
from slamon.app import pauses
from slamon.app.refused import Unknown
from slamon.history import NAMES
from slamon.ledger.store import Ledger

S = 1_000_000
NOON = 1_770_000_000 * S
PAUSED = ProbePaused(probe="prb-web", from_=NOON, until=None, reason="401")
RESUMED = ProbeResumed(probe="prb-web", at=NOON + S, reason="its specification has changed")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db", NAMES, lambda: NOON)
    yield opened
    opened.close()


def facts(ledger: Ledger) -> list[object]:
    return [entry.fact for entry in ledger.stream("pauses:bonn")]


def test_a_pause_that_is_told_twice_is_one(ledger: Ledger) -> None:
    pauses.paused(ledger, "bonn", PAUSED)
    pauses.paused(ledger, "bonn", PAUSED)

    assert facts(ledger) == [PAUSED]
    assert pauses.open_pauses(ledger, "bonn") == {"prb-web": PAUSED}


def test_what_the_operator_has_ended_the_agent_does_not_end_again(ledger: Ledger) -> None:
    pauses.paused(ledger, "bonn", PAUSED)
    said = {"reason": "the password is right now", "now": NOON + S, "actor": "ann"}
    pauses.resume(ledger, "bonn", "prb-web", **said)  # type: ignore[arg-type]
    pauses.resumed(ledger, "bonn", RESUMED)

    assert [type(fact) for fact in facts(ledger)] == [ProbePaused, ProbeResumed]
    assert pauses.open_pauses(ledger, "bonn") == {}


def test_what_is_not_paused_cannot_be_ended(ledger: Ledger) -> None:
    with pytest.raises(Unknown):
        pauses.resume(ledger, "bonn", "prb-web", reason="why not", now=NOON, actor="ann")
