"""`probe_day` and `pace_day`: what each check saw at each place, as runs of equal outcome, by UTC day."""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Insert, Table, bindparam, delete, select

from probes.outcome import Outcome
from slamon.sla.judgement import Basis
from slamon.sla.runs import DAY_US, Run
from slamon.views.asking import Row, ask
from slamon.views.batches import Timed
from slamon.views.marks import Spans, widen
from slamon.views.tables import pace_day, probe_day
from slamon.views.writing import IN_BULK, insert, write_rows

RUN = struct.Struct("<qqIBq")

OUTCOMES = tuple(Outcome)

_first, _last = attrgetter("first"), attrgetter("last")

LAST_DAY = 2**31
AHEAD = 64  # days loaded at a time: results mostly come in order of time

Key = tuple[str, str, int]

_STORED = select(
    probe_day.c.day, probe_day.c.runs, probe_day.c.basis, probe_day.c.since, probe_day.c.position
).where(
    probe_day.c.check == bindparam("check"),
    probe_day.c.location == bindparam("location"),
    probe_day.c.day.between(bindparam("begin"), bindparam("last")),
)
_PACED = select(
    pace_day.c.day, pace_day.c.runs, pace_day.c.basis, pace_day.c.since, pace_day.c.position
).where(
    pace_day.c.check == bindparam("check"),
    pace_day.c.location == bindparam("location"),
    pace_day.c.bound == bindparam("bound"),
    pace_day.c.day.between(bindparam("begin"), bindparam("last")),
)


def _written(table: Table, key: list[str]) -> tuple[tuple[Insert, Insert], tuple[str, ...]]:
    """How a new day is written, how one that has a row, and the order of columns."""
    write = insert(table)
    named = ("runs", "basis", "since", "position")
    instead = write.on_conflict_do_update(
        index_elements=key, set_={name: write.excluded[name] for name in named}
    )
    return (write, instead), tuple(table.c.keys())


_WRITTEN = _written(probe_day, ["check", "location", "day"])
_WRITTEN_PACED = _written(pace_day, ["check", "location", "bound", "day"])


def pack(runs: Iterable[Run]) -> bytes:
    """Runs as stored: first, last, count, outcome, validity; 29 bytes each."""
    return b"".join(map(_packed, runs))


def _packed(run: Run) -> bytes:
    return RUN.pack(run.first, run.last, run.count, run.outcome, run.validity)


def unpack(stored: bytes) -> list[Run]:
    """Stored runs."""
    return [
        Run(first, last, count, OUTCOMES[outcome], validity)
        for first, last, count, outcome, validity in RUN.iter_unpack(stored)
    ]


def _unpacked(stored: tuple[int, int, int, int, int]) -> Run:
    first, last, count, outcome, validity = stored
    return Run(first, last, count, OUTCOMES[outcome], validity)


def split_by_day(run: Run) -> Iterator[tuple[int, Run]]:
    """Cut a run at UTC midnights: (day, part) pairs."""
    while run.count > 1 and run.last // DAY_US > run.first // DAY_US:
        day = run.first // DAY_US
        step = run.step
        n = -(-((day + 1) * DAY_US - run.first) // step)
        yield day, run._replace(last=run.first + (n - 1) * step, count=n)
        run = run._replace(first=run.first + n * step, count=run.count - n)
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
    return Run(
        before.first, after.last, before.count + after.count, before.outcome, before.validity
    )


def spliced(runs: Sequence[Run], part: Run, interval: int) -> tuple[list[Run], list[Outcome]]:
    """Runs with another one among them, and the outcomes of results that it takes the place of.

    A later result holds at the same instant. Runs are cut where results of another lie between their own, and
    neighbours are joined where they carry each other on; so the order in which results came leaves no trace.
    """
    low = bisect_left(runs, part.first, key=_last)
    high = bisect_right(runs, part.last, key=_first)
    given = [part.part(place, place + 1) for place in range(part.count)]
    pieces = [single for single in given if single]
    instants = [single.first for single in pieces]
    replaced: list[Outcome] = []
    for run in runs[low:high]:
        done = 0
        for at in instants[bisect_left(instants, run.first) : bisect_right(instants, run.last)]:
            place = run.before(at)
            if piece := run.part(done, place):
                pieces.append(piece)
            same = run.first + place * run.step == at
            replaced += [run.outcome] * same
            done = place + same
        if piece := run.part(done, run.count):
            pieces.append(piece)
    first, after = max(0, low - 1), min(len(runs), high + 1)
    among = [*runs[first:low], *sorted(pieces, key=_first), *runs[high:after]]
    return [*runs[:first], *_carried_on(among, interval), *runs[after:]], replaced


def _carried_on(runs: Iterable[Run], interval: int) -> list[Run]:
    found: list[Run] = []
    for run in runs:
        if found and continues(found[-1], run, interval):
            found[-1] = joined(found[-1], run)
        else:
            found.append(run)
    return found


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
                yield single._replace(outcome=outcome)
            done = place + 1
        if rest := run.part(done, run.count):
            yield rest


def _counted(runs: Iterable[Run]) -> Counter[Outcome]:
    found: Counter[Outcome] = Counter()
    for run in runs:
        found[run.outcome] += run.count
    return found


def mixed(old: Basis | None, new: Basis) -> Basis:
    """The basis of figures that rest on both."""
    return new if old in (None, new) else "mixed"


class _Day:
    """The runs of a day; of all but the last only the stored bytes, as results mostly come in order of time."""

    __slots__ = ("basis", "has_row", "head", "last", "position", "since")

    def __init__(
        self, stored: bytes = b"", basis: Basis | None = None, since: int = 0, position: int = 0
    ) -> None:
        self.has_row = bool(stored)
        self.basis = basis
        self.since = since
        self.position = position
        self.head = stored[: -RUN.size]
        self.last = _unpacked(RUN.unpack(stored[-RUN.size :])) if stored else None

    def runs(self) -> list[Run]:
        return [*unpack(self.head), self.last] if self.last else []

    def become(self, runs: list[Run]) -> None:
        self.head = pack(runs[:-1])
        self.last = runs[-1] if runs else None

    def add(self, part: Run, interval: int) -> list[Outcome]:
        """Add a run; the outcomes that results at the same instants had."""
        last = self.last
        if last is None:
            self.last = part
        elif part.first <= last.last:
            runs, replaced = spliced(self.runs(), part, interval)
            self.become(runs)
            return replaced
        elif continues(last, part, interval):
            self.last = joined(last, part)
        else:
            self.head += _packed(last)
            self.last = part
        return []

    def amend(self, became: Mapping[int, Outcome | None], position: int) -> None:
        """Give results another outcome; a day of which none is left is as if nobody had looked."""
        self.become(list(amended(self.runs(), became)))
        if self.last is None:
            self.basis, self.since, self.position = None, 0, 0
        else:
            self.position = max(self.position, position)

    def told_by(self, since: int, position: int) -> None:
        """Note the positions of the first and of the newest fact that told of a result of this day."""
        if not self.since or since < self.since:
            self.since = since
        self.position = max(self.position, position)

    def stored(self) -> bytes:
        return self.head + _packed(self.last) if self.last else b""


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
    touched: Spans = field(default_factory=dict)
    marked: Spans = field(default_factory=dict)
    """What the fact that is being applied has touched."""
    recounted: dict[tuple[str, str], Counter[Outcome]] = field(default_factory=dict)
    """By how many the results of a check at a place are other than what was added to them, by outcome.

    A result in whose place another came counts once, and one that was taken back not at all.
    """

    def add(
        self,
        source: tuple[str, str],
        found: Sequence[Timed],
        basis: Basis,
        told: Callable[[int], int],
    ) -> None:
        """Add runs of a check at a place in order of time, each with the distance of its slots in µs (0: none).

        `told` gives the position of the fact that told of a result, by its instant.
        """
        if not found:
            return
        first, last = found[0][0].first, found[-1][0].last
        check, location = source
        if first // DAY_US == last // DAY_US:
            self._add((check, location, first // DAY_US), found, basis, (told(first), told(last)))
        else:
            for run, interval in found:
                for day, part in split_by_day(run):
                    by = told(part.first), told(part.last)
                    self._add((check, location, day), [(part, interval)], basis, by)
        self.touch(source, first, last)

    def amend(
        self, check: str, location: str, became: Mapping[int, Outcome | None], position: int
    ) -> None:
        """Give results another outcome, or take them away (None), by their instants (µs)."""
        for day, found in groupby(sorted(became), key=lambda at: at // DAY_US):
            key = (check, location, day)
            held = self._day(key)
            before = _counted(held.runs())
            held.amend({at: became[at] for at in found}, position)
            self._recount(key[:2], before, _counted(held.runs()))
            self._changed.add(key)

    def touch(self, source: tuple[str, str], first: int, last: int) -> None:
        """Note that results of a check between two instants, both included, are others than before."""
        widen(self.touched, source, first, last)
        widen(self.marked, source, first, last)

    def _add(self, key: Key, found: Sequence[Timed], basis: Basis, told: tuple[int, int]) -> None:
        day = self._days.get(key) or self._day(key)
        self._changed.add(key)
        if day.basis != basis:
            before, day.basis = day.basis, mixed(day.basis, basis)
            if before is not None and before != day.basis:
                # What rests on any result of this day now rests on another basis.
                check, location, number = key
                self.touch((check, location), number * DAY_US, (number + 1) * DAY_US - 1)
        for part, interval in found:
            if replaced := day.add(part, interval):
                self._recount(key[:2], Counter(replaced), Counter())
        day.told_by(*told)

    def _recount(
        self, source: tuple[str, str], gone: Counter[Outcome], came: Counter[Outcome]
    ) -> None:
        if gone == came:
            return
        recounted = self.recounted.setdefault(source, Counter())
        recounted.update(came)
        recounted.subtract(gone)

    def _day(self, key: Key) -> _Day:
        check, location, day = key
        known = self._loaded.get((check, location))
        begin, end = known or (day, day)
        if not begin <= day < end:
            # A late result is mostly alone: only after the first day of a check more may come.
            first, after = min(begin, day), max(end, day + (AHEAD if known else 1))
            for low, high in ((first, begin), (end, after)):
                self._load(check, location, low, high)
            self._loaded[check, location] = (first, after)
        found = self._days.get(key)
        if found is None:
            found = self._days[key] = _Day()
        return found

    def _load(self, check: str, location: str, begin: int, end: int) -> None:
        if begin >= end:
            return
        asked = {"check": check, "location": location, "begin": begin, "last": end - 1}
        for day, *stored in self._stored(asked):
            self._days[check, location, day] = _Day(*stored)

    def _stored(self, asked: dict[str, Any]) -> list[Row]:
        if self.bound is None:
            return ask(self.connection, _STORED, **asked)
        return ask(self.connection, _PACED, **asked, bound=self.bound)

    @property
    def many_changed(self) -> bool:
        """Whether so many days were changed that their rows are written in bulk."""
        return len(self._changed) >= IN_BULK

    def flush(self) -> None:
        """Write the changed days back."""
        self.recounted.clear()
        changed = [(key, self._days[key]) for key in sorted(self._changed)]
        written: tuple[list[Row], list[Row]] = [], []
        bound = () if self.bound is None else (self.bound,)
        for (check, location, number), day in changed:
            if day.last:
                told = number, day.stored(), day.basis, day.since, day.position
                written[day.has_row].append((check, location, *bound, *told))
                day.has_row = True
        statements, columns = _WRITTEN if self.bound is None else _WRITTEN_PACED
        for statement, rows in zip(statements, written, strict=True):
            write_rows(self.connection, statement, columns, rows)
        self._remove([key for key, day in changed if not day.last])
        self._changed.clear()
        self._keep_newest(changed)

    def _keep_newest(self, changed: Iterable[tuple[Key, _Day]]) -> None:
        """Forget what is older than the newest change of each check: most results that come next belong to that day."""
        newest = {key[:2]: key[2] for key, _ in changed}  # they are in order of days
        self._days = {
            key: day
            for key, day in self._days.items()
            if day.last and key[2] >= newest.get(key[:2], LAST_DAY)
        }
        self._loaded = {of: (day, self._loaded[of][1]) for of, day in newest.items()}

    def go_on(self, connection: Connection) -> None:
        """Serve another transaction that sees what the one before it has written."""
        self.connection = connection
        self.touched, self.marked = {}, {}

    def _remove(self, emptied: list[Key]) -> None:
        """A day of which no result stands any more is as if nobody had looked."""
        table = probe_day if self.bound is None else pace_day
        for check, location, day in emptied:
            row = (table.c.check == check, table.c.location == location, table.c.day == day)
            own = () if self.bound is None else (pace_day.c.bound == self.bound,)
            self.connection.execute(delete(table).where(*row, *own))
