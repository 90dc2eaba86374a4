from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from slamon.ledger.place import Place
from slamon.ledger.store import Ledger


class Clock(Protocol):
    now: int


def test_the_recorded_instant_never_runs_backwards(
    ledger: Ledger, append: Callable[..., None], clock: Clock
) -> None:
    for now in (100, 90, 95, 101):
        clock.now = now
        append("a", str(now))

    assert [e.recorded_at for e in ledger.since(0, limit=9)] == [100, 100, 100, 101]


def test_it_goes_on_from_there_when_the_ledger_is_opened_anew(
    opened: Callable[..., Ledger], append: Callable[..., None], clock: Clock, note: Any
) -> None:
    clock.now = 100
    append("a", "one")
    clock.now = 50

    anew = opened()
    anew.append("b", [note("two")], after=0, actor="ann")

    assert [e.recorded_at for e in anew.since(0, limit=9)] == [100, 100]


def test_two_programs_writing_at_once_keep_one_order(
    ledger: Ledger, place: Place, started: Callable[..., Any]
) -> None:
    """The clock of one goes five seconds behind."""
    writers = [started("append", place, "even", 60), started("append", place, "late", 60, 5)]

    for writer in writers:
        writer.ready()
    for writer in writers:
        writer.go()
    acknowledged = [writer.rest() for writer in writers]

    entries = ledger.since(0, limit=200)
    instants = [e.recorded_at for e in entries]
    assert acknowledged == [[str(n) for n in range(1, 61)]] * 2
    for stream in ("even", "late"):
        assert [e.version for e in entries if e.stream == stream] == list(range(1, 61))
    assert [e.position for e in entries] == list(range(1, 121))
    assert instants == sorted(instants)
