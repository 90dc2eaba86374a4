"""As known at: tables and answers of the past equal those of a ledger that was cut off at that position."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from catalogue.instants import HOUR
from probes.outcome import Outcome
from slamon.history import NAMES
from slamon.ledger.store import Ledger
from slamon.views.fold import Folder
from slamon.views.latencies import Latencies
from slamon.views.past import as_known, at_position
from slamon.views.reading import Reading
from slamon.views.tables import metadata

FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
MONTHS = ("2026-03", "2026-04")
SERVICES = ("svc-mail", "svc-web", "svc-paper")
MANY = 100_000

SCARCE = {
    "covered": ("outcomes",),
    "probe_last": ("position", *("good", "degraded", "bad", "inconclusive")),
    "latency_state": ("day",),
}
"""Columns that nobody reads of the past, or that are looked up where somebody asks."""
UNSEEN = ("objective_day", "period_touched")
"""Tables that are empty in the past, as days are computed and nobody restates."""


@contextmanager
def _past(world: Any, position: int) -> Iterator[Any]:
    then = at_position(world.ledger, position)
    with as_known(world.views, world.ledger, then) as tables:
        yield tables


@contextmanager
def _cut(world: Any, position: int) -> Iterator[tuple[Any, Ledger]]:
    """Views of a copy of the ledger that has no fact after a position."""
    path = world.folder / f"cut{position}.db"
    with closing(sqlite3.connect(world.folder / "ledger.db")) as whole:
        whole.execute("VACUUM INTO ?", (str(path),))
    with closing(sqlite3.connect(path)) as copy, copy:
        copy.execute("DELETE FROM stored_events WHERE rowid > ?", (position,))
    with closing(Ledger(path, NAMES, lambda: 0)) as ledger:
        store = world.new_views()
        world.stores.append(store)
        Folder(ledger, store).catch_up()
        Latencies(ledger, store).catch_up()
        yield store, ledger


def _agrees(kit: Any, story: Any, drawn: tuple[list[tuple[Any, ...]], int, int]) -> None:
    steps, seed, now = drawn
    with kit.opened() as world:
        world.state_promises()
        for agent in kit.agents:
            world.assign(agent)
        begun = world.ledger.position()
        for step in steps:
            story.take(world, kit, step)
        world.fold()
        Latencies(world.ledger, world.views).catch_up()
        position = random.Random(seed).randint(begun, world.ledger.position())
        with _past(world, position) as tables, _cut(world, tables.position()) as (other, ledger):
            _same_tables(kit, tables, other)
            one = Reading(tables, world.ledger, world.founded, tables.position())
            two = Reading(other, ledger, world.founded)
            _same_answers(story, one, two, kit.begin + now)


def _same_tables(kit: Any, tables: Any, other: Any) -> None:
    with tables.reading() as past, other.reading() as folded:
        one = kit.dump(past, but=UNSEEN, without=SCARCE)
        two = kit.dump(folded, but=UNSEEN, without=SCARCE)
        for name, rows in two.items():
            assert one[name] == rows, name


def _same_answers(story: Any, one: Reading, two: Reading, now: int) -> None:
    pairs = zip(_answers(story, one, now), _answers(story, two, now), strict=True)
    for (question, known), (_, cut) in pairs:
        assert known == cut, question


def _answers(story: Any, reading: Reading, now: int) -> Iterator[tuple[str, object]]:
    """Everything that can be asked, each with its question."""
    yield "overview", reading.overview(now)
    yield "periods", reading.periods(None, now)
    yield "outages", reading.outages(None, None, MANY, now)
    yield "probes", reading.probes(now)
    yield "silences", reading.silences(now)
    yield "agents", reading.agents(now)
    yield "closings due", reading.closings_due(now)
    for service in SERVICES:
        yield service, reading.service(service, now)
    for agreement in story.agreements:
        yield f"tallies of {agreement}", reading.tallies(agreement, None, None, MANY, now)
        yield f"exclusions of {agreement}", reading.exclusions(agreement)
        yield f"versions of {agreement}", reading.versions(agreement)
        for label in MONTHS:
            yield from _of_period(reading, agreement, label, now)
    yield from _held(story, reading)


def _of_period(
    reading: Reading, agreement: str, label: str, now: int
) -> Iterator[tuple[str, object]]:
    for ask in (reading.judge, reading.explain):
        said = ask(agreement, label, now)
        # The instant of a past is the one that was asked for.
        told = said and said.model_dump(exclude={"as_known_at": {"instant"}})
        yield f"{ask.__name__} {agreement} {label}", told
    yield f"history of {agreement} {label}", reading.history(agreement, label)
    offer = reading.closing(agreement, label, now)
    yield f"closing of {agreement} {label}", offer and offer.figures


def _held(story: Any, reading: Reading) -> Iterator[tuple[str, object]]:
    """What does not depend on the clock."""
    yield "observations", reading.observations(None, None, None, MANY)
    yield "imports", reading.imports()
    yield "declarations", reading.declarations(None)
    yield "announceable", reading.announceable()
    yield "quarantine", reading.quarantine()
    yield "seals", reading.seals(0, MANY)
    yield "commitments", reading.commitments(0)
    lines = reading.records(None, None, MANY)
    yield "records", lines
    yield "whole records", [reading.record(line.kind, line.id) for line in lines]
    breaches = reading.breaches(None)
    yield "breaches", breaches
    yield "whole breaches", [reading.breach(line.breach) for line in breaches]
    for check in story.checks:
        yield f"results of {check}", reading.results(check)
    ledger = reading.ledger()
    yield "ledger", ledger
    last = range(max(1, ledger.position - 3), ledger.position + 4)
    # Where single results are today is told of a past too.
    facts = [fact for position in last if (fact := reading.fact(position))]
    today = {"content": {"archived"}, "batch": {"archived"}}
    yield "facts", [fact.model_dump(exclude=today) for fact in facts]


@settings(max_examples=4, phases=FOUND)
@given(data=st.data())
def test_the_past_equals_views_folded_up_to_it(kit: Any, story: Any, data: st.DataObject) -> None:
    steps = data.draw(st.lists(story.steps, min_size=5, max_size=30))
    _agrees(kit, story, (steps, data.draw(story.numbers), data.draw(story.instants)))


def test_results_corrected_before_and_heard_after_are_counted_as_they_stood(
    kit: Any, story: Any
) -> None:
    begun = 2 * HOUR
    steps = [
        ("probe", 0, 30, 1),
        ("correct results", "prb-control", 0, (begun, 20), Outcome.GOOD),
        ("correct results", "prb-mail", 0, (begun, 20), None),
        ("meet", 0),
        ("meet", 0),
        ("probe", 0, 20, 2),
    ]

    for seed in range(4):
        _agrees(kit, story, (steps, seed, 0))


def test_what_nobody_stands_by_any_more_is_known_as_it_stood(kit: Any, story: Any) -> None:
    steps = [
        ("hear", 242 * HOUR + 7, Outcome.GOOD, None),
        ("settle", 7),
        ("release", 0),
        ("probe", 0, 1, 0),
        ("correct results", "hb-report", 0, (212 * HOUR + 7, 31), None),
    ]

    _agrees(kit, story, (steps, 1129987, 7))


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_any_past_of_long_histories_equals_views_folded_up_to_it(kit: Any, story: Any) -> None:
    @settings(kit.soaked)
    @given(
        steps=st.lists(story.steps, min_size=5, max_size=100),
        seed=story.numbers,
        now=story.instants,
    )
    def agrees(steps: list[tuple[Any, ...]], seed: int, now: int) -> None:
        _agrees(kit, story, (steps, seed, now))

    agrees()


def test_no_table_is_seen_as_it_is_now(world: Any) -> None:
    with _past(world, world.ledger.position()) as tables, tables.reading() as connection:
        if connection.dialect.name == "sqlite":
            query = "SELECT name FROM temp.sqlite_master WHERE type IN ('table', 'view')"
        else:
            query = "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()"
        laid = set(connection.exec_driver_sql(query).scalars())

    assert {table.name for table in metadata.sorted_tables} <= laid
