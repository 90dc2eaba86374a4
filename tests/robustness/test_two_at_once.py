"""Two people give commands at once: nothing is recorded twice, and nobody waits for somebody who has gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from probes.spec import ProbingInterrupted
from slamon.app.enrolment import key_of
from slamon.app.refused import Refused
from slamon.cli.documents import apply_plan, plan_of
from slamon.cli.house import House
from slamon.ledger.lock import FolderLock

SLAMON = Path(sys.executable).with_name("slamon")
WORLD = Path("catalogue") / "starter" / "cms-2008"


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


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        pytest.param(("vienna", "vienna"), "it is enrolled; --renew gives", id="under one id"),
        pytest.param(
            ("vienna", "geneva"), "two at one place would be counted twice", id="at one place"
        ),
    ],
)
def test_of_two_who_enrol_an_agent_at_once_one_is_let_in_and_the_other_is_told_why(
    house: House, tree: Path, ids: tuple[str, str], sentence: str
) -> None:
    house.refresh()
    apply_plan(house, plan_of(house, [tree / WORLD]), actor="ann", reason="the beginning")

    begun = [_enrolling(house, each) for each in ids]
    told = [each.communicate(timeout=60) for each in begun]

    won, lost = sorted(range(2), key=lambda n: begun[n].returncode)
    assert [begun[won].returncode, begun[lost].returncode] == [0, 1]
    assert sentence in told[lost][1]
    assert told[lost][0] == ""
    key = json.loads(told[won][0])["environment"]["SLAMON_AGENT_KEY"]
    assert key_of(house.ledger, ids[won]) == sha256(key.encode()).hexdigest()
    assert ids[0] == ids[1] or key_of(house.ledger, ids[lost]) is None


def _enrolling(house: House, agent: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [SLAMON, "agent", "enrol", agent, "--location", "loc-outside", "--as", "ann", "--json"],
        env={**os.environ, "SLAMON_DATA": str(house.folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


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
