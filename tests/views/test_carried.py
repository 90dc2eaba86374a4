"""The fold goes on from what it left itself only where nothing else stands there now."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import update

from catalogue.changes import Change
from catalogue.instants import HOUR
from catalogue.terms import TermsCorrected
from probes.outcome import Outcome
from slamon.views.fold import Folder
from slamon.views.rebuilding import rebuild
from slamon.views.store import ViewStore
from slamon.views.tables import view_state

DAY = 24 * HOUR
MARCH = "2026-03"


def _history(world: Any, kit: Any) -> Iterator[None]:
    """Parts of a history, each to be folded before the next is written."""
    for seed, agent in enumerate(kit.agents):
        world.probe(agent, 12 * 24, kit.chance(seed))
        yield
    world.take_in([(kit.begin + day * DAY, Outcome.GOOD) for day in range(12)])
    yield
    for agreement in ("sla-paper", "sla-strict"):
        world.close_period(agreement, MARCH, kit.begin + 60 * DAY)
        yield
    yield from _late(world, kit)
    world.append("agreement:sla-paper", _lowered())
    yield
    yield from _late(world, kit)


def _late(world: Any, kit: Any) -> Iterator[None]:
    """What comes after its days are judged, and something of the day as well."""
    world.take_in([(kit.begin + 5 * DAY + HOUR + world.late, Outcome.BAD)])
    yield
    world.probe_again("agent-bonn", 100, kit.chance(7))
    yield
    world.probe("agent-bonn", 12, kit.chance(8), aside=True)
    yield
    world.assign("agent-outside", ("prb-mail", "prb-web"))
    world.probe("agent-outside", 30, kit.chance(9))
    yield
    world.probe("agent-bonn", 30, kit.chance(10))
    yield


def _lowered() -> TermsCorrected:
    change = Change(path="objectives.o1.target", old="97.00", new="96.00")
    return TermsCorrected(reason="a slip of the pen", changes=(change,))


def _rows(kit: Any, store: ViewStore) -> dict[str, list[tuple[Any, ...]]]:
    with store.reading() as connection:
        found: dict[str, list[tuple[Any, ...]]] = kit.dump(connection)
    return found


@pytest.mark.parametrize("many", [pytest.param(1, id="one"), pytest.param(2, id="two by turns")])
def test_who_goes_on_leaves_what_is_left_by_who_begins_each_time(
    world: Any, kit: Any, many: int
) -> None:
    now = kit.begin + 40 * DAY
    others = world.new_views()
    world.stores.append(others)
    folders = cycle([Folder(world.ledger, world.views) for _ in range(many)])

    for _, folder in zip(_history(world, kit), folders, strict=False):
        for each in (folder, Folder(world.ledger, others)):
            each.catch_up()
            each.settle(now)

    found = _rows(kit, world.views)
    assert found == _rows(kit, others)
    assert found["period_touched"]
    assert found["objective_day"]


def test_views_that_were_put_in_the_place_of_others_are_folded_as_they_stand(
    world: Any, kit: Any
) -> None:
    now = kit.begin + 40 * DAY
    folder = Folder(world.ledger, world.views)
    world.take_in([(kit.begin + day * DAY, Outcome.GOOD) for day in range(12)])
    folder.catch_up()
    rebuild(world.ledger, world.views, now)
    world.take_in([(kit.begin + 5 * DAY + HOUR, Outcome.BAD)])
    folder.catch_up()
    folder.settle(now)

    anew = world.anew()
    Folder(world.ledger, anew).settle(now)
    assert _rows(kit, world.views) == {**_rows(kit, anew), **_counted(kit, world.views)}


def _counted(kit: Any, store: ViewStore) -> dict[str, list[tuple[Any, ...]]]:
    """How far latencies were counted: the fold does not move it."""
    return {"latency_state": _rows(kit, store)["latency_state"]}


def test_who_finds_nothing_to_fold_waits_for_nobody_who_writes(world: Any) -> None:
    folder = Folder(world.ledger, world.views)
    assert folder.step() is None

    with world.views.writing():
        assert folder.step() is None


def test_who_waits_for_another_fold_goes_on_from_where_that_one_came(world: Any) -> None:
    begun: list[int] = []

    def fold() -> None:
        with world.views.folding() as (_, position):
            begun.append(position)

    with world.views.folding() as (connection, before):
        waiting = threading.Thread(target=fold)
        waiting.start()
        time.sleep(0.2)
        connection.execute(update(view_state).values(position=before + 5))
    waiting.join()

    assert begun == [before + 5]
