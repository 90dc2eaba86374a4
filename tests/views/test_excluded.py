"""Announced exclusions as the views hold them, and what they do to days that were kept."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.instants import HOUR, parse_instant
from probes.outcome import Outcome
from slamon.sla.announcing import (
    ExclusionAnnounced,
    ExclusionGranted,
    ExclusionRefused,
    ExclusionWithdrawn,
)
from slamon.sla.exclusions import Announcement
from slamon.views import excluded
from slamon.views.tables import objective_day

STREAM = "exclusion:sla-paper:a1"
BEGIN = parse_instant("2026-03-25T08:00:00+01:00")
WINDOW = ExclusionAnnounced(
    clause="x1",
    services=(),
    begin=BEGIN,
    end=BEGIN + 8 * HOUR,
    received_at=BEGIN - 100 * HOUR,
    evidence="mail 4711",
    reason="new disks",
)


def _told(world: Any, *facts: Any) -> tuple[Announcement, ...]:
    for fact in facts:
        world.append(STREAM, fact)
    world.fold()
    with world.views.reading() as connection:
        return excluded.announcements(connection)


@pytest.fixture
def paper(world: Any) -> Any:
    """The world with a paper service that was down for days around the window, judged and kept."""
    days = range(BEGIN - 48 * HOUR, BEGIN + 96 * HOUR, 24 * HOUR)
    world.take_in([(at, Outcome.BAD) for at in days])
    world.fold()
    world.settle(BEGIN + 200 * HOUR)
    return world


def _kept(world: Any) -> set[str]:
    with world.views.reading() as connection:
        return {row.agreement for row in connection.execute(objective_day.select())}


def _excused(world: Any) -> dict[str, int]:
    (figure,) = world.reading.judge("sla-paper", "2026-03", BEGIN + 200 * HOUR).objectives
    return {name: us for name, us in figure.tally.items() if name.startswith("excused") and us}


def test_an_announcement_is_held_with_what_was_ruled_on_it(world: Any) -> None:
    (held,) = _told(world, WINDOW, ExclusionGranted(reason="agreed"))

    last = world.ledger.position()
    with world.views.reading() as connection:
        assert excluded.position_of(connection) == last
    assert held == Announcement(
        id="a1",
        agreement="sla-paper",
        clause="x1",
        services=(),
        begin=BEGIN,
        end=BEGIN + 8 * HOUR,
        received_at=BEGIN - 100 * HOUR,
        recorded_at=held.recorded_at,
        evidence="mail 4711",
        reason="new disks",
        ruling="granted",
        ruling_reason="agreed",
        positions=(last - 1, last),
    )


def test_what_was_withdrawn_is_held_with_the_reason(world: Any) -> None:
    (held,) = _told(
        world, WINDOW, ExclusionRefused(reason="no"), ExclusionWithdrawn(reason="postponed")
    )

    assert (held.ruling, held.withdrawn, held.withdrawn_reason) == ("refused", True, "postponed")
    assert len(held.positions) == 3


def test_a_window_takes_six_hours_a_month_out_of_the_judgement(paper: Any) -> None:
    assert _excused(paper) == {}

    _told(paper, WINDOW)

    assert _excused(paper) == {"excused_down_us": 6 * HOUR}


def test_a_withdrawal_puts_the_time_back(paper: Any) -> None:
    _told(paper, WINDOW)
    _told(paper, ExclusionWithdrawn(reason="postponed"))

    assert _excused(paper) == {}


def test_a_fact_about_an_exclusion_makes_the_kept_days_of_its_agreement_be_forgotten(
    paper: Any,
) -> None:
    before = _kept(paper)

    _told(paper, WINDOW)

    assert "sla-paper" in before
    assert _kept(paper) == before - {"sla-paper"}


def test_the_line_of_an_announcement_says_what_each_objective_makes_of_it(paper: Any) -> None:
    _told(paper, WINDOW)

    (line,) = paper.reading.exclusions(None)

    assert (line.status, line.kind, line.tz) == (
        "announced",
        "planned_maintenance",
        "Europe/Berlin",
    )
    (fate,) = line.objectives
    assert [(part.from_, part.to, part.effect, part.rule) for part in fate.parts] == [
        ("2026-03-25T07:00:00Z", "2026-03-25T13:00:00Z", "remove_window", None),
        ("2026-03-25T13:00:00Z", "2026-03-25T15:00:00Z", None, "quota"),
    ]


def test_a_window_before_the_agreement_comes_to_nothing(paper: Any) -> None:
    early = WINDOW.begin - 60 * 24 * HOUR
    _told(paper, WINDOW.model_copy(update={"begin": early, "end": early + HOUR}))

    (line,) = paper.reading.exclusions("sla-paper")

    assert [fate.parts for fate in line.objectives] == [()]


def test_only_the_objectives_of_a_service_that_is_named_are_concerned(world: Any) -> None:
    named = WINDOW.model_copy(update={"services": ("svc-web",)})
    world.append("exclusion:sla-strict:a1", named)
    world.fold()

    (line,) = world.reading.exclusions("sla-strict")

    assert [(fate.objective, fate.service) for fate in line.objectives] == [("o1", "svc-web")]
    assert world.reading.exclusions("sla-paper") == ()
    assert world.reading.exclusion("sla-strict", "a1") == line
    assert world.reading.exclusion("sla-strict", "a2") is None
