"""Files of tickets: each row a ticket, or faults with their line and column; nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from catalogue.instants import MINUTE, parse_instant
from slamon.app.imports import Ticket
from slamon.importers.rows import LayoutError, Reading
from slamon.importers.tickets import Layout, read

LAYOUT = Layout(
    columns={
        "ticket": "id",
        "opened": "opened_at",
        "first_response": "responded_at",
        "resolved": "resolved_at",
        "priority": "priority",
        "paused_minutes": "on_hold_min",
    },
    tz="Europe/Berlin",
    now=parse_instant("2026-05-01T00:00:00Z"),
)
HEADER = "id,opened_at,responded_at,resolved_at,priority,on_hold_min\n"
GOOD = "T-1,2026-03-02T10:00,2026-03-02T10:20,2026-03-02T15:00,P1,90\n"


def _read(tmp_path: Path, text: str, *, encoding: str = "utf-8") -> Reading[Ticket]:
    file = tmp_path / "tickets.csv"
    file.write_bytes(text.encode(encoding))
    return read(file, LAYOUT)


def _at(text: str) -> int:
    return parse_instant(text)


def test_a_row_is_a_ticket_in_the_zone_of_its_record(tmp_path: Path) -> None:
    found = _read(tmp_path, HEADER + GOOD)

    assert found.bad == []
    assert found.results == [
        Ticket(
            "T-1",
            _at("2026-03-02T09:00:00Z"),
            _at("2026-03-02T09:20:00Z"),
            _at("2026-03-02T14:00:00Z"),
            "P1",
            90 * MINUTE,
        )
    ]


@pytest.mark.parametrize(
    ("row", "ticket"),
    [
        pytest.param(
            "T-2,2026-03-02T10:00,,,P1,",
            Ticket("T-2", _at("2026-03-02T09:00Z"), None, None, "P1", 0),
            id="not yet answered, nor resolved, never paused",
        ),
        pytest.param(
            "T-2,2026-03-02T10:00+00:00,2026-03-02T10:00Z,,,7.5",
            Ticket(
                "T-2", _at("2026-03-02T10:00Z"), _at("2026-03-02T10:00Z"), None, "", 450_000_000
            ),
            id="with offsets, answered at once, without a priority, half a minute of pause",
        ),
        pytest.param(
            "T-2,2026-03-02T10:00,,2026-03-02T11:30,P1,90",
            Ticket(
                "T-2",
                _at("2026-03-02T09:00Z"),
                None,
                _at("2026-03-02T10:30Z"),
                "P1",
                90 * MINUTE,
            ),
            id="paused all the time",
        ),
    ],
)
def test_what_a_file_may_leave_out(tmp_path: Path, row: str, ticket: Ticket) -> None:
    found = _read(tmp_path, f"{HEADER}{row}\n")

    assert [str(bad) for bad in found.bad] == []
    assert found.results == [ticket]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        pytest.param(
            ",2026-03-02T10:00,,,P1,", "3:id: the ticket has no id", id="a ticket without an id"
        ),
        pytest.param("T-2,2026-03-02T10:00", "3:row: 2 of 6 columns", id="a row that is cut off"),
        pytest.param(
            "T-2,,,,P1,",
            "3:opened_at: no instant ''; write like 2026-02-01T08:00:00Z",
            id="never opened",
        ),
        pytest.param(
            "T-2,2026-03-02,,,P1,",
            "3:opened_at: '2026-03-02' has no time of day; write like 2026-03-02T08:00",
            id="a day is no instant",
        ),
        pytest.param(
            "T-2,2026-03-29T02:30,,,P1,",
            "3:opened_at: '2026-03-29T02:30' did not exist in Europe/Berlin, where the clocks went forward; "
            "write it with its offset",
            id="a time that no clock showed",
        ),
        pytest.param(
            "T-2,2025-10-26T02:30,,,P1,",
            "3:opened_at: '2025-10-26T02:30' came twice in Europe/Berlin, where the clocks went back; "
            "write it with its offset",
            id="a time that the clocks showed twice",
        ),
        pytest.param(
            "T-2,2026-05-01T02:00:01,,,P1,",
            "3:opened_at: '2026-05-01T02:00:01' lies in the future: it is 2026-05-01T00:00:00Z now; "
            "correct the row, or the zone of its source",
            id="opened tomorrow",
        ),
        pytest.param(
            "T-2,0001-01-01T00:00,,,P1,",
            "3:opened_at: '0001-01-01T00:00' lies outside the calendar",
            id="before the calendar begins",
        ),
        pytest.param(
            "T-2,2026-03-02T10:00,2026-03-02T09:59,,P1,",
            "3:responded_at: '2026-03-02T09:59' is before the opening at 2026-03-02T10:00",
            id="answered before it was opened",
        ),
        pytest.param(
            "T-2,2026-03-02T10:00,,2026-03-02T09:59,P1,",
            "3:resolved_at: '2026-03-02T09:59' is before the opening at 2026-03-02T10:00",
            id="resolved before it was opened",
        ),
        pytest.param(
            "T-2,2026-03-02T10:00,,,P1,-5",
            "3:on_hold_min: '-5' is negative; a pause lasts 0 minutes or more",
            id="a negative pause",
        ),
        pytest.param(
            'T-2,2026-03-02T10:00,,,P1,"7,5"',
            "3:on_hold_min: '7,5' has a decimal comma; write 7.5",
            id="a decimal comma",
        ),
        pytest.param(
            "T-2,2026-03-02T10:00,,,P1,1h",
            "3:on_hold_min: '1h' is no number of minutes; write like 90 or 7.5",
            id="a pause in words",
        ),
        pytest.param(
            "T-2,2026-03-02T10:00,,2026-03-02T11:00,P1,61",
            "3:on_hold_min: a pause of 61 minutes is longer than the ticket was open",
            id="a pause longer than all of it",
        ),
        pytest.param(
            "T-1,2026-03-02T10:00,,,P1,",
            "3:id: 'T-1' stands otherwise in line 2",
            id="the same id twice with different content",
        ),
        pytest.param(
            "T-2,2026-03-02T10:00,,,P1,0,late",
            "3:row: the row has more cells than the header; a text with a comma in it needs quotes",
            id="a cell too many",
        ),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(tmp_path: Path, row: str, fault: str) -> None:
    found = _read(tmp_path, f"{HEADER}{GOOD}{row}\n")

    assert [str(bad) for bad in found.bad] == [fault]
    assert [ticket.ticket for ticket in found.results] == ["T-1"]


def test_all_faults_of_a_row_are_named(tmp_path: Path) -> None:
    found = _read(tmp_path, f"{HEADER},never,soon,later,P1,long\n")

    assert [row.column for row in found.bad] == [
        "opened_at", "responded_at", "resolved_at", "on_hold_min", "id",
    ]  # fmt: skip


def test_the_same_row_twice_is_one_ticket_told_twice(tmp_path: Path) -> None:
    found = _read(tmp_path, HEADER + GOOD + GOOD)

    assert found.bad == []
    assert found.results == [found.results[0]] * 2


@pytest.mark.parametrize(
    ("text", "encoding", "message"),
    [
        pytest.param(
            HEADER.replace(",", ";"),
            "utf-8",
            "1:3: cells are separated by semicolons; separate them by commas",
            id="another separator",
        ),
        pytest.param(
            HEADER.replace("opened_at,", ""),
            "utf-8",
            "1:opened_at: no such column; there are id, responded_at, resolved_at, priority, on_hold_min",
            id="a column is missing",
        ),
        pytest.param(
            f"{HEADER}Müll,,,,,\n",
            "latin-1",
            "2:2: byte FC is no UTF-8; in Latin-1 it would be 'ü'; save the file as CSV in UTF-8",
            id="another encoding",
        ),
        pytest.param("", "utf-8", "1:id: no such column; there are none", id="an empty file"),
    ],
)
def test_a_file_of_another_form_is_refused(
    tmp_path: Path, text: str, encoding: str, message: str
) -> None:
    with pytest.raises(LayoutError) as refused:
        _read(tmp_path, text, encoding=encoding)

    assert str(refused.value) == f"{tmp_path / 'tickets.csv'}:{message}"


SPANS = replace(
    LAYOUT,
    columns={
        "ticket": "id",
        "opened": "opened_at",
        "resolved": "resolved_at",
        "priority": "priority",
        "pauses": "waits",
        "priority_history": "history",
        "paused_minutes": "min",
    },
    priorities={"urgent": "P1", "normal": "P3"},
)
WIDE = "id,opened_at,resolved_at,priority,waits,history,min\n"


def _wide(tmp_path: Path, row: str, under: Literal["first", "last"] = "last") -> Reading[Ticket]:
    file = tmp_path / "tickets.csv"
    file.write_text(f"{WIDE}{row}\n", "utf-8")
    return read(file, replace(SPANS, under=under))


def test_pauses_are_spans_on_the_clock_of_the_zone(tmp_path: Path) -> None:
    waits = "2026-03-02T11:00/2026-03-02T12:00; 2026-03-02T16:00/2026-03-03T09:00"
    row = f"T-1,2026-03-02T10:00,2026-03-03T10:00,urgent,{waits},,"

    (ticket,) = _wide(tmp_path, row).results

    assert (ticket.paused_us, ticket.pauses) == (
        0,
        (
            (_at("2026-03-02T10:00Z"), _at("2026-03-02T11:00Z")),
            (_at("2026-03-02T15:00Z"), _at("2026-03-03T08:00Z")),
        ),
    )


@pytest.mark.parametrize(
    ("under", "priority"),
    [
        pytest.param("first", "P3", id="judged as it was opened"),
        pytest.param("last", "P1", id="judged as it became"),
    ],
)
def test_a_changed_priority_is_kept_with_its_history(
    tmp_path: Path, under: Literal["first", "last"], priority: str
) -> None:
    row = "T-1,2026-03-02T10:00,,urgent,,normal; urgent@2026-03-02T12:00,"

    (ticket,) = _wide(tmp_path, row, under).results

    assert ticket.priority == priority
    assert ticket.priorities == (
        (_at("2026-03-02T09:00Z"), "P3"),
        (_at("2026-03-02T11:00Z"), "P1"),
    )


def test_a_priority_that_never_changed_has_no_history(tmp_path: Path) -> None:
    (ticket,) = _wide(tmp_path, "T-1,2026-03-02T10:00,,normal,,normal,").results

    assert (ticket.priority, ticket.priorities) == ("P3", ())


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        pytest.param(
            "high,,,", "priority: 'high' is none of urgent, normal", id="a word of no priority"
        ),
        pytest.param(
            "urgent,2026-03-02T11:00,,",
            "waits: '2026-03-02T11:00' is no span; write like 2026-03-02T10:00/2026-03-02T11:30",
            id="a pause without an end",
        ),
        pytest.param(
            "urgent,2026-03-02T12:00/2026-03-02T11:00,,",
            "waits: the pause '2026-03-02T12:00/2026-03-02T11:00' ends before it begins",
            id="a pause that runs backwards",
        ),
        pytest.param(
            "urgent,2026-03-02T11:00/2026-03-02T13:00;2026-03-02T12:00/2026-03-02T14:00,,",
            "waits: the pause '2026-03-02T12:00/2026-03-02T14:00' begins before the one before it has ended",
            id="pauses that overlap",
        ),
        pytest.param(
            "urgent,2026-03-02T09:00/2026-03-02T11:00,,",
            "waits: a pause lies before the opening or after the solution",
            id="a pause before the opening",
        ),
        pytest.param(
            "urgent,2026-03-02T11:00/2026-03-02T12:00,,60",
            "waits: pauses stand here as spans and as minutes: leave one out",
            id="pauses told in two ways",
        ),
        pytest.param(
            "normal,,normal;urgent@2026-03-02T12:00,",
            "history: the priority was 'P1' last, and 'P3' stands for it",
            id="a history that ends otherwise",
        ),
        pytest.param(
            "urgent,,normal;urgent@2026-03-02T09:00,",
            "history: 'urgent@2026-03-02T09:00' is before what stands before it",
            id="a change before the opening",
        ),
        pytest.param(
            "urgent,,normal;urgent,",
            "history: 'urgent' does not say since when; write like P1@2026-03-02T12:00",
            id="a change at no instant",
        ),
    ],
)
def test_pauses_and_priorities_that_cannot_be_read_are_refused(
    tmp_path: Path, cells: str, fault: str
) -> None:
    found = _wide(tmp_path, f"T-1,2026-03-02T10:00,2026-03-02T15:00,{cells}")

    assert [str(bad) for bad in found.bad] == [f"2:{fault}"]
