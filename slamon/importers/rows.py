"""Rows of a CSV file: each one read whole or refused with its line, its columns and the reasons."""

from __future__ import annotations

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, Generic, TypeVar

from slamon.app.imports import File

R = TypeVar("R")
Cells = Mapping[str, str]

OURS = ("line", "reason")
BEYOND: Any = None  # the name under which the csv module gives cells behind the last column
TICK = 500  # rows between two signs of progress
SNIFFED = 1_024  # bytes in which UTF-16 without a mark shows itself
SAVE_AS = "save the file as CSV in UTF-8"
NAMES_OF = {";": "semicolons", "\t": "tabs", "|": "bars"}


class LayoutError(Exception):
    """The file is not of the layout that the catalogue says."""


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read: its line in the file, the column, and why."""

    line: int
    column: str
    message: str
    cells: Cells

    def __str__(self) -> str:
        """One line for people, to be put behind the name of the file."""
        return f"{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True)
class Reading(Generic[R]):
    """What a file holds."""

    file: File
    results: Sequence[R]
    bad: Sequence[BadRow]
    header: Sequence[str] = field(default_factory=tuple)


Read = Callable[[int, Cells], "R | list[BadRow]"]
"""Reads the cells of the row that ends at a line, or says everything that is wrong with it."""


def read_rows(
    path: Path, columns: Iterable[str], read: Read[R], progress: Callable[[int], None]
) -> Reading[R]:
    """Read all rows of a file that has the columns; nothing is recorded here.

    Raises:
        LayoutError: it is no CSV in UTF-8 with commas, or one of the columns is not in it.
        OSError: the file cannot be read.

    """
    content = path.read_bytes()
    rows = csv.DictReader(StringIO(decoded(path, content), newline=""))
    found: list[R] = []
    bad: list[BadRow] = []
    try:
        header = _header(path, rows, columns)
        for number, cells in enumerate(rows, 1):
            row = _misfit(rows.line_num, cells, len(header)) or read(rows.line_num, cells)
            if isinstance(row, list):
                bad += row
            else:
                found.append(row)
            if number % TICK == 0:
                progress(number)
    except csv.Error as wrong:
        message = f"{path}:{rows.line_num + 1}: not CSV: {wrong}"
        raise LayoutError(message) from None
    progress(len(found) + len({row.line for row in bad}))
    return Reading(File(path.name, sha256(content).hexdigest()), found, bad, header)


def decoded(path: Path, content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte-order mark.

    Raises:
        LayoutError: it is in another encoding.

    """
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0" in content[:SNIFFED]:
        message = f"{path}:1:1: the text is in UTF-16; {SAVE_AS}"
        raise LayoutError(message)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        begin = content.rfind(b"\n", 0, wrong.start) + 1
        line = content.count(b"\n", 0, begin) + 1
        column = len(content[begin : wrong.start].decode("utf-8-sig")) + 1
        byte = content[wrong.start]
        said = f"byte {byte:02X} is no UTF-8; in Latin-1 it would be {chr(byte)!r}"
        message = f"{path}:{line}:{column}: {said}; {SAVE_AS}"
        raise LayoutError(message) from None


def _header(path: Path, rows: csv.DictReader[str], columns: Iterable[str]) -> tuple[str, ...]:
    header = tuple(rows.fieldnames or ())
    wanted = set(columns)
    if missing := sorted(wanted - set(header)):
        if other := _other_delimiter(header, wanted):
            column = header[0].index(other) + 1
            said = f"cells are separated by {NAMES_OF[other]}; separate them by commas"
            message = f"{path}:1:{column}: {said}"
            raise LayoutError(message)
        message = f"{path}:1:{missing[0]}: no such column; there are {', '.join(header) or 'none'}"
        raise LayoutError(message)
    return header


def _other_delimiter(header: Sequence[str], wanted: AbstractSet[str]) -> str | None:
    """What the header is separated by, where it has the columns but no commas between them."""
    alone = header[0] if len(header) == 1 else ""
    return next(
        (each for each in NAMES_OF if each in alone and wanted & set(alone.split(each))), None
    )


def _misfit(line: int, cells: Mapping[str, str | None], columns: int) -> list[BadRow]:
    """A row that is cut off, or has a separator too many: its cells may belong to other columns."""
    if BEYOND in cells:
        said = "the row has more cells than the header; a text with a comma in it needs quotes"
    elif missing := sum(cell is None for cell in cells.values()):
        said = f"{columns - missing} of {columns} columns"
    else:
        return []
    return [BadRow(line, "row", said, {name: cell or "" for name, cell in cells.items()})]


def cell(cells: Cells, column: str | None) -> str:
    """The text of a cell without blanks around it; nothing where there is no such column."""
    return (cells.get(column) or "").strip() if column else ""


def write_rejects(path: Path, header: Sequence[str], bad: Sequence[BadRow]) -> None:
    """Write the rows that could not be read, each with its reason, so that they can be mended and imported."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        own = [name for name in header if name not in OURS]
        writer.writerow([*own, *OURS])
        for row in _by_line(bad):
            reasons = "; ".join(f"{each.column}: {each.message}" for each in row)
            cells = row[0].cells
            writer.writerow([*(cells.get(name, "") for name in own), row[0].line, reasons])


def _by_line(bad: Sequence[BadRow]) -> Iterator[list[BadRow]]:
    lines: dict[int, list[BadRow]] = {}
    for row in bad:
        lines.setdefault(row.line, []).append(row)
    yield from lines.values()
