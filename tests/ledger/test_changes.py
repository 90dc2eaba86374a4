from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from slamon.ledger.place import Place
from slamon.ledger.store import ConflictError, Ledger
from slamon.ledger.stores import Watch


@pytest.fixture
def changes(ledger: Ledger) -> Iterator[Watch]:
    watch = ledger.changes()
    yield watch
    watch.close()


def test_nothing_happens_until_something_is_committed(changes: Watch) -> None:
    assert not changes.wait(0.05)


def test_several_commits_are_noticed_as_one_change(
    changes: Watch, append: Callable[..., None]
) -> None:
    append("a", "one")
    append("a", "two")

    assert changes.wait(1)
    assert not changes.wait(0)


def test_a_commit_of_another_program_is_noticed(
    changes: Watch, place: Place, ledger: Ledger, started: Callable[..., Any]
) -> None:
    writer = started("append", place, "other", 1)

    writer.go()

    assert changes.wait(10)
    assert writer.line() == "1"
    assert ledger.version("other") == 1


def test_a_refused_append_is_no_change(changes: Watch, ledger: Ledger, note: Any) -> None:
    with pytest.raises(ConflictError):
        ledger.append("a", [note("one")], after=9, actor="ann")

    assert not changes.wait(0)


def test_waiting_ends_when_it_is_told_to_stop(changes: Watch) -> None:
    begin = time.monotonic()

    assert not changes.wait(60, stop=lambda: time.monotonic() - begin > 0.05)

    assert time.monotonic() - begin < 5
