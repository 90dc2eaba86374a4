"""Tickets and levels of files: each once, a changed one as its correction, all of a file or nothing."""

from __future__ import annotations

from typing import cast

import pytest

from catalogue.instants import HOUR, MINUTE
from slamon.app.imports import (
    ROWS_PER_FACT,
    File,
    Imported,
    Level,
    Ticket,
    record_levels,
    record_tickets,
)
from slamon.ledger.store import ConflictError, Ledger
from slamon.sla.levels import LevelsImported
from slamon.sla.tickets import TicketsImported

FILE = File("tickets.csv", "0" * 64)
ANSWERED = Ticket("T-1", HOUR, 2 * HOUR, 3 * HOUR, "P1", 10 * MINUTE)
WAITING = Ticket("T-2", 2 * HOUR, None, None, "P2", 0)


def _record(ledger: Ledger, *tickets: Ticket) -> Imported:
    return record_tickets(ledger, "imp-tickets", FILE, tickets, actor="tester")


def _levels(ledger: Ledger, *levels: Level) -> Imported:
    return record_levels(ledger, "imp-days", FILE, levels, actor="tester")


def test_tickets_are_recorded_in_columns_under_their_source(ledger: Ledger) -> None:
    assert _record(ledger, ANSWERED, WAITING) == Imported(2, 0, ledger.position())

    (entry,) = ledger.stream("tickets:imp-tickets")
    assert (entry.name, entry.cause, entry.actor) == ("tickets-imported/2", "tickets.csv", "tester")
    assert entry.fact == TicketsImported(
        file="tickets.csv",
        sha256="0" * 64,
        ticket=("T-1", "T-2"),
        opened=(HOUR, 2 * HOUR),
        responded=(2 * HOUR, None),
        resolved=(3 * HOUR, None),
        priority=("P1", "P2"),
        paused_us=(10 * MINUTE, 0),
        pauses=((), ()),
        priorities=((), ()),
    )


@pytest.mark.parametrize(
    ("later", "recorded"),
    [
        pytest.param(WAITING, 0, id="the same ticket again is nothing new"),
        pytest.param(WAITING._replace(responded=4 * HOUR), 1, id="an answer is"),
        pytest.param(WAITING._replace(priority="P1"), 1, id="another priority is"),
        pytest.param(WAITING._replace(opened=HOUR), 1, id="another opening is"),
        pytest.param(WAITING._replace(paused_us=MINUTE), 1, id="a pause is"),
        pytest.param(WAITING._replace(pauses=((HOUR, 2 * HOUR),)), 1, id="its span is"),
        pytest.param(
            WAITING._replace(priorities=((HOUR, "P3"), (2 * HOUR, "P2"))), 1, id="a history is"
        ),
    ],
)
def test_a_changed_ticket_is_recorded_as_its_correction(
    ledger: Ledger, later: Ticket, recorded: int
) -> None:
    _record(ledger, ANSWERED, WAITING)

    assert _record(ledger, ANSWERED, later).recorded == recorded
    assert _record(ledger, ANSWERED, later) == Imported(0, 2, None)


def test_a_row_that_stands_twice_is_recorded_once(ledger: Ledger) -> None:
    done = _record(ledger, WAITING, WAITING)

    assert (done.recorded, done.known) == (1, 1)


def test_a_long_file_becomes_several_facts_in_one_transaction(ledger: Ledger) -> None:
    seen: list[int] = []
    tickets = [WAITING._replace(ticket=f"T-{n}") for n in range(ROWS_PER_FACT + 1)]

    record_tickets(ledger, "imp-tickets", FILE, tickets, actor="tester", progress=seen.append)

    entries = list(ledger.stream("tickets:imp-tickets"))
    facts = [cast("TicketsImported", entry.fact) for entry in entries]
    assert [len(fact.ticket) for fact in facts] == [ROWS_PER_FACT, 1]
    assert len({entry.recorded_at for entry in entries}) == 1
    assert seen == [ROWS_PER_FACT, ROWS_PER_FACT + 1]


def test_nothing_is_recorded_where_another_import_came_between(ledger: Ledger) -> None:
    def meanwhile(_: int) -> None:
        _record(ledger, ANSWERED)

    with pytest.raises(ConflictError):
        record_tickets(ledger, "imp-tickets", FILE, [WAITING], actor="tester", progress=meanwhile)
    facts = [cast("TicketsImported", entry.fact) for entry in ledger.stream("tickets:imp-tickets")]
    assert [fact.ticket for fact in facts] == [("T-1",)]


def test_levels_are_recorded_as_typed(ledger: Ledger) -> None:
    assert _levels(ledger, Level(HOUR, "4.50"), Level(2 * HOUR, "-1")).recorded == 2

    (entry,) = ledger.stream("levels:imp-days")
    assert entry.fact == LevelsImported(
        file="tickets.csv", sha256="0" * 64, at=(HOUR, 2 * HOUR), value=("4.50", "-1")
    )


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        pytest.param("4.50", 0, id="the same number"),
        pytest.param("4.5", 0, id="the same number, written otherwise"),
        pytest.param("4.51", 1, id="another number"),
    ],
)
def test_a_changed_level_is_recorded_as_its_correction(
    ledger: Ledger, value: str, recorded: int
) -> None:
    _levels(ledger, Level(HOUR, "4.50"))

    assert _levels(ledger, Level(HOUR, value)).recorded == recorded


def test_levels_that_are_no_numbers_are_no_fact() -> None:
    with pytest.raises(ValueError, match="'NaN' is no decimal number"):
        LevelsImported(file="f", sha256="", at=(1,), value=("NaN",))


def test_columns_of_different_length_are_no_fact() -> None:
    with pytest.raises(ValueError, match="columns of different length"):
        TicketsImported(
            file="f",
            sha256="",
            ticket=("T-1",),
            opened=(),
            responded=(None,),
            resolved=(None,),
            priority=("",),
            paused_us=(0,),
            pauses=((),),
            priorities=((),),
        )
