"""Runs of a check at a place, fetched as far back and ahead as a judgement of a span needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from slamon.sla.judgement import Basis
from slamon.sla.runs import DAY_US, Run
from slamon.sla.terms import CheckRuns
from slamon.sla.timeline import settled
from slamon.views.daybook import mixed, unpack
from slamon.views.tables import probe_day

FAR = 2**62


@dataclass(frozen=True, slots=True)
class Source:
    """A check at a place, and how long one of its results speaks (µs)."""

    check: str
    location: str
    validity: int


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How many results in a row confirm an outage, and its end."""

    confirm: int
    recover: int

    def settles(self, run: Run) -> bool:
        """Whether this run fixes the state whatever came before."""
        return settled(run, self.confirm, self.recover)


@dataclass(frozen=True, slots=True)
class Fetched:
    """Runs around a span, in order of time, and what the results inside it rest on."""

    source: Source
    runs: tuple[Run, ...]
    basis: Basis | None

    def check_runs(self) -> CheckRuns:
        """The runs as the judge takes them."""
        return CheckRuns(self.source.check, self.source.location, self.source.validity, self.runs)


def fetch(
    connection: Connection, source: Source, begin: int, end: int, confirmation: Confirmation
) -> Fetched:
    """Fetch the runs that decide the states of `[begin, end)`: back to one that is settled, ahead to one that is."""
    days = _days(connection, source, begin // DAY_US - 1, (end - 1) // DAY_US + 1)
    runs = [run for day in days for run in unpack(day.runs)]
    inside = [d.basis for d in days if begin - source.validity < (d.day + 1) * DAY_US]
    basis: Basis | None = None
    for each in inside:
        basis = mixed(basis, each)
    runs = _further_back(connection, source, begin, confirmation, runs)
    return Fetched(source, tuple(_further_on(connection, source, end, confirmation, runs)), basis)


def reach(
    connection: Connection, source: Source, begin: int, end: int, confirmation: Confirmation
) -> tuple[int, int]:
    """The span whose states may depend on results in `[begin, end]`."""
    runs = fetch(connection, source, begin, end + 1, confirmation).runs
    earlier = [part for run in runs if (part := run.part(0, run.before(begin)))]
    fixed = [part for part in earlier if confirmation.settles(part)]
    later = [run for run in runs if run.first > end and confirmation.settles(run)]
    back = fixed[-1].last if fixed else min((run.first for run in runs), default=begin)
    return back, later[0].first if later else FAR


def _days(connection: Connection, source: Source, first: int, last: int) -> Sequence[_DayRow]:
    rows = connection.execute(
        select(probe_day.c.day, probe_day.c.runs, probe_day.c.basis)
        .where(
            probe_day.c.check == source.check,
            probe_day.c.location == source.location,
            probe_day.c.day.between(first, last),
        )
        .order_by(probe_day.c.day)
    )
    return [_DayRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class _DayRow:
    day: int
    runs: bytes
    basis: Basis


def _further_back(
    connection: Connection,
    source: Source,
    begin: int,
    confirmation: Confirmation,
    runs: list[Run],
) -> list[Run]:
    day = begin // DAY_US - 1
    while not _begins_settled(runs, begin, confirmation):
        row = _neighbour(connection, source, before=day)
        if row is None:
            return runs
        earlier = unpack(row.runs)
        first = runs[0].first if runs else begin
        if first - earlier[-1].last > source.validity:
            return runs  # unknown time lies between: what was before it has no say
        runs, day = [*earlier, *runs], row.day
    return runs


def _begins_settled(runs: Sequence[Run], begin: int, confirmation: Confirmation) -> bool:
    parts = (run.part(0, run.before(begin)) for run in runs)
    return any(part is not None and confirmation.settles(part) for part in parts)


def _further_on(
    connection: Connection,
    source: Source,
    end: int,
    confirmation: Confirmation,
    runs: list[Run],
) -> list[Run]:
    day = (end - 1) // DAY_US + 1
    while runs and not any(run.first >= end and confirmation.settles(run) for run in runs):
        row = _neighbour(connection, source, after=day)
        if row is None:
            return runs
        later = unpack(row.runs)
        if later[0].first - runs[-1].last > source.validity:
            return runs
        runs, day = [*runs, *later], row.day
    return runs


def _neighbour(
    connection: Connection, source: Source, *, before: int | None = None, after: int | None = None
) -> _DayRow | None:
    table = probe_day.c
    query = select(table.day, table.runs, table.basis).where(
        table.check == source.check, table.location == source.location
    )
    if before is not None:
        query = query.where(table.day < before).order_by(table.day.desc())
    else:
        query = query.where(table.day > after).order_by(table.day)
    row = connection.execute(query.limit(1)).first()
    return _DayRow(*row) if row else None
