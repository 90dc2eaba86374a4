"""What is asked of results: what they rest on, how many there are, where they come from, where they stop."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.instants import HOUR
from probes.outcome import Outcome

DAY = 24 * HOUR


@pytest.fixture
def grown(world: Any, kit: Any) -> Any:
    """Two generated days in Bonn, then half a day of real results."""
    world.assign("agent-bonn", simulated=True)
    world.probe("agent-bonn", 48, lambda due, index: kit.row(due, index, Outcome.GOOD))
    world.assign("agent-bonn")
    world.probe("agent-bonn", 12, lambda due, index: kit.row(due, index, Outcome.BAD))
    world.fold()
    return world


def test_generated_results_are_counted_apart_from_measured_ones(grown: Any) -> None:
    found = [
        (line.basis, line.first_day, line.last_day, line.outcomes["good"], line.outcomes["bad"])
        for line in grown.reading.results("prb-mail")
    ]
    assert found == [
        ("simulated", "2026-03-20", "2026-03-21", 12, 0),
        ("measured", "2026-03-22", "2026-03-22", 0, 3),
    ]


def test_a_check_without_results_counts_nothing(grown: Any) -> None:
    assert grown.reading.results("prb-none") == ()


def test_a_probe_says_what_its_results_rest_on_and_what_is_asked(grown: Any, kit: Any) -> None:
    lines = {
        (line.probe, line.location): line for line in grown.reading.probes(kit.begin + 60 * HOUR)
    }
    bonn, outside = lines["prb-mail", "loc-bonn"], lines["prb-mail", "loc-outside"]
    assert (bonn.basis, outside.basis) == ("mixed", "none")
    assert bonn.asked is not None
    assert bonn.asked["port"] == 25


def test_whoever_was_told_last_the_places_of_a_probe_come_in_the_order_of_their_agents(
    grown: Any, kit: Any
) -> None:
    found = [
        line.location
        for line in grown.reading.probes(kit.begin + 60 * HOUR)
        if line.probe == "prb-mail"
    ]
    assert found == ["loc-bonn", "loc-outside"]


def test_an_import_is_named_with_the_services_it_has_results_of(world: Any, kit: Any) -> None:
    assert [line.services for line in world.reading.imports()] == [()]
    world.take_in([(kit.begin, Outcome.GOOD)])
    world.fold()
    assert [(line.source, line.services) for line in world.reading.imports()] == [
        ("imp-paper", ("svc-paper",))
    ]


@pytest.mark.parametrize(
    ("later", "silent"),
    [
        pytest.param(25 * HOUR, None, id="a result speaks for as long as it is valid"),
        pytest.param(27 * HOUR, "2026-03-20T00:00:00Z", id="beyond that, silence has a beginning"),
    ],
)
def test_a_source_falls_silent_when_its_newest_result_is_too_old(
    world: Any, kit: Any, later: int, silent: str | None
) -> None:
    world.take_in([(kit.begin, Outcome.GOOD)])
    world.fold()
    found = [
        line.since
        for line in world.reading.silences(kit.begin + later)
        if line.service == "svc-paper"
    ]
    assert set(found) == (set() if silent is None else {silent})


def test_a_source_that_never_spoke_is_silent_without_a_beginning(world: Any, kit: Any) -> None:
    found = {line.service: line.since for line in world.reading.silences(kit.begin)}
    assert found == {"svc-mail": None, "svc-web": None, "svc-paper": None}


def test_a_fact_is_told_with_its_envelope_and_its_batch_decoded(grown: Any) -> None:
    told = grown.reading.fact(grown.ledger.position())
    assert told is not None
    assert (told.position, told.fact) == (grown.ledger.position(), "observations-recorded/1")
    assert told.content["rows"] == 9
    assert told.content["edges"][0] == {
        "probe": 0,
        "at": "2026-03-22T00:00:00Z",
        "outcome": "bad",
    }


@pytest.mark.parametrize("position", [0, -1, 10_000])
def test_where_no_fact_stands_none_is_told(grown: Any, position: int) -> None:
    assert grown.reading.fact(position) is None
