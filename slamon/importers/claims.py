"""Read a provider's log of its own downtime as an `imports` record of the catalogue describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from slamon.app.imports import Claim
from slamon.importers.cells import CellError, moment
from slamon.importers.rows import BadRow, Cells, Reading, cell, read_rows


@dataclass(frozen=True)
class Layout:
    """Which column says what (`start`, `end`, `cause`, `service`), and which service a word stands for.

    `service_of` is asked for every row, also where no column names a service. Local times are of `tz`; nothing may
    be later than `now` (µs).
    """

    columns: Mapping[str, str]
    tz: str | None
    service_of: Callable[[str], str | None]
    services: frozenset[str]
    now: int


def read(
    path: Path, layout: Layout, progress: Callable[[int], None] = lambda _: None
) -> Reading[Claim]:
    """Read all claims; nothing is recorded here.

    Raises:
        LayoutError: it is no CSV in UTF-8 with commas, or a column that the layout names is not in it.
        OSError: the file cannot be read.

    """
    lines: dict[tuple[str, int], tuple[Claim, int]] = {}
    return read_rows(path, layout.columns.values(), partial(_read, layout, lines), progress)


def _read(
    layout: Layout,
    lines: dict[tuple[str, int], tuple[Claim, int]],
    line: int,
    cells: Cells,
) -> Claim | list[BadRow]:
    text = {role: cell(cells, column) for role, column in layout.columns.items()}

    def bad(role: str, message: str) -> BadRow:
        return BadRow(line, layout.columns.get(role, role), message, dict(cells))

    service = layout.service_of(text.get("service", ""))
    if faults := [bad(role, said) for role, said in _faults(layout, text, service)]:
        return faults
    begin, end = (moment(text[role], layout.tz, layout.now) for role in ("start", "end"))
    if end <= begin:
        return [bad("end", f"{text['end']!r} is not after the start at {text['start']}")]
    claim = Claim(service or "", begin, end, text.get("cause", ""))
    before, where = lines.setdefault((claim.service, begin), (claim, line))
    if before != claim:
        return [bad("start", f"{text['start']!r} stands otherwise in line {where}")]
    return claim


def _faults(
    layout: Layout, text: Mapping[str, str], service: str | None
) -> Iterator[tuple[str, str]]:
    for role in ("start", "end"):
        try:
            moment(text[role], layout.tz, layout.now)
        except CellError as wrong:
            yield role, str(wrong)
    if service is None:
        yield "service", f"{text.get('service', '')!r} stands for no service"
    elif service not in layout.services:
        yield "service", f"the catalogue has no service {service!r}"
