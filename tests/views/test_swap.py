"""Views are folded anew beside those that are read, and take their place without a wrong answer in between."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from slamon.ledger.connecting import connect
from slamon.ledger.place import HeldError, Place
from slamon.ledger.store import LedgerFounded
from slamon.views import schemas
from slamon.views.rebuilding import rebuild
from slamon.views.store import ViewStore, read_position
from slamon.views.tables import view_state

FOUNDED = LedgerFounded(ledger_id="0123456789abcdef", epoch=1)
SPAWN = get_context("spawn")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place for views: a folder, or a database."""
    if request.param == "sqlite":
        return tmp_path
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def store(place: Place) -> Iterator[ViewStore]:
    """Views that stand at position 7."""
    store = ViewStore(place, FOUNDED)
    _move(7)(store)
    yield store
    store.close()


def _move(position: int) -> Callable[[ViewStore], None]:
    """Stands for a fold up to a position."""

    def fold(store: ViewStore) -> None:
        with store.writing() as connection:
            connection.execute(update(view_state).values(position=position))

    return fold


def test_readers_of_any_connection_take_the_new_views_at_their_next_question(
    store: ViewStore, place: Place
) -> None:
    other = ViewStore(place, FOUNDED)
    with other.reading() as connection:
        store.rebuild(_move(8), _move(9))
        assert read_position(connection) == 7  # what was begun ends as it began
    assert (store.position(), other.position()) == (9, 9)
    _move(10)(other)
    assert store.position() == 10
    other.close()


def test_who_folds_while_the_views_are_swapped_goes_on_in_the_new_ones(
    store: ViewStore, place: Place
) -> None:
    other = ViewStore(place, FOUNDED)
    waits = threading.Thread(target=_move(11), args=(other,))

    def rest(draft: ViewStore) -> None:
        waits.start()
        time.sleep(0.1)
        assert store.position() == 7
        _move(9)(draft)

    store.rebuild(_move(8), rest)
    waits.join(10)
    assert store.position() == 11
    other.close()


def test_a_rebuild_that_fails_leaves_what_was(store: ViewStore) -> None:
    def fails(draft: ViewStore) -> None:
        _move(3)(draft)
        raise ValueError("cannot be folded")

    with pytest.raises(ValueError, match="cannot be folded"):
        store.rebuild(fails, _move(9))
    assert store.position() == 7
    store.rebuild(_move(8), _move(9))
    assert store.position() == 9


def test_two_rebuilds_at_once_are_one_too_many(store: ViewStore, place: Place) -> None:
    other = ViewStore(place, FOUNDED)

    def meanwhile(draft: ViewStore) -> None:
        with pytest.raises(HeldError):
            other.rebuild(_move(1), _move(2))
        _move(8)(draft)

    store.rebuild(meanwhile, _move(9))
    assert other.position() == 9
    other.close()


def test_whoever_rebuilds_next_need_not_wait_until_a_server_has_noticed_the_end(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ViewStore(postgres_url, FOUNDED)
    left: list[Any] = []

    def lingering(url: str, purpose: str | None = None) -> Any:
        connection: Any = connect(url, purpose)
        left.append(connection.close)
        connection.close = lambda: None
        return connection

    monkeypatch.setattr(schemas, "connect", lingering)
    for position in (8, 9):
        store.rebuild(_move(position), _move(position))

    assert store.position() == 9
    store.close()
    for close in left:
        close()


def _stuck(place: Place, reached: Any) -> None:
    def whole(draft: ViewStore) -> None:
        _move(3)(draft)
        reached.set()
        time.sleep(60)

    ViewStore(place, FOUNDED).rebuild(whole, _move(9))


def test_a_rebuild_that_is_killed_leaves_what_was_and_the_next_one_begins_anew(
    store: ViewStore, place: Place
) -> None:
    reached = SPAWN.Event()
    process = SPAWN.Process(target=_stuck, args=(place, reached))
    process.start()
    assert reached.wait(30)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)

    assert store.position() == 7
    begun: list[int] = []

    def whole(draft: ViewStore) -> None:
        begun.append(draft.position())
        _move(8)(draft)

    _again(lambda: store.rebuild(whole, _move(9)))
    assert (begun, store.position()) == ([0], 9)


def _again(work: Callable[[], None]) -> None:
    """Try until the server has noticed that the other process is gone."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return work()
        except HeldError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_views_of_another_schema_or_epoch_go_when_the_new_ones_are_complete_and_nobody_reads_them(
    store: ViewStore, place: Place
) -> None:
    newer = ViewStore(place, FOUNDED.model_copy(update={"epoch": 2}))
    assert (store.position(), newer.position()) == (7, 0)
    with store.reading() as connection:
        read_position(connection)
        newer.take_over()
        assert read_position(connection) == 7
    newer.take_over()
    again = ViewStore(place, FOUNDED)
    assert again.position() == 0
    again.close()
    newer.close()


def test_a_reader_sees_equal_figures_and_no_error_while_views_are_rebuilt_again_and_again(
    kit: Any,
) -> None:
    with kit.opened() as world:
        world.state_promises()
        for name in kit.agents:
            world.assign(name)
            world.probe(name, 24 * 14, kit.chance(3))
        world.fold()
        now = kit.begin + 30 * 86_400_000_000
        wanted = world.reading.judge("sla-strict", "2026-03", now)
        stop, seen, wrong = threading.Event(), [0], []

        def ask() -> None:
            try:
                while not stop.is_set():
                    assert world.reading.judge("sla-strict", "2026-03", now) == wanted
                    seen[0] += 1
            except BaseException as each:  # noqa: BLE001 - told by the test below
                wrong.append(each)

        readers = [threading.Thread(target=ask) for _ in range(2)]
        for reader in readers:
            reader.start()
        for _ in range(4):
            rebuild(world.ledger, world.views, now)
        stop.set()
        for reader in readers:
            reader.join(30)
        assert not wrong
        assert seen[0] > 4
        with world.views.reading() as connection:
            assert connection.execute(select(view_state.c.position)).scalar_one() > 0
