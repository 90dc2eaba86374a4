"""Two people give commands at once: nothing is recorded twice, and nobody waits for somebody who has gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from probes.spec import ProbingInterrupted
from slamon.app.refused import Refused
from slamon.cli.documents import apply_plan, plan_of
from slamon.cli.house import House
from slamon.ledger.lock import FolderLock


@pytest.fixture
def starter(tree: Path) -> list[Path]:
    return [tree / "catalogue" / "starter" / "digital-editions"]


def test_a_plan_is_refused_when_somebody_applied_the_same_documents_meanwhile(
    house: House, starter: list[Path]
) -> None:
    house.refresh()
    mine, theirs = plan_of(house, starter), plan_of(house, starter)
    apply_plan(house, theirs, actor="they", reason="first")
    position = house.ledger.position()

    with pytest.raises(Refused, match="has changed since this plan was made"):
        apply_plan(house, mine, actor="me", reason="second")

    assert house.ledger.position() == position


def test_whoever_waits_for_a_command_that_goes_without_folding_folds_himself(
    houses: Callable[[], House],
) -> None:
    house = houses()
    lock = FolderLock(house.folder, "another command").take()
    gap = ProbingInterrupted(from_=1, to=2, reason="the agent was stopped")
    position = house.ledger.append("interruptions:a", [gap], after=0, actor="agent:a")
    began = time.monotonic()
    going = threading.Timer(0.3, lock.release)
    going.start()

    house.refresh()
    going.join()

    assert house.reading.position() == position
    assert time.monotonic() - began < 10
