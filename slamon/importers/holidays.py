"""Read a list of holidays from a CSV file: a day, its name, and whether it is confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, cast

from slamon.importers.cells import CellError, day
from slamon.importers.rows import BadRow, Cells, Reading, cell, read_rows

Status = Literal["confirmed", "derived", "to_confirm"]

STATUSES: tuple[Status, ...] = ("confirmed", "derived", "to_confirm")
COLUMNS = ("date", "name")


class HolidayRow(NamedTuple):
    """A holiday of a list; its name in English, French and Spanish."""

    line: int
    date: date
    names: tuple[str, str, str]
    status: Status


def read(path: Path, progress: Callable[[int], None] = lambda _: None) -> Reading[HolidayRow]:
    """Read all days; nothing is recorded here. Without a status a day is confirmed.

    `name_fr` and `name_es` may stand beside `name`, which else is the name in every language.

    Raises:
        LayoutError: it is no CSV in UTF-8 with commas, or a column is not in it.
        OSError: the file cannot be read.

    """
    lines: dict[date, int] = {}
    return read_rows(path, COLUMNS, partial(_read, lines), progress)


def _read(lines: dict[date, int], line: int, cells: Cells) -> HolidayRow | list[BadRow]:
    if bad := [BadRow(line, *fault, dict(cells)) for fault in _faults(cells)]:
        return bad
    at, name = day(cell(cells, "date")), cell(cells, "name")
    if lines.setdefault(at, line) != line:
        said = f"{at} stands in line {lines[at]} already"
        return [BadRow(line, "date", said, dict(cells))]
    names = (name, cell(cells, "name_fr") or name, cell(cells, "name_es") or name)
    return HolidayRow(line, at, names, cast("Status", cell(cells, "status") or "confirmed"))


def _faults(cells: Cells) -> Iterator[tuple[str, str]]:
    try:
        day(cell(cells, "date"))
    except CellError as wrong:
        yield "date", str(wrong)
    if not cell(cells, "name"):
        yield "name", "the day has no name"
    status = cell(cells, "status")
    if status and status not in STATUSES:
        yield "status", f"{status!r} is none of {', '.join(STATUSES)}"
