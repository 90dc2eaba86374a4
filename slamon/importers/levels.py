"""Read a CSV file of numbers read off at instants as an `imports` record of the catalogue describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from slamon.app.imports import Level
from slamon.importers.cells import CellError, instant, number
from slamon.importers.rows import BadRow, Cells, Reading, cell, read_rows


@dataclass(frozen=True)
class Layout:
    """The names of the columns `at` and `value`; local times are those of `tz`, none may be later than `now` (µs)."""

    columns: Mapping[str, str]
    tz: str | None
    now: int


def read(
    path: Path, layout: Layout, progress: Callable[[int], None] = lambda _: None
) -> Reading[Level]:
    """Read all numbers; nothing is recorded here. A date alone is its beginning.

    Raises:
        LayoutError: it is no CSV in UTF-8, or a column that the layout names is not in it.
        OSError: the file cannot be read.

    """
    lines: dict[int, tuple[Level, int]] = {}
    return read_rows(path, layout.columns.values(), partial(_read, layout, lines), progress)


def _read(
    layout: Layout, lines: dict[int, tuple[Level, int]], line: int, cells: Cells
) -> Level | list[BadRow]:
    if bad := list(_faults(layout, line, cells)):
        return bad
    text = cell(cells, layout.columns["at"])
    value = number(cell(cells, layout.columns["value"]))
    level = Level(instant(text, layout.tz, layout.now), value)
    before, where = lines.setdefault(level.at, (level, line))
    if before != level:
        message = f"{text!r} has another value in line {where}"
        return [BadRow(line, layout.columns["at"], message, dict(cells))]
    return level


def _faults(layout: Layout, line: int, cells: Cells) -> Iterator[BadRow]:
    reads: dict[str, Callable[[str], object]] = {
        "at": partial(instant, tz=layout.tz, now=layout.now),
        "value": number,
    }
    for role, read_cell in reads.items():
        column = layout.columns[role]
        try:
            read_cell(cell(cells, column))
        except CellError as wrong:
            yield BadRow(line, column, str(wrong), dict(cells))
