"""Files of levels: each row an exact number at an instant, or faults with their line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.instants import parse_instant
from slamon.app.imports import Level
from slamon.importers.levels import Layout, read
from slamon.importers.rows import LayoutError, Reading

LAYOUT = Layout(
    columns={"at": "day", "value": "days_used"},
    tz="Europe/Berlin",
    now=parse_instant("2026-05-01T00:00:00Z"),
)
HEADER = "day,days_used\n"


def _read(tmp_path: Path, text: str) -> Reading[Level]:
    file = tmp_path / "levels.csv"
    file.write_text(text, "utf-8")
    return read(file, LAYOUT)


@pytest.mark.parametrize(
    ("row", "level"),
    [
        pytest.param(
            "2026-03-02T10:00,4.50",
            Level(parse_instant("2026-03-02T09:00Z"), "4.50"),
            id="a time in the zone of the record; the number as typed",
        ),
        pytest.param(
            "2026-03-02,-1",
            Level(parse_instant("2026-03-01T23:00Z"), "-1"),
            id="a day is its beginning; a number may be negative",
        ),
        pytest.param(
            "2026-03-02T10:00Z,0.000000000000000001",
            Level(parse_instant("2026-03-02T10:00Z"), "0.000000000000000001"),
            id="a number that is exact to the last digit",
        ),
    ],
)
def test_a_row_is_a_number_at_an_instant(tmp_path: Path, row: str, level: Level) -> None:
    found = _read(tmp_path, f"{HEADER}{row}\n")

    assert [str(bad) for bad in found.bad] == []
    assert found.results == [level]


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        pytest.param(
            '2026-03-02T10:00,"4,5"',
            ["3:days_used: '4,5' has a decimal comma; write 4.5"],
            id="a decimal comma",
        ),
        pytest.param("2026-03-02T10:00", ["3:row: 1 of 2 columns"], id="a row that is cut off"),
        pytest.param(
            "2026-03-02T10:00,many",
            ["3:days_used: 'many' is no decimal number; write like 20 or 4.5"],
            id="a word",
        ),
        pytest.param(
            "2026-03-02T10:00,1e3",
            ["3:days_used: '1e3' is no decimal number; write like 20 or 4.5"],
            id="a number in the notation of programs",
        ),
        pytest.param(
            "2026-03-29T02:30,1",
            [
                (
                    "3:day: '2026-03-29T02:30' did not exist in Europe/Berlin, where the clocks went forward; "
                    "write it with its offset"
                )
            ],
            id="a time that no clock showed",
        ),
        pytest.param(
            "2026-06-01,1",
            [
                (
                    "3:day: '2026-06-01' lies in the future: it is 2026-05-01T00:00:00Z now; "
                    "correct the row, or the zone of its source"
                )
            ],
            id="tomorrow's number",
        ),
        pytest.param(
            "2026-03-01,3",
            ["3:day: '2026-03-01' has another value in line 2"],
            id="two numbers at one instant",
        ),
        pytest.param(
            "soon,",
            [
                "3:day: no instant 'soon'; write like 2026-02-01T08:00:00Z",
                "3:days_used: '' is no decimal number; write like 20 or 4.5",
            ],
            id="both cells",
        ),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(tmp_path: Path, row: str, faults: list[str]) -> None:
    found = _read(tmp_path, f"{HEADER}2026-03-01,2\n{row}\n")

    assert [str(bad) for bad in found.bad] == faults
    assert len(found.results) == 1


def test_a_file_without_the_columns_of_the_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match=r"1:days_used: no such column; there are day, used$"):
        _read(tmp_path, "day,used\n")
