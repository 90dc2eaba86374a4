"""Read a CSV file of tickets as an `imports` record of the catalogue describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from slamon.app.imports import Ticket
from slamon.importers.cells import CellError, minutes, moment, optional
from slamon.importers.rows import BadRow, Cells, Reading, cell, read_rows

V = TypeVar("V")
Span = tuple[int, int]
History = tuple[tuple[int, str], ...]
Instant = Callable[[str], int]


@dataclass(frozen=True)
class Layout:
    """Which column says what: role → column name; local times are of `tz`, nothing may be later than `now` (µs).

    `priorities` leads from words of the file to those of the agreement; where it is empty they are the same. Of a
    ticket whose priority changed `under` says by which one it is judged.
    """

    columns: Mapping[str, str]
    tz: str | None
    now: int
    priorities: Mapping[str, str] = field(default_factory=dict)
    under: Literal["first", "last"] = "last"


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
        pauses = self._taken("pauses", partial(_pauses, at)) or ()
        name = self._text("ticket")
        if not name:
            self.refuse("ticket", "the ticket has no id")
        if pauses and paused:
            self.refuse("pauses", "pauses stand here as spans and as minutes: leave one out")
        held = self._priorities(at, opened or 0)
        if self.bad or opened is None:
            return None
        priority = held[0 if self.layout.under == "first" else -1][1]
        history = held if len(held) > 1 else ()
        found = Ticket(name, opened, responded, resolved, priority, paused or 0, pauses, history)
        self._in_order(found)
        return None if self.bad else found

    def _priorities(self, at: Instant, opened: int) -> History:
        """From when the ticket had which priority; the last one stands in a column of its own too."""
        last = self._taken("priority", self._word)
        told = self._taken("priority_history", partial(_history, at, opened, self._word)) or ()
        if told and "priority" in self.layout.columns and last is not None and told[-1][1] != last:
            said = f"the priority was {told[-1][1]!r} last, and {last!r} stands for it"
            self.refuse("priority_history", said)
        return told or ((opened, last or ""),)

    def _word(self, text: str) -> str:
        known = self.layout.priorities
        if known and text not in known:
            message = f"{text!r} is none of {', '.join(known)}"
            raise CellError(message)
        return known.get(text, text)

    def _in_order(self, ticket: Ticket) -> None:
        self._pauses_inside(ticket)
        for role, at in (("first_response", ticket.responded), ("resolved", ticket.resolved)):
            if at is not None and at < ticket.opened:
                opening = self._text("opened")
                self.refuse(role, f"{self._text(role)!r} is before the opening at {opening}")
        if ticket.resolved is not None and ticket.paused_us > ticket.resolved - ticket.opened >= 0:
            paused = self._text("paused_minutes")
            said = f"a pause of {paused} minutes is longer than the ticket was open"
            self.refuse("paused_minutes", said)

    def _pauses_inside(self, ticket: Ticket) -> None:
        end = self.layout.now if ticket.resolved is None else ticket.resolved
        if any(begin < ticket.opened or until > end for begin, until in ticket.pauses):
            self.refuse("pauses", "a pause lies before the opening or after the solution")

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


def _pauses(at: Instant, text: str) -> tuple[Span, ...]:
    """Read spans like 2026-03-02T10:00/2026-03-02T11:30, parted by semicolons.

    Raises:
        CellError: one is none, runs backwards, or begins before the one before it has ended.

    """
    found: list[Span] = []
    for part in _parts(text):
        begun, slash, ended = part.partition("/")
        if not slash:
            message = f"{part!r} is no span; write like 2026-03-02T10:00/2026-03-02T11:30"
            raise CellError(message)
        begin, end = at(begun.strip()), at(ended.strip())
        if end < begin:
            message = f"the pause {part!r} ends before it begins"
            raise CellError(message)
        if found and begin < found[-1][1]:
            message = f"the pause {part!r} begins before the one before it has ended"
            raise CellError(message)
        found.append((begin, end))
    return tuple(found)


def _history(at: Instant, opened: int, word: Callable[[str], str], text: str) -> History:
    """Read priorities like P3; P1@2026-03-02T12:00: the first is that of the opening.

    Raises:
        CellError: a word or an instant is none, or they are not in order.

    """
    found: list[tuple[int, str]] = []
    for part in _parts(text):
        name, told, instant = part.rpartition("@") if found else (part, "@", "")
        if not told:
            message = f"{part!r} does not say since when; write like P1@2026-03-02T12:00"
            raise CellError(message)
        since = at(instant.strip()) if found else opened
        if found and since < found[-1][0]:
            message = f"{part!r} is before what stands before it"
            raise CellError(message)
        found.append((since, word(name.strip())))
    return tuple(found)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]
