"""The ledger is sealed on a schedule, and not when there is nothing new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from slamon.duties.sealing import Sealing
from slamon.history import NAMES
from slamon.ledger import sealing
from slamon.ledger.store import Ledger
from slamon.sla.review import BreachUpheld

MINUTE = 60_000_000


class Clock:
    now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """A ledger that was founded at instant 0 and holds one fact more."""
    with closing(Ledger(tmp_path / "ledger.db", NAMES, clock)) as ledger:
        ledger.found("an-id")
        ledger.append("breach:a:o:1", [BreachUpheld(reason="so")], after=0, actor="ann")
        yield ledger


@pytest.mark.parametrize(
    ("minutes", "seals"),
    [
        pytest.param([59], 0, id="none within the hour after founding"),
        pytest.param([60], 1, id="one when the hour is over"),
        pytest.param([60, 61, 119], 1, id="no other within the hour after that"),
        pytest.param([60, 120, 180], 1, id="none where nothing is new"),
    ],
)
def test_a_seal_an_hour(ledger: Ledger, clock: Clock, minutes: list[int], seals: int) -> None:
    duty = Sealing(ledger, clock).duties()["sealing"]

    for minute in minutes:
        clock.now = minute * MINUTE
        duty()

    assert len(list(sealing.seals(ledger))) == seals


def test_what_is_new_after_an_hour_gets_the_next_seal(ledger: Ledger, clock: Clock) -> None:
    duty = Sealing(ledger, clock).duties()["sealing"]
    clock.now = 60 * MINUTE
    duty()
    ledger.append("breach:a:o:2", [BreachUpheld(reason="so")], after=0, actor="ann")

    clock.now = 121 * MINUTE
    duty()

    covered = [(made.seal.first, made.seal.last) for made in sealing.seals(ledger)]
    assert covered == [(1, 2), (3, 4)]


def test_another_distance_can_be_set(ledger: Ledger, clock: Clock) -> None:
    clock.now = 5 * MINUTE

    Sealing(ledger, clock, every=5 * MINUTE).duties()["sealing"]()

    assert sealing.newest(ledger) is not None
