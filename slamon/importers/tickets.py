"""Read a CSV file of tickets as an `imports` record of the catalogue describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from slamon.app.imports import Ticket
from slamon.importers.cells import CellError, minutes, moment, optional
from slamon.importers.rows import BadRow, Cells, Reading, cell, read_rows

V = TypeVar("V")


@dataclass(frozen=True)
class Layout:
    """Which column says what: role → column name; local times are of `tz`, nothing may be later than `now` (µs)."""

    columns: Mapping[str, str]
    tz: str | None
    now: int


def read(
    path: Path, layout: Layout, progress: Callable[[int], None] = lambda _: None
) -> Reading[Ticket]:
    """Read all tickets; nothing is recorded here. An empty answer or solution has not come yet.

    Raises:
        LayoutError: it is no CSV in UTF-8, or a column that the layout names is not in it.
        OSError: the file cannot be read.

    """
    lines: dict[str, tuple[Ticket, int]] = {}
    return read_rows(path, layout.columns.values(), partial(_read, layout, lines), progress)


def _read(
    layout: Layout, lines: dict[str, tuple[Ticket, int]], line: int, cells: Cells
) -> Ticket | list[BadRow]:
    row = _Row(layout, line, cells)
    ticket = row.ticket()
    if ticket is None:
        return row.bad
    before, where = lines.setdefault(ticket.ticket, (ticket, line))
    if before != ticket:
        row.refuse("ticket", f"{ticket.ticket!r} stands otherwise in line {where}")
    return row.bad or ticket


@dataclass
class _Row:
    """One row while it is read: every fault is noted, not only the first."""

    layout: Layout
    line: int
    cells: Cells
    bad: list[BadRow] = field(default_factory=list)

    def ticket(self) -> Ticket | None:
        """The ticket; None where the row has faults."""
        at = partial(moment, tz=self.layout.tz, now=self.layout.now)
        opened = self._taken("opened", at)
        responded = self._taken("first_response", partial(optional, at))
        resolved = self._taken("resolved", partial(optional, at))
        paused = self._taken("paused_minutes", partial(optional, minutes))
        name = self._text("ticket")
        if not name:
            self.refuse("ticket", "the ticket has no id")
        if self.bad or opened is None:
            return None
        found = Ticket(name, opened, responded, resolved, self._text("priority"), paused or 0)
        self._in_order(found)
        return None if self.bad else found

    def _in_order(self, ticket: Ticket) -> None:
        for role, at in (("first_response", ticket.responded), ("resolved", ticket.resolved)):
            if at is not None and at < ticket.opened:
                opening = self._text("opened")
                self.refuse(role, f"{self._text(role)!r} is before the opening at {opening}")
        if ticket.resolved is not None and ticket.paused_us > ticket.resolved - ticket.opened >= 0:
            paused = self._text("paused_minutes")
            said = f"a pause of {paused} minutes is longer than the ticket was open"
            self.refuse("paused_minutes", said)

    def _taken(self, role: str, read: Callable[[str], V]) -> V | None:
        try:
            return read(self._text(role))
        except CellError as wrong:
            self.refuse(role, str(wrong))
            return None

    def _text(self, role: str) -> str:
        return cell(self.cells, self.layout.columns.get(role))

    def refuse(self, role: str, message: str) -> None:
        """Note a fault in the column of a role."""
        column = self.layout.columns.get(role, role)
        self.bad.append(BadRow(self.line, column, message, dict(self.cells)))
