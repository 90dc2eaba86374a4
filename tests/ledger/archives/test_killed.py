"""Whoever moves cold parts may be killed at any moment: nothing is lost, and the same command goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from slamon.ledger import archiving
from slamon.ledger.archives import Away, holding
from slamon.ledger.coldfile import Archived
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.ledger.verifying import verify

ARCHIVER = Path(__file__).parent / "archiver.py"
MANY = 12


def killed(work: str, place: Place, file: Path, pause: float, tree: Path) -> bool:
    """Run the archiver and kill it after a while; true if it was done before."""
    with subprocess.Popen(
        [sys.executable, ARCHIVER, work, str(place), file, "1"],
        env={**os.environ, "PYTHONPATH": str(tree)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        print("go", file=process.stdin, flush=True)
        assert process.stdout.readline() == "begun\n"
        time.sleep(pause)
        process.kill()
        return process.stdout.read() == "done\n"


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(2, id="twice"),
        pytest.param(40, id="forty times", marks=pytest.mark.soak),
    ],
)
def test_killed_at_any_moment_nothing_is_lost_and_it_can_be_run_again(
    rounds: int,
    place: Place,
    sealed: Ledger,
    before: list[Any],
    founded: LedgerFounded,
    file: Path,
    tree: Path,
    everything: Any,
    copied: Any,
) -> None:
    chance = random.Random(rounds)
    for _ in range(rounds):
        for work in ("archive", "bring back"):
            killed(work, place, file, chance.uniform(0, 0.08), tree)
            known = [file] if file.exists() else []
            found = verify(sealed, archives=known)
            assert (found.first, found.away) == (None, 0)
            assert holding(sealed).count == found.fetched
            if not known:
                break
    made = copied(sealed, founded, file)
    archiving.put_away(sealed, made, everything, actor="ann")
    assert verify(sealed).away == MANY
    archiving.bring_back(sealed, made, 1, 2**62, actor="ann")
    assert sealed.rows(0, limit=len(before)) == before


class StoppedError(Exception):
    """Somebody stops a program."""


def stopped(_: int) -> None:
    """Stop after the first transaction."""
    raise StoppedError


@pytest.fixture
def five_at_once(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many facts are changed in one transaction."""
    monkeypatch.setattr(archiving, "AT_ONCE", 5)
    return 5


def test_stopped_while_parts_leave_the_ledger_tells_of_those_that_left(
    sealed: Ledger,
    founded: LedgerFounded,
    file: Path,
    five_at_once: int,
    copied: Any,
    everything: Any,
    batch: Any,
) -> None:
    made = copied(sealed, founded, file)
    with pytest.raises(StoppedError):
        archiving.put_away(sealed, made, everything, actor="ann", progress=stopped)

    away = holding(sealed)

    size = sum(len(batch(number).without_cold()[1]) for number in range(1, five_at_once + 1))
    assert (away.count, away.size) == (five_at_once, size)
    assert [(each.name, each.count, each.size) for each in away.files] == [
        (file.name, five_at_once, size)
    ]


def test_stopped_while_parts_come_back_the_ledger_tells_of_those_that_are_away_still(
    sealed: Ledger, archived: Archived, five_at_once: int, batch: Any
) -> None:
    with pytest.raises(StoppedError):
        archiving.bring_back(sealed, archived, 1, 2**62, actor="ann", progress=stopped)

    away = holding(sealed)
    archiving.bring_back(sealed, archived, 1, 2**62, actor="ann")

    size = sum(len(batch(number).without_cold()[1]) for number in range(five_at_once + 1, MANY + 1))
    assert (away.count, away.size) == (MANY - five_at_once, size)
    assert [(each.name, each.count, each.size) for each in away.files] == [
        (archived.path.name, MANY - five_at_once, size)
    ]
    assert holding(sealed) == Away(0, 0, [])
