"""Tickets taken in from a file: when each was opened, answered and resolved."""

from __future__ import annotations

from pydantic import model_validator

from slamon.sla.fact import Fact


class TicketsImported(Fact):
    """Tickets as a file had them, in columns of equal length; stream `tickets:{source}`.

    Instants are in µs; an answer or a solution that had not come is None. `paused_us` is the time in which the clock
    stood because somebody else was waited for, `priority` the word of the file. Of rows about one ticket the one
    recorded last holds.
    """

    file: str
    sha256: str
    ticket: tuple[str, ...]
    opened: tuple[int, ...]
    responded: tuple[int | None, ...]
    resolved: tuple[int | None, ...]
    priority: tuple[str, ...]
    paused_us: tuple[int, ...]

    @model_validator(mode="after")
    def _columns_are_equally_long(self) -> TicketsImported:
        others = (self.opened, self.responded, self.resolved, self.priority, self.paused_us)
        if {len(column) for column in others} != {len(self.ticket)}:
            message = "columns of different length"
            raise ValueError(message)
        return self
