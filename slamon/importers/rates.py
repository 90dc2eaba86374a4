"""Read a CSV list of exchange rates: a currency, units of it for one US dollar, and the day from which that holds.

Lists name every country, so a currency may stand in several rows; a mid-month revision lists only what changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from slamon.importers.cells import CellError, day, number
from slamon.importers.rows import BadRow, Cells, Reading, cell, read_rows

COLUMNS: Mapping[str, str] = {
    "currency": "currency",
    "per_usd": "per_usd",
    "effective": "effective",
}
DOLLAR = "USD"


class RateRow(NamedTuple):
    """A rate of a list; its number as typed."""

    line: int
    currency: str
    per_usd: str
    effective: date


def read(
    path: Path,
    columns: Mapping[str, str] = COLUMNS,
    progress: Callable[[int], None] = lambda _: None,
) -> Reading[RateRow]:
    """Read all rates; nothing is recorded here. The dollar itself is among them.

    Raises:
        LayoutError: it is no CSV in UTF-8 with commas, or a column is not in it.
        OSError: the file cannot be read.

    """
    seen: dict[tuple[str, date], RateRow] = {}
    return read_rows(path, columns.values(), partial(_read, columns, seen), progress)


def _read(
    columns: Mapping[str, str],
    seen: dict[tuple[str, date], RateRow],
    line: int,
    cells: Cells,
) -> RateRow | list[BadRow]:
    if bad := list(_faults(columns, line, cells)):
        return bad
    text = {role: cell(cells, column) for role, column in columns.items()}
    row = RateRow(line, text["currency"], text["per_usd"], day(text["effective"]))
    first = seen.setdefault((row.currency, row.effective), row)
    if Decimal(first.per_usd) != Decimal(row.per_usd):
        said = f"{row.currency} of {row.effective} is {first.per_usd} in line {first.line}"
        return [BadRow(line, columns["per_usd"], said, dict(cells))]
    return row


def _faults(columns: Mapping[str, str], line: int, cells: Cells) -> Iterator[BadRow]:
    reads: dict[str, Callable[[str], object]] = {
        "currency": _currency,
        "per_usd": partial(_rate, dollar=cell(cells, columns["currency"]) == DOLLAR),
        "effective": day,
    }
    for role, read_cell in reads.items():
        try:
            read_cell(cell(cells, columns[role]))
        except CellError as wrong:
            yield BadRow(line, columns[role], str(wrong), dict(cells))


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        message = f"{text!r} is no code of a currency; write like EUR"
        raise CellError(message)
    return text


def _rate(text: str, *, dollar: bool) -> str:
    rate = Decimal(number(text))
    if rate <= 0:
        message = f"{text!r} is no rate: units of a currency for one dollar are more than 0"
        raise CellError(message)
    if dollar and rate != 1:
        message = f"one dollar is {text} dollars: rates are units for one dollar"
        raise CellError(message)
    return text
