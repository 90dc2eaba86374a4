"""Probes that ask to be looked at are told with the reason, and results with the windows they lie in."""

from __future__ import annotations

from typing import Any

import pytest

from probes.assembly import Row, assemble
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.pausing import ProbePaused
from slamon.sla.announcing import ExclusionAnnounced, ExclusionWithdrawn

HOUR = 3_600_000_000
MAIL = "prb-mail"


def _line(world: Any, kit: Any, hours: float) -> Any:
    world.fold()
    (found,) = (
        line
        for line in world.reading.probes(kit.begin + int(hours * HOUR))
        if (line.probe, line.location) == (MAIL, "loc-bonn")
    )
    return found


@pytest.mark.parametrize(
    ("hours", "flags"),
    [
        pytest.param(10.0, (), id="while the last result speaks"),
        pytest.param(13.03, (), id="while the next may still be handed in"),
        pytest.param(13.04, ("overdue",), id="once it should have been"),
    ],
)
def test_a_probe_is_overdue_once_no_result_of_it_speaks(
    world: Any, kit: Any, hours: float, flags: tuple[str, ...]
) -> None:
    world.probe("agent-bonn", 12, lambda due, index: kit.row(due, index, Outcome.GOOD))
    assert _line(world, kit, hours).attention == flags


def test_a_probe_that_never_had_a_result_is_overdue_once_one_was_due(world: Any, kit: Any) -> None:
    assert _line(world, kit, 1).attention == ()
    assert _line(world, kit, 5).attention == ("overdue",)


def test_a_bad_result_asks_to_be_looked_at(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 4, lambda due, index: kit.row(due, index, Outcome.BAD))
    assert _line(world, kit, 4).attention == ("bad",)


@pytest.mark.parametrize(
    ("lag", "flags"),
    [
        pytest.param(80_000, ("suspect",), id="the agent was too slow"),
        pytest.param(0, (), id="it was not, and nothing was measured for another reason"),
    ],
)
def test_a_result_without_a_latency_is_suspect_where_the_agent_was_too_slow(
    world: Any, kit: Any, lag: int, flags: tuple[str, ...]
) -> None:
    assigned = world.agents["agent-bonn"].assigned
    slots = assigned.plan(kit.begin, kit.begin + 4 * HOUR)
    rows = [
        Row(
            index,
            due,
            due,
            Outcome.GOOD,
            None,
            evidence=Evidence(phases={"total": 100_000, "loop_lag": lag}),
        )
        for due, index in slots
    ]
    batch, _ = assemble(assigned, kit.begin, kit.begin + 4 * HOUR, rows, {})
    world.append("observations:agent-bonn:spool1:2026-03-20", batch)

    assert _line(world, kit, 4).attention == flags


def _announce(world: Any, kit: Any, **more: Any) -> None:
    world.append(
        "exclusion:sla-strict:disks",
        ExclusionAnnounced(
            clause="x1",
            services=("svc-mail",),
            begin=kit.begin + 4 * HOUR,
            end=kit.begin + 6 * HOUR,
            received_at=kit.begin - 48 * HOUR,
            evidence="mail 4711",
            reason="new disks",
            **more,
        ),
    )


def test_inside_an_announced_window_probing_goes_on_and_is_labelled(world: Any, kit: Any) -> None:
    _announce(world, kit)
    world.probe("agent-bonn", 12, lambda due, index: kit.row(due, index, Outcome.GOOD))

    line = _line(world, kit, 5)
    slot = world.reading.slot(MAIL, kit.begin + 5 * HOUR, kit.begin + 12 * HOUR)

    (window,) = line.windows
    assert (window.exclusion, window.kind, window.status) == (
        "disks",
        "planned_maintenance",
        "announced",
    )
    assert line.attention == ("maintenance",)
    assert slot.windows == line.windows
    assert _line(world, kit, 7).windows == ()


def test_only_results_of_the_service_are_labelled_and_none_of_a_window_withdrawn(
    world: Any, kit: Any
) -> None:
    _announce(world, kit)
    world.probe("agent-bonn", 12, lambda due, index: kit.row(due, index, Outcome.GOOD))
    world.fold()

    lines = world.reading.observations(None, None, None, 100)
    assert {line.check for line in lines if line.windows} == {MAIL}

    world.append("exclusion:sla-strict:disks", ExclusionWithdrawn(reason="not needed"))
    world.fold()
    assert not any(line.windows for line in world.reading.observations(None, None, None, 100))


def test_a_probe_that_is_left_in_peace_is_paused_and_not_overdue(world: Any, kit: Any) -> None:
    paused = ProbePaused(probe=MAIL, from_=kit.begin, until=kit.begin + 20 * HOUR, reason="429")
    world.append("pauses:agent-bonn", paused)

    assert _line(world, kit, 10).attention == ("paused",)
    assert _line(world, kit, 21).attention == ("overdue",)
