"""Tickets and levels as known last, and the time that a file touches."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from catalogue.instants import HOUR, MINUTE, parse_instant
from catalogue.terms import LifecycleAsserted, TermsStated
from slamon.sla.closing import PeriodClosed
from slamon.sla.levels import LevelsImported
from slamon.sla.tickets import TicketsImported
from slamon.views.cases import (
    LevelRow,
    TicketRow,
    level_before,
    levels,
    levels_taken_in,
    tickets,
)
from slamon.views.observed import Observed
from slamon.views.shelf import FAR
from slamon.views.tables import period_touched

Ticket = tuple[str, int, int | None, int | None, str, int]


def _tickets(*rows: Ticket) -> TicketsImported:
    names = ("ticket", "opened", "responded", "resolved", "priority", "paused_us")
    columns = zip(*rows, strict=True)
    none = ((),) * len(rows)
    return TicketsImported(
        file="tickets.csv",
        sha256="0" * 64,
        pauses=none,
        priorities=none,
        **dict(zip(names, columns, strict=True)),
    )


def _levels(*rows: tuple[int, str]) -> LevelsImported:
    at, value = zip(*rows, strict=True)
    return LevelsImported(file="days.csv", sha256="0" * 64, at=at, value=value)


def _read(world: Any, *sources: str, priority: str | None = None) -> list[TicketRow]:
    with world.views.reading() as connection:
        return list(tickets(connection, sources, priority, (0, 100 * HOUR)))


def test_tickets_are_given_by_opening_with_the_fact_they_rest_on(world: Any) -> None:
    later = ("T-1", 3 * HOUR, None, None, "P2", 0)
    earlier = ("T-2", 1 * HOUR, 2 * HOUR, 9 * HOUR, "P1", MINUTE)
    world.append("tickets:imp-a", _tickets(later, earlier))
    world.fold()

    position = world.ledger.position()
    assert _read(world, "imp-a") == [
        TicketRow("imp-a", *earlier, (), (), "0" * 64, position),
        TicketRow("imp-a", *later, (), (), "0" * 64, position),
    ]


def test_only_tickets_of_the_source_the_priority_and_the_span_are_given(world: Any) -> None:
    world.append(
        "tickets:imp-a",
        _tickets(
            ("T-1", 1 * HOUR, None, None, "P1", 0),
            ("T-2", 2 * HOUR, None, None, "P2", 0),
            ("T-3", 100 * HOUR, None, None, "P1", 0),
        ),
    )
    world.append("tickets:imp-b", _tickets(("T-1", 1 * HOUR, None, None, "P1", 0)))
    world.fold()

    assert [row.ticket for row in _read(world, "imp-a", priority="P1")] == ["T-1"]
    assert [row.ticket for row in _read(world, "imp-a")] == ["T-1", "T-2"]
    assert [row.source for row in _read(world, "imp-a", "imp-b", priority="P1")] == [
        "imp-a",
        "imp-b",
    ]


def test_of_rows_about_one_ticket_the_one_recorded_last_holds(world: Any) -> None:
    world.append("tickets:imp-a", _tickets(("T-1", 1 * HOUR, None, None, "P1", 0)))
    world.append("tickets:imp-a", _tickets(("T-1", 2 * HOUR, 3 * HOUR, None, "P1", 0)))
    world.fold()

    (row,) = _read(world, "imp-a")
    assert (row.opened, row.responded, row.position) == (
        2 * HOUR,
        3 * HOUR,
        world.ledger.position(),
    )


def test_levels_are_exact_and_the_one_recorded_last_holds(world: Any) -> None:
    world.append("levels:imp-days", _levels((1 * HOUR, "4.50"), (2 * HOUR, "-1")))
    world.append("levels:imp-days", _levels((2 * HOUR, "7")))
    world.fold()

    last = world.ledger.position()
    with world.views.reading() as connection:
        assert levels(connection, "imp-days", (1 * HOUR, 3 * HOUR)) == (
            LevelRow(1 * HOUR, Decimal("4.50"), last - 1),
            LevelRow(2 * HOUR, Decimal(7), last),
        )
        assert levels(connection, "imp-days", (1 * HOUR, 2 * HOUR))[-1].at == 1 * HOUR
        assert level_before(connection, "imp-days", 2 * HOUR) == LevelRow(
            1 * HOUR, Decimal("4.50"), last - 1
        )
        assert level_before(connection, "imp-days", 1 * HOUR) is None


def test_a_file_touches_the_old_opening_of_a_ticket_as_well_as_the_new(world: Any) -> None:
    world.append("tickets:imp-a", _tickets(("T-1", 30 * HOUR, None, None, "P1", 0)))
    world.append("levels:imp-days", _levels((5 * HOUR, "4")))
    world.fold()
    world.append("tickets:imp-a", _tickets(("T-1", 70 * HOUR, None, None, "P1", 0)))
    *_, levels_entry, entry = world.ledger.since(0, limit=10_000)

    with world.views.writing() as connection:
        observed = Observed(connection)
        observed.tickets(entry, entry.fact)
        observed.levels(levels_entry, levels_entry.fact)

        assert observed.flush() == {
            ("imp-a", ""): (30 * HOUR, 70 * HOUR),
            ("imp-days", ""): (5 * HOUR, FAR),
        }


def test_a_level_touches_the_time_up_to_the_next_one(world: Any) -> None:
    world.append("levels:imp-days", _levels((9 * HOUR, "4")))
    world.append("levels:imp-days", _levels((5 * HOUR, "4"), (6 * HOUR, "5")))
    *_, first, second = world.ledger.since(0, limit=10_000)

    with world.views.writing() as connection:
        assert levels_taken_in(connection, first, first.fact) == (9 * HOUR, FAR)
        assert levels_taken_in(connection, second, second.fact) == (5 * HOUR, 9 * HOUR)


def _promise(world: Any) -> None:
    """State an agreement that promises how long tickets wait for an answer."""
    objective = {
        "id": "o1",
        "service": "svc-paper",
        "indicator": "response_time",
        "target": {"within": "PT1H", "share": "95.00"},
        "period": "calendar_month",
        "service_hours": "hours-always",
        "data": ["imp-tickets"],
        "remedy": {"kind": "review_item", "after_periods": 1},
    }
    terms = {
        "id": "sla-desk",
        "kind": "sla",
        "name": {"en": "desk", "fr": "desk", "es": "desk"},
        "customer": "party-us",
        "provider": "party-them",
        "tz": "UTC",
        "in_force": {"from": "2026-01-01", "to": None},
        "recommendations": [],
        "objectives": [objective],
        "prov": {"_": "I"},
    }
    source = {
        "id": "imp-tickets",
        "service": "svc-paper",
        "kind": "csv",
        "columns": {"ticket": "id", "opened": "opened_at"},
        "prov": {"_": "I"},
    }
    lifecycle = {"state": "in_force", "signed_on": {"value": "2026-01-01", "precision": "day"}}
    world.append("import:imp-tickets", TermsStated(catalogue="small", terms=source))
    world.append(
        "agreement:sla-desk",
        TermsStated(catalogue="small", terms=terms),
        LifecycleAsserted(values=lifecycle),
    )


@pytest.mark.parametrize(
    ("opened", "touched"),
    [
        pytest.param("2026-03-31T23:59:59Z", ["2026-03"], id="opened in its last second"),
        pytest.param("2026-04-01T00:00:00Z", [], id="opened in the next month"),
    ],
)
def test_a_late_ticket_touches_the_closed_period_in_which_it_was_opened(
    world: Any, opened: str, touched: list[str]
) -> None:
    _promise(world)
    closed = PeriodClosed(
        figures=(), position=world.ledger.position(), code_version="0", tzdata="0"
    )
    world.append("period:sla-desk:2026-03", closed)
    world.fold()
    late = ("T-1", parse_instant(opened), parse_instant("2026-05-01T00:00:00Z"), None, "P1", 0)
    world.append("tickets:imp-tickets", _tickets(late))
    world.fold()

    with world.views.reading() as connection:
        rows = connection.execute(select(period_touched)).all()
    assert [row.label for row in rows] == touched


def test_views_folded_in_steps_hold_the_same_cases_as_those_folded_at_once(
    world: Any, kit: Any
) -> None:
    for n in range(6):
        row = (f"T-{n % 4}", n * HOUR, None, None, "P1", n)
        world.append("tickets:imp-a", _tickets(row))
        world.append("levels:imp-days", _levels((n % 3 * HOUR, str(n))))
        world.fold(n % 2 + 1)
    world.fold()

    with world.views.reading() as one, world.anew().reading() as two:
        first, second = kit.dump(one), kit.dump(two)
    assert (first["ticket"], first["level"]) == (second["ticket"], second["level"])
    assert (len(first["ticket"]), len(first["level"])) == (4, 3)
