"""What is counted one by one: results of probes, tickets and levels of files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, RowMapping, func, select

from catalogue.intervals import Intervals
from slamon.ledger.codec import Entry
from slamon.sla.levels import LevelsImported
from slamon.sla.runs import Run, inconclusive_within
from slamon.sla.tickets import TicketsImported
from slamon.sla.timeline import timeline
from slamon.views.filetables import level, ticket
from slamon.views.shelf import FAR, Confirmation, Source, fetch, results_of
from slamon.views.writing import insert

Span = tuple[int, int]

AT_ONCE = Confirmation(1, 1)
TOLD = ("opened", "responded", "resolved", "priority", "paused_us", "pauses", "priorities")
"""What a file tells of each ticket."""


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket as known last; instants in µs, None for what has not happened."""

    source: str
    ticket: str
    opened: int
    responded: int | None
    resolved: int | None
    priority: str
    paused_us: int
    pauses: tuple[Span, ...]
    priorities: tuple[tuple[int, str], ...]
    sha256: str
    position: int

    @property
    def paused(self) -> tuple[Span, ...] | int:
        """The spans in which its clock stood, or the sum where only that is known."""
        return self.pauses or self.paused_us


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A number read off at an instant (µs), as known last."""

    at: int
    value: Decimal
    position: int


def case_runs(
    connection: Connection,
    sources: Sequence[Source],
    controls: Sequence[Source],
    bound: int | None,
    span: Span,
) -> tuple[tuple[Run, ...], ...]:
    """The results of a span, source by source: each good or bad for `bound` (µs), or as it was where there is none.

    Where control probes are named, results of a place whose own is not good are no cases (rule P7).
    """
    found = []
    for source in sources:
        runs = paced_runs(connection, source, bound, *span)
        if controls and runs and not source.reported:
            runs = masked(runs, doubtful(connection, controls, source.location, span))
        found.append(runs)
    return tuple(found)


def paced_runs(
    connection: Connection, source: Source, bound: int | None, begin: int, end: int
) -> tuple[Run, ...]:
    """The results observed in `[begin, end)` as good or bad for a bound (µs); without one as they were."""
    return results_of(connection, source, bound, begin, end).runs


def masked(runs: Sequence[Run], doubts: Intervals) -> tuple[Run, ...]:
    """The runs with every result that nobody vouches for made inconclusive, and so no case (rule P7)."""
    return inconclusive_within(runs, doubts)


def doubtful(
    connection: Connection, controls: Sequence[Source], location: str, span: Span
) -> Intervals:
    """The time of a span in which a place's control probe was bad or unknown (rule P7); all of it without one."""
    for control in controls:
        if control.location == location:
            runs = fetch(connection, control, *span, AT_ONCE).runs
            states = timeline(runs, span, control.validity)
            return states.where(lambda state: state in {"down", "unknown"})
    return (span,)


def tickets_taken_in(connection: Connection, entry: Entry, fact: TicketsImported) -> Span:
    """Keep tickets as known now; the span (µs, both ends included) of the openings it touches, old and new."""
    source = entry.stream.partition(":")[2]
    old = select(ticket.c.opened).where(
        ticket.c.source == source, ticket.c.ticket.in_(set(fact.ticket))
    )
    openings = [*connection.execute(old).scalars(), *fact.opened]
    columns = (getattr(fact, name) for name in TOLD)
    rows = [
        {"source": source, "ticket": name, "sha256": fact.sha256, "position": entry.position}
        | dict(zip(TOLD, values, strict=True))
        for name, *values in zip(fact.ticket, *columns, strict=True)
    ]
    write = insert(ticket)
    named = {name: write.excluded[name] for name in (*TOLD, "sha256", "position")}
    connection.execute(
        write.on_conflict_do_update(index_elements=["source", "ticket"], set_=named), rows
    )
    return min(openings), max(openings)


def levels_taken_in(connection: Connection, entry: Entry, fact: LevelsImported) -> Span:
    """Keep levels as known now; the span (µs, both ends included) that they touch: each speaks until the next one."""
    source = entry.stream.partition(":")[2]
    rows = [
        {"source": source, "at": at, "value": value, "position": entry.position}
        for at, value in zip(fact.at, fact.value, strict=True)
    ]
    write = insert(level)
    named = {name: write.excluded[name] for name in ("value", "position")}
    connection.execute(
        write.on_conflict_do_update(index_elements=["source", "at"], set_=named), rows
    )
    following = select(func.min(level.c.at)).where(
        level.c.source == source, level.c.at > max(fact.at)
    )
    return min(fact.at), connection.execute(following).scalar() or FAR


def tickets(
    connection: Connection, sources: Collection[str], priority: str | None, span: Span
) -> tuple[TicketRow, ...]:
    """The tickets of some sources opened in `[from, to)`, the earliest first; of one priority if it is named."""
    begin, end = span
    asked = (
        select(ticket)
        .where(ticket.c.source.in_(sources), ticket.c.opened >= begin, ticket.c.opened < end)
        .order_by(ticket.c.opened, ticket.c.source, ticket.c.ticket)
    )
    if priority is not None:
        asked = asked.where(ticket.c.priority == priority)
    return tuple(_ticket_row(row) for row in connection.execute(asked).mappings())


def _ticket_row(row: RowMapping) -> TicketRow:
    listed = {name: tuple((a, b) for a, b in row[name]) for name in ("pauses", "priorities")}
    return TicketRow(**{**row, **listed})


def levels(connection: Connection, source: str, span: Span) -> tuple[LevelRow, ...]:
    """The numbers of a source read off in `[from, to)`, in order of time."""
    begin, end = span
    rows = connection.execute(
        select(level)
        .where(level.c.source == source, level.c.at >= begin, level.c.at < end)
        .order_by(level.c.at)
    )
    return tuple(LevelRow(row.at, Decimal(row.value), row.position) for row in rows)


def first_of(connection: Connection, sources: Collection[str]) -> int | None:
    """The opening of the first ticket of some sources, or when their first number was read off; None without any."""
    opened = select(func.min(ticket.c.opened)).where(ticket.c.source.in_(sources))
    read_off = select(func.min(level.c.at)).where(level.c.source.in_(sources))
    found = (connection.execute(asked).scalar() for asked in (opened, read_off))
    return min((at for at in found if at is not None), default=None)


def level_before(connection: Connection, source: str, instant: int) -> LevelRow | None:
    """The newest number of a source read off before an instant; None if there is none."""
    row = connection.execute(
        select(level)
        .where(level.c.source == source, level.c.at < instant)
        .order_by(level.c.at.desc())
        .limit(1)
    ).first()
    return LevelRow(row.at, Decimal(row.value), row.position) if row else None
