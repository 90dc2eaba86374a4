"""Read a CSV file of observations as an `imports` record of the catalogue describes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from catalogue.instants import parse_instant
from probes.outcome import Outcome
from slamon.app.imports import Result
from slamon.importers.cells import CellError, instant
from slamon.importers.rows import BadRow, Cells, Reading, cell, read_rows

MS = 1_000
LATENCY = re.compile(r"[0-9]{1,9}")  # a week and a half at most


@dataclass(frozen=True)
class Layout:
    """What the columns of the file mean: role → column name, value → outcome, and how a row names its service.

    `service_of` leads from a row's word to the id it stands for, which must be one of `services`. Nothing can have
    been observed after `now` (µs).
    """

    columns: Mapping[str, str]
    values: Mapping[str, str]
    tz: str | None
    source: str
    service_of: Callable[[str], str | None]
    services: frozenset[str]
    now: int


def read(
    path: Path, layout: Layout, progress: Callable[[int], None] = lambda _: None
) -> Reading[Result]:
    """Read all rows; nothing is recorded here.

    Raises:
        LayoutError: it is no CSV in UTF-8, or a column that the layout names is not in it.
        OSError: the file cannot be read.

    """
    return read_rows(path, layout.columns.values(), partial(_read_row, layout), progress)


def _read_row(layout: Layout, line: int, cells: Cells) -> Result | list[BadRow]:
    """The row's result, or every reason why it has none."""
    if bad := list(_faults(line, cells, layout)):
        return bad
    columns = layout.columns
    service = layout.service_of(cell(cells, columns.get("service"))) or ""
    latency = cell(cells, columns.get("latency_ms"))
    return Result(
        f"{layout.source}/{service}",
        parse_instant(cell(cells, columns["observed_at"]), layout.tz),
        Outcome[layout.values[cell(cells, columns["outcome"])].upper()],
        int(latency) * MS if latency else None,
    )


def _faults(line: int, cells: Cells, layout: Layout) -> Iterator[BadRow]:
    def fault(role: str, message: str) -> BadRow:
        return BadRow(line, layout.columns.get(role, role), message, dict(cells))

    if said := _no_instant(cell(cells, layout.columns["observed_at"]), layout):
        yield fault("observed_at", said)
    value = cell(cells, layout.columns["outcome"])
    if value not in layout.values:
        yield fault("outcome", f"{value!r} is none of {', '.join(layout.values)}")
    if said := _no_service(cell(cells, layout.columns.get("service")), layout):
        yield fault("service", said)
    latency = cell(cells, layout.columns.get("latency_ms"))
    if latency and not LATENCY.fullmatch(latency):
        yield fault("latency_ms", f"{latency!r} is not a whole number of milliseconds")


def _no_instant(text: str, layout: Layout) -> str | None:
    try:
        instant(text, layout.tz, layout.now)
    except CellError as wrong:
        return str(wrong)
    return None


def _no_service(word: str, layout: Layout) -> str | None:
    service = layout.service_of(word)
    if service is None:
        return f"{word!r} stands for no service"
    if service not in layout.services:
        meant = "" if service == word else f", for which {word!r} stands"
        return f"the catalogue has no service {service!r}{meant}"
    return None
