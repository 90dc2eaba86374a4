"""`probe_day` and `pace_day`: what each check saw at each place, as runs of equal outcome, by UTC day."""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, select

from probes.outcome import Outcome
from slamon.sla.judgement import Basis
from slamon.sla.runs import DAY_US, Run
from slamon.views.tables import pace_day, probe_day
from slamon.views.writing import insert

RUN = struct.Struct("<qqIBq")

OUTCOMES = tuple(Outcome)

AHEAD = 64  # days loaded at a time: results mostly come in order of time

Key = tuple[str, str, int]

Marks = dict[int, dict[tuple[str, str], tuple[int, int]]]
"""For each fact, by its position: in which span of time it touched which check at which place (µs)."""

_STORED = select(probe_day.c.day, probe_day.c.runs, probe_day.c.basis).where(
    probe_day.c.check == bindparam("check"),
    probe_day.c.location == bindparam("location"),
    probe_day.c.day.between(bindparam("begin"), bindparam("last")),
)
_PACED = select(pace_day.c.day, pace_day.c.runs, pace_day.c.basis).where(
    pace_day.c.check == bindparam("check"),
    pace_day.c.location == bindparam("location"),
    pace_day.c.bound == bindparam("bound"),
    pace_day.c.day.between(bindparam("begin"), bindparam("last")),
)


def pack(runs: Iterable[Run]) -> bytes:
    """Runs as stored: first, last, count, outcome, validity; 29 bytes each."""
    return b"".join(RUN.pack(r.first, r.last, r.count, int(r.outcome), r.validity) for r in runs)


def unpack(stored: bytes) -> list[Run]:
    """Stored runs."""
    return [Run(f, la, n, OUTCOMES[o], v) for f, la, n, o, v in RUN.iter_unpack(stored)]


def split_by_day(run: Run) -> Iterator[tuple[int, Run]]:
    """Cut a run at UTC midnights: (day, part) pairs."""
    while run.count > 1 and run.last // DAY_US > run.first // DAY_US:
        day = run.first // DAY_US
        step = run.step
        n = -(-((day + 1) * DAY_US - run.first) // step)
        yield day, replace(run, last=run.first + (n - 1) * step, count=n)
        run = replace(run, first=run.first + n * step, count=run.count - n)
    yield run.first // DAY_US, run


def continues(before: Run, after: Run, interval: int) -> bool:
    """Whether `after` carries on `before` at the same interval and outcome."""
    return (
        before.outcome == after.outcome
        and before.validity == after.validity
        and after.first - before.last == interval
        and before.step in (0, interval)
        and after.step in (0, interval)
    )


def joined(before: Run, after: Run) -> Run:
    """Two runs as one."""
    return replace(before, last=after.last, count=before.count + after.count)


def results(runs: Iterable[Run]) -> dict[int, Run]:
    """Every single result of some runs; a later run corrects an earlier one at the same instant."""
    return {
        at: Run(at, at, 1, outcome, run.validity) for run in runs for at, outcome in run.results()
    }


def rebuilt(found: dict[int, Run], interval: int) -> list[Run]:
    """Runs from single results; an interval of 0 joins nothing."""
    runs: list[Run] = []
    for at in sorted(found):
        single = found[at]
        if runs and continues(runs[-1], single, interval):
            runs[-1] = joined(runs[-1], single)
        else:
            runs.append(single)
    return runs


def amended(runs: Iterable[Run], became: Mapping[int, Outcome | None]) -> Iterator[Run]:
    """Runs in which some results have another outcome, or are gone (None); where none stands, nothing changes."""
    instants = sorted(became)
    for run in runs:
        done = 0
        for at in instants[bisect_left(instants, run.first) : bisect_right(instants, run.last)]:
            place = run.before(at)
            single = run.part(place, place + 1)
            if single is None or single.first != at:
                continue
            if before := run.part(done, place):
                yield before
            if (outcome := became[at]) is not None:
                yield replace(single, outcome=outcome)
            done = place + 1
        if rest := run.part(done, run.count):
            yield rest


def mixed(old: Basis | None, new: Basis) -> Basis:
    """The basis of figures that rest on both."""
    return new if old in (None, new) else "mixed"


@dataclass
class _Day:
    runs: list[Run]
    basis: Basis | None


@dataclass
class DayBook:
    """Days loaded, changed and written back within one transaction of the fold.

    Without a bound they are those of `probe_day`; with one (µs) those of `pace_day`, where what took longer is bad.
    """

    connection: Connection
    bound: int | None = None
    _days: dict[Key, _Day] = field(default_factory=dict)
    _changed: set[Key] = field(default_factory=set)
    _loaded: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    touched: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    position: int = 0
    """Of the fact that is being applied."""
    marks: Marks = field(default_factory=dict)

    def add(self, check: str, location: str, run: Run, interval: int, basis: Basis) -> None:
        """Add a run; `interval` is the distance of its slots in µs, 0 for results with times of their own."""
        for day, part in split_by_day(run):
            self._add_part((check, location, day), part, interval, basis)
        self.touch(check, location, run.first, run.last)

    def amend(self, check: str, location: str, became: Mapping[int, Outcome | None]) -> None:
        """Give results another outcome, or take them away (None), by their instants (µs)."""
        for day, found in groupby(sorted(became), key=lambda at: at // DAY_US):
            key = (check, location, day)
            held = self._day(key)
            held.runs = list(amended(held.runs, {at: became[at] for at in found}))
            self._changed.add(key)

    def touch(self, check: str, location: str, first: int, last: int) -> None:
        """Note that results of a check between two instants, both included, are others than before."""
        for spans in (self.touched, self.marks.setdefault(self.position, {})):
            begin, end = spans.get((check, location), (first, last))
            spans[check, location] = (min(begin, first), max(end, last))

    def _add_part(self, key: Key, part: Run, interval: int, basis: Basis) -> None:
        day = self._day(key)
        self._changed.add(key)
        if day.basis is not None and mixed(day.basis, basis) != day.basis:
            # What rests on any result of this day now rests on another basis.
            check, location, number = key
            self.touch(check, location, number * DAY_US, (number + 1) * DAY_US - 1)
        day.basis = mixed(day.basis, basis)
        if not day.runs or part.first > day.runs[-1].last:
            if day.runs and continues(day.runs[-1], part, interval):
                day.runs[-1] = joined(day.runs[-1], part)
            else:
                day.runs.append(part)
            return
        day.runs = rebuilt(results([*day.runs, part]), interval)

    def _day(self, key: Key) -> _Day:
        check, location, day = key
        begin, end = self._loaded.get((check, location), (day, day))
        if not begin <= day < end:
            first, after = min(begin, day), max(end, day + AHEAD)
            for low, high in ((first, begin), (end, after)):
                self._load(check, location, low, high)
            self._loaded[check, location] = (first, after)
        return self._days.setdefault(key, _Day([], None))

    def _load(self, check: str, location: str, begin: int, end: int) -> None:
        if begin >= end:
            return
        asked = {"check": check, "location": location, "begin": begin, "last": end - 1}
        for row in self.connection.execute(*self._stored(asked)):
            self._days[check, location, row.day] = _Day(unpack(row.runs), row.basis)

    def _stored(
        self, asked: dict[str, Any]
    ) -> tuple[Select[tuple[int, bytes, str]], dict[str, Any]]:
        if self.bound is None:
            return _STORED, asked
        return _PACED, asked | {"bound": self.bound}

    def flush(self) -> None:
        """Write the changed days back."""
        rows: list[dict[str, Any]] = [
            {"check": c, "location": p, "day": d, "runs": pack(day.runs), "basis": day.basis}
            for (c, p, d), day in ((key, self._days[key]) for key in self._changed)
            if day.runs
        ]
        if rows:
            self._write(rows)
        self._remove([key for key in self._changed if not self._days[key].runs])
        self._days.clear()
        self._changed.clear()
        self._loaded.clear()

    def _write(self, rows: list[dict[str, Any]]) -> None:
        if self.bound is None:
            write, key = insert(probe_day), ["check", "location", "day"]
        else:
            write, key = insert(pace_day), ["check", "location", "bound", "day"]
            rows = [row | {"bound": self.bound} for row in rows]
        named = {"runs": write.excluded.runs, "basis": write.excluded.basis}
        self.connection.execute(write.on_conflict_do_update(index_elements=key, set_=named), rows)

    def _remove(self, emptied: list[Key]) -> None:
        """A day of which no result stands any more is as if nobody had looked."""
        table = probe_day if self.bound is None else pace_day
        for check, location, day in emptied:
            row = (table.c.check == check, table.c.location == location, table.c.day == day)
            own = () if self.bound is None else (pace_day.c.bound == self.bound,)
            self.connection.execute(delete(table).where(*row, *own))
