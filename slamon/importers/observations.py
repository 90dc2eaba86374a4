"""Read a CSV file of observations as an `imports` record of the catalogue describes it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from catalogue.instants import InstantError, parse_instant
from probes.outcome import Outcome
from slamon.app.imports import File, Result

MS = 1_000
BEYOND: Any = None  # the name under which the csv module gives cells behind the last column
LATENCY = re.compile(r"[0-9]{1,9}")  # a week and a half at most
OURS = ("line", "reason")


@dataclass(frozen=True)
class Layout:
    """What the columns of the file mean: role → column name, value → outcome, and how a row names its service.

    `service_of` leads from a row's word to the id it stands for, which must be one of `services`.
    """

    columns: Mapping[str, str]
    values: Mapping[str, str]
    tz: str | None
    source: str
    service_of: Callable[[str], str | None]
    services: frozenset[str]


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read: its line in the file, the column, and why."""

    line: int
    column: str
    message: str
    cells: Mapping[str, str]

    def __str__(self) -> str:
        """One line for people, to be put behind the name of the file."""
        return f"{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True)
class Reading:
    """What a file holds."""

    file: File
    results: Sequence[Result]
    bad: Sequence[BadRow]
    header: Sequence[str] = field(default_factory=tuple)


class LayoutError(Exception):
    """The file is not of the layout that the catalogue says."""


def read(path: Path, layout: Layout, progress: Callable[[int], None] = lambda _: None) -> Reading:
    """Read all rows; nothing is recorded here.

    Raises:
        LayoutError: it is no CSV in UTF-8, or a column that the layout names is not in it.
        OSError: the file cannot be read.

    """
    content = path.read_bytes()
    rows = csv.DictReader(StringIO(_decoded(path, content), newline=""))
    results: list[Result] = []
    bad: list[BadRow] = []
    try:
        header = _header(path, rows, layout)
        for number, cells in enumerate(rows, 1):
            bad.extend(_read_row(rows.line_num, cells, layout, results))
            if number % 500 == 0:
                progress(number)
    except csv.Error as wrong:
        message = f"{path}:{rows.line_num + 1}: not CSV: {wrong}"
        raise LayoutError(message) from None
    progress(len(results) + len({row.line for row in bad}))
    return Reading(File(path.name, sha256(content).hexdigest()), results, bad, header)


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        message = f"{path}:{line}: not text in UTF-8"
        raise LayoutError(message) from None


def _header(path: Path, rows: csv.DictReader[str], layout: Layout) -> tuple[str, ...]:
    header = tuple(rows.fieldnames or ())
    if missing := sorted(set(layout.columns.values()) - set(header)):
        message = f"{path}:1: no column {missing[0]!r}; there are {', '.join(header) or 'none'}"
        raise LayoutError(message)
    return header


def _read_row(
    line: int, cells: Mapping[str, str], layout: Layout, results: list[Result]
) -> Iterator[BadRow]:
    """Append the row's result, or yield every reason why it has none."""
    bad = list(_faults(line, cells, layout))
    if bad:
        yield from bad
        return
    columns = layout.columns
    service = layout.service_of(_cell(cells, columns.get("service"))) or ""
    latency = _cell(cells, columns.get("latency_ms"))
    results.append(
        Result(
            f"{layout.source}/{service}",
            parse_instant(_cell(cells, columns["observed_at"]), layout.tz),
            Outcome[layout.values[_cell(cells, columns["outcome"])].upper()],
            int(latency) * MS if latency else None,
        )
    )


def _faults(line: int, cells: Mapping[str, str], layout: Layout) -> Iterator[BadRow]:
    def fault(role: str, message: str) -> BadRow:
        return BadRow(line, layout.columns.get(role, role), message, dict(cells))

    if BEYOND in cells:
        yield fault("row", "the row has more cells than the header")
    at = _cell(cells, layout.columns["observed_at"])
    try:
        parse_instant(at, layout.tz)
    except InstantError as wrong:
        yield fault("observed_at", str(wrong))
    value = _cell(cells, layout.columns["outcome"])
    if value not in layout.values:
        yield fault("outcome", f"{value!r} is none of {', '.join(layout.values)}")
    if said := _no_service(_cell(cells, layout.columns.get("service")), layout):
        yield fault("service", said)
    latency = _cell(cells, layout.columns.get("latency_ms"))
    if latency and not LATENCY.fullmatch(latency):
        yield fault("latency_ms", f"{latency!r} is not a whole number of milliseconds")


def _no_service(word: str, layout: Layout) -> str | None:
    service = layout.service_of(word)
    if service is None:
        return f"{word!r} stands for no service"
    if service not in layout.services:
        meant = "" if service == word else f", for which {word!r} stands"
        return f"the catalogue has no service {service!r}{meant}"
    return None


def _cell(cells: Mapping[str, str], column: str | None) -> str:
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
