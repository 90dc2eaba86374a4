"""Read a price list: a CSV file of lines, or YAML as a tariff is written in documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from pydantic import JsonValue, TypeAdapter, ValidationError

from catalogue.faults import faults_of
from catalogue.pages import read_page
from catalogue.problems import DocumentsRefused, closest, problem_at
from catalogue.tariffs import Tariff
from catalogue.values import Amount, Duration
from slamon.app.imports import File
from slamon.importers.cells import CellError
from slamon.importers.rows import BadRow, Cells, Reading, cell, read_rows

Prices = dict[str, JsonValue]

COLUMNS = ("offering", "price_type", "charge_period", "unit", "amount")
PRICE_TYPES = ("recurring", "usage", "one_time")
STATED = (
    "list_kind", "currency", "valid_for", "supersedes", "budget_line", "lines", "surcharges", "de_minimis",
)  # fmt: skip
"""What a price list says of a tariff; all else was stated when it was requested."""

_AMOUNT = TypeAdapter[object](Amount)
_DURATION = TypeAdapter[object](Duration)


@dataclass(frozen=True)
class Terms:
    """What a CSV file of lines cannot say: the kind of list, its currency (ISO 4217), the days it holds."""

    list_kind: str
    currency: str
    begin: str
    end: str | None


def read_lines(path: Path, terms: Terms, offerings: frozenset[str]) -> Reading[Prices]:
    """Read a CSV file with a line for each price; amounts are exact decimals.

    Raises:
        LayoutError: it is no CSV in UTF-8, or a column is not in it.
        OSError: the file cannot be read.

    """
    found = read_rows(path, COLUMNS, partial(_line, offerings), lambda _: None)
    lines = [{"id": f"t{n}", **line} for n, line in enumerate(found.results, 1)]
    prices: Prices = {
        "list_kind": terms.list_kind,
        "currency": terms.currency,
        "valid_for": {"from": terms.begin, "to": terms.end},
        "lines": [*lines],
    }
    return Reading(found.file, [prices], found.bad, found.header)


def read_document(path: Path, stated: Mapping[str, JsonValue]) -> tuple[File, Prices]:
    """Read YAML with the fields of a tariff that a price list states; `stated` is the tariff that was requested.

    Raises:
        DocumentsRefused: with every fault, each at its line and column.
        OSError: the file cannot be read.

    """
    content = path.read_bytes()
    page, faults = read_page(path, str(path))
    data = page.data if isinstance(page.data, dict) else {}
    raw: Prices = {**stated, "status": "received", **data}
    found = list(faults)
    for name in data:
        if name not in STATED and data[name] != stated.get(name):
            said = f'"{name}" is not what a price list states; it has {", ".join(STATED)}'
            found.append(problem_at(page.at_key((name,)), said))
    try:
        Tariff.model_validate_json(json.dumps(raw))
    except ValidationError as refused:
        told = {(each.line, each.column) for each in found}
        faults = tuple(faults_of(refused, Tariff, page, (), raw))
        found += [each for each in faults if (each.line, each.column) not in told]
    if found:
        raise DocumentsRefused(found)
    prices = {name: value for name, value in data.items() if name in STATED}
    return File(path.name, sha256(content).hexdigest()), prices


def _line(offerings: frozenset[str], line: int, cells: Cells) -> Prices | list[BadRow]:
    bad = []
    for column, read in _reads(offerings).items():
        try:
            read(cell(cells, column))
        except CellError as wrong:
            bad.append(BadRow(line, column, str(wrong), dict(cells)))
    if bad:
        return bad
    return {name: text for name in COLUMNS if (text := cell(cells, name))}


def _reads(offerings: frozenset[str]) -> Mapping[str, Callable[[str], None]]:
    return {
        "offering": partial(_known, offerings, "offering"),
        "price_type": partial(_known, frozenset(PRICE_TYPES), "price type"),
        "charge_period": partial(_valid, _DURATION, "duration like P1M", empty=True),
        "unit": partial(_known, None, "unit"),
        "amount": partial(_valid, _AMOUNT, "amount like 46.00"),
    }


def _known(names: frozenset[str] | None, what: str, text: str) -> None:
    if not text:
        message = f"a price needs its {what}"
        raise CellError(message)
    if names is not None and text not in names:
        near = closest(text, names)
        meant = f"; did you mean {near}?" if near else f"; there are {', '.join(sorted(names))}"
        message = f"{text!r} is no {what}{meant}"
        raise CellError(message)


def _valid(kind: TypeAdapter[object], what: str, text: str, *, empty: bool = False) -> None:
    if empty and not text:
        return
    try:
        kind.validate_python(text)
    except ValidationError as wrong:
        said = "; ".join(each["msg"] for each in wrong.errors())
        message = f"{said}; write an {what}" if what.startswith("a") else f"{said}; write a {what}"
        raise CellError(message) from None
