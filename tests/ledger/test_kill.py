"""kill -9 of a program that writes: what was acknowledged is there, once, and the ledger opens."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from slamon.ledger.place import Place
from slamon.ledger.store import Ledger


def killed_while_writing(writer: Any, pause: float) -> int:
    """The last number that the writer acknowledged before it was killed."""
    writer.go()
    first = writer.line()
    time.sleep(pause)
    writer.kill()
    return int([first, *writer.rest()][-1])


def assert_nothing_is_lost_or_doubled(ledger: Ledger, acknowledged: int) -> None:
    """Every acknowledged number is there once, and at most one that could not be said any more."""
    entries = list(ledger.stream("numbers"))
    many = len(entries)
    assert [e.payload for e in entries] == [b'{"text":"%d"}' % n for n in range(1, many + 1)]
    assert acknowledged <= many <= acknowledged + 1
    positions = [e.position for e in entries]
    assert positions == sorted(set(positions))


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(10, id="ten times"),
        pytest.param(300, id="three hundred times", marks=pytest.mark.soak),
    ],
)
def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(
    rounds: int, opened: Callable[..., Ledger], place: Place, started: Callable[..., Any]
) -> None:
    chance = random.Random(rounds)
    for _ in range(rounds):
        writer = started("append", place, "numbers", "endless")

        acknowledged = killed_while_writing(writer, chance.uniform(0, 0.05))

        ledger = opened()
        assert_nothing_is_lost_or_doubled(ledger, acknowledged)
        ledger.close()
