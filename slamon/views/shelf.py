"""Runs of a check at a place, fetched as far back and ahead as a judgement of a span needs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, bindparam, select

from catalogue.intervals import Intervals, intersect, norm
from slamon.sla.judgement import Basis
from slamon.sla.runs import DAY_US, Run
from slamon.sla.terms import CheckRuns
from slamon.sla.timeline import settled
from slamon.views.asking import ask
from slamon.views.daybook import mixed, unpack
from slamon.views.tables import pace_day, probe_day

FAR = 2**62
GIVEN_UP = 31 * DAY_US


@dataclass(frozen=True, slots=True)
class Source:
    """A check at a place, and how long one of its results speaks (µs).

    One that is `reported` by its job itself needs no control probe: none of ours stands between them (rule P7).
    """

    check: str
    location: str
    validity: int
    reported: bool = False


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How many results in a row confirm an outage, and its end."""

    confirm: int
    recover: int

    def settles(self, run: Run) -> bool:
        """Whether this run fixes the state whatever came before."""
        return settled(run, self.confirm, self.recover)


Bases = tuple[tuple[int, int, int, Basis], ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """Runs around a span, in order of time, and what the results of each UTC day rest on.

    A day is given as (first result, last result, until when that speaks, basis).
    """

    source: Source
    runs: tuple[Run, ...]
    bases: Bases

    def check_runs(self) -> CheckRuns:
        """The runs as the judge takes them."""
        return CheckRuns(self.source.check, self.source.location, self.source.validity, self.runs)

    def rested_on(self, spans: Sequence[tuple[int, int]]) -> Iterator[Basis | None]:
        """What the results of spans rest on, and the one before each if it still speaks; None if there is none.

        The spans come in order of time.
        """
        bases = self.bases
        place = bisect_left(bases, spans[0][0], key=_last_result)
        for begin, end in spans:
            while place < len(bases) and bases[place][1] < begin:
                place += 1
            found: Basis | None = None
            for index in range(max(0, place - 1), len(bases)):
                first, last, until, basis = bases[index]
                if first >= end:
                    break
                if last >= begin or until > begin:
                    found = mixed(found, basis)
            yield found


def _last_result(day: tuple[int, int, int, Basis]) -> int:
    return day[1]


def fetch(
    connection: Connection, source: Source, begin: int, end: int, confirmation: Confirmation
) -> Fetched:
    """Fetch the runs that decide the states of `[begin, end)`: back to one that is settled, ahead to one that is."""
    days = _days(connection, source, begin // DAY_US - 1, (end - 1) // DAY_US + 1)
    days = _further_back(connection, source, begin, confirmation, days)
    days = _further_on(connection, source, end, confirmation, days)
    return _fetched(source, days)


def _fetched(source: Source, days: Sequence[_DayRow]) -> Fetched:
    return Fetched(
        source,
        tuple(run for day in days for run in day.runs),
        tuple((day.first, day.last, day.speaks_until(source), day.basis) for day in days),
    )


def results_of(
    connection: Connection, source: Source, bound: int | None, begin: int, end: int
) -> Fetched:
    """Fetch the results observed in `[begin, end)`, no others: good or bad for a bound (µs), or as they were."""
    first, last = begin // DAY_US, (end - 1) // DAY_US
    days = [
        _DayRow(day.day, runs, day.basis)
        for day in _days(connection, source, first, last, bound)
        if (runs := list(_between(day.runs, begin, end)))
    ]
    return _fetched(source, days)


def _between(runs: Sequence[Run], begin: int, end: int) -> Iterator[Run]:
    for run in runs:
        part = run.part(run.before(begin), run.before(end))
        if part:
            yield part


def reach(
    connection: Connection, source: Source, begin: int, end: int, confirmation: Confirmation
) -> tuple[int, int]:
    """The span whose states may depend on results in `[begin, end]`.

    It takes in the settled runs around it: a control probe may leave of them only their last or first results.
    """
    runs = fetch(connection, source, begin, end + 1, confirmation).runs
    earlier = [part for run in runs if (part := run.part(0, run.before(begin)))]
    fixed = [part for part in earlier if confirmation.settles(part)]
    later = [run for run in runs if run.first > end and confirmation.settles(run)]
    back = fixed[-1].first if fixed else min((run.first for run in runs), default=begin)
    return min(back, begin), later[0].last if later else FAR


def first_result(connection: Connection, source: Source) -> int | None:
    """The first result of a check at a place; None while there is none."""
    row = _neighbour(connection, source, _NEXT, -FAR // DAY_US)
    return row.first if row else None


def votes_of(connection: Connection, fetched: Fetched, span: tuple[int, int]) -> Intervals:
    """When in a span a place that no agreement names has a vote: from a result on, for 31 days after each."""
    begin = fetched.bases[0][0] if fetched.bases else span[0]
    before = _neighbour(connection, fetched.source, _BEFORE, begin // DAY_US)
    spoken = [(first, last) for first, last, _, _ in fetched.bases]
    if before:
        spoken.append((before.first, before.last))
    return intersect(norm((first, last + GIVEN_UP) for first, last in spoken), (span,))


@dataclass(frozen=True, slots=True)
class _DayRow:
    day: int
    runs: list[Run]
    basis: Basis

    @property
    def first(self) -> int:
        return self.runs[0].first

    @property
    def last(self) -> int:
        return self.runs[-1].last

    def speaks_until(self, source: Source) -> int:
        return self.last + (self.runs[-1].validity or source.validity)


_ROWS = select(probe_day.c.day, probe_day.c.runs, probe_day.c.basis).where(
    probe_day.c.check == bindparam("check"), probe_day.c.location == bindparam("location")
)
_BETWEEN = _ROWS.where(probe_day.c.day.between(bindparam("first"), bindparam("last"))).order_by(
    probe_day.c.day
)
_PACED = (
    select(pace_day.c.day, pace_day.c.runs, pace_day.c.basis)
    .where(
        pace_day.c.check == bindparam("check"),
        pace_day.c.location == bindparam("location"),
        pace_day.c.bound == bindparam("bound"),
        pace_day.c.day.between(bindparam("first"), bindparam("last")),
    )
    .order_by(pace_day.c.day)
)
_BEFORE = _ROWS.where(probe_day.c.day < bindparam("day")).order_by(probe_day.c.day.desc()).limit(1)
_NEXT = _ROWS.where(probe_day.c.day > bindparam("day")).order_by(probe_day.c.day).limit(1)


def _days(
    connection: Connection, source: Source, first: int, last: int, bound: int | None = None
) -> list[_DayRow]:
    statement, rule = (_BETWEEN, {}) if bound is None else (_PACED, {"bound": bound})
    asked = {"check": source.check, "location": source.location, **rule}
    rows = ask(connection, statement, **asked, first=first, last=last)
    return [_DayRow(day, unpack(runs), basis) for day, runs, basis in rows]


def _neighbour(
    connection: Connection,
    source: Source,
    statement: Select[tuple[int, bytes, str]],
    day: int,
) -> _DayRow | None:
    asked = {"check": source.check, "location": source.location, "day": day}
    for found, runs, basis in ask(connection, statement, **asked):
        return _DayRow(found, unpack(runs), basis)
    return None


def _further_back(
    connection: Connection,
    source: Source,
    begin: int,
    confirmation: Confirmation,
    days: list[_DayRow],
) -> list[_DayRow]:
    day = begin // DAY_US - 1
    while not _begins_settled(days, begin, confirmation):
        earlier = _neighbour(connection, source, _BEFORE, day)
        if earlier is None:
            return days
        first = days[0].first if days else begin
        if first > earlier.speaks_until(source):
            return days  # unknown time lies between: what was before it has no say
        days, day = [earlier, *days], earlier.day
    return days


def _begins_settled(days: Sequence[_DayRow], begin: int, confirmation: Confirmation) -> bool:
    parts = (run.part(0, run.before(begin)) for day in days for run in day.runs)
    return any(part is not None and confirmation.settles(part) for part in parts)


def _further_on(
    connection: Connection,
    source: Source,
    end: int,
    confirmation: Confirmation,
    days: list[_DayRow],
) -> list[_DayRow]:
    day = (end - 1) // DAY_US + 1
    while days and not _ends_settled(days, end, confirmation):
        later = _neighbour(connection, source, _NEXT, day)
        if later is None or later.first > days[-1].speaks_until(source):
            return days
        days, day = [*days, later], later.day
    return days


def _ends_settled(days: Sequence[_DayRow], end: int, confirmation: Confirmation) -> bool:
    return any(run.first >= end and confirmation.settles(run) for day in days for run in day.runs)
