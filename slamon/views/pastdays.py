"""Days of results folded anew up to a position: those that were told in part before it, and in part after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from operator import attrgetter
from typing import Any

from sqlalchemy import Table, delete, select

from catalogue.instants import format_instant
from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned
from slamon.ledger.codec import Entry, Row
from slamon.ledger.store import Ledger
from slamon.sla.corrections import ObservationsCorrected, ObservationsVoided, stream_of
from slamon.sla.heartbeats import HeartbeatFact
from slamon.sla.heartbeats import stream_of as stream_of_heartbeats
from slamon.sla.imports import ObservationsImported
from slamon.sla.intake import BatchQuarantined
from slamon.sla.runs import DAY_US
from slamon.views.batches import read_assignment
from slamon.views.chains import Chain, in_chains
from slamon.views.observed import Observed
from slamon.views.pastveil import Veil
from slamon.views.tables import (
    assignment,
    corrected_day,
    covered,
    pace_day,
    probe_day,
    probe_last,
    spool_day,
)

Day = tuple[str, str, int]
"""Check, location and UTC day (days since the epoch)."""

FOLDED = (probe_day, pace_day)
SCRATCH = (*FOLDED, probe_last, covered, spool_day)

Newest = dict[tuple[str, str], tuple[int, int]]
"""By check and location: the instant of the newest result that was folded (µs), and the position of its fact."""


@dataclass(frozen=True)
class PastDays:
    """Folds days anew into the temporary tables of a veil; all of `SCRATCH` has been laid."""

    veil: Veil
    ledger: Ledger
    newest: Newest = field(default_factory=dict)
    _rows: dict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def fold(self) -> None:
        """Fold every day anew of which something was told, or taken back, after the position."""
        asked, imported = self._unfinished()
        for day in sorted(asked):
            self._fold_one(asked[day], [*self._streams(asked[day], day), *_reported(asked[day])])
        for source, days in imported.items():
            self._fold_one(days, [f"imports:{source}"])
        for table in FOLDED:
            self._lay(table)

    def _lay(self, table: Table) -> None:
        """Keep what was folded, but not the rows that are stored as they were."""
        names = [column.name for column in table.primary_key.columns]
        folded = {tuple(row[name] for name in names): row for row in self._rows[table.name]}
        stored = self.veil.stored(table)
        unmoved = select(*stored.primary_key.columns).where(
            stored.c.day.in_({row["day"] for row in folded.values()}),
            stored.c.position <= self.veil.position,
        )
        for key in self.veil.connection.execute(unmoved):
            folded.pop(tuple(key), None)
        if folded:
            self.veil.connection.execute(table.insert(), list(folded.values()))

    def _unfinished(self) -> tuple[Mapping[int, set[Day]], Mapping[str, set[Day]]]:
        """The days to fold: of agents by day, of files by source."""
        upto = self.veil.position
        asked: dict[int, set[Day]] = defaultdict(set)
        imported: dict[str, set[Day]] = defaultdict(set)
        stored, corrected = self.veil.stored(probe_day).c, self.veil.stored(corrected_day).c
        queries = (
            select(stored.check, stored.location, stored.day).where(
                stored.position > upto, stored.since <= upto
            ),
            select(corrected.check, corrected.location, corrected.day).where(
                corrected.position > upto
            ),
        )
        for query in queries:
            for row in self.veil.connection.execute(query):
                source, is_file, _ = row.check.partition("/")
                group = imported[source] if is_file else asked[row.day]
                group.add((row.check, row.location, row.day))
        return asked, imported

    def _streams(self, days: Iterable[Day], day: int) -> list[str]:
        """The streams of a day; with the day before where a spool's results of it came after midnight.

        What each spool's probes were before its first stream is put where the fold looks for it.
        """
        connection, stored = self.veil.connection, self.veil.stored(spool_day)
        agents = self._agents({location for _, location, _ in days})
        begun = connection.execute(
            select(stored).where(
                stored.c.day.in_((day - 1, day)),
                stored.c.position <= self.veil.position,
                stored.c.agent.in_(agents),
            )
        ).mappings()
        streams: list[str] = []
        before: dict[tuple[str, str], Mapping[str, Any]] = {}
        for row in sorted(begun, key=lambda each: (each["day"], each["position"])):
            stream = f"observations:{row['agent']}:{row['spool']}:{_date(row['day'])}"
            if row["day"] == day or self._reaches_over(stream, day * DAY_US, agents[row["agent"]]):
                streams.append(stream)
                before.setdefault((row["agent"], row["spool"]), dict(row))
        self._begin(before.values())
        return streams

    def _begin(self, before: Iterable[Mapping[str, Any]]) -> None:
        names = [column.name for column in covered.columns]
        rows = [{name: row[name] for name in names} for row in before if row["assignment"]]
        if rows:
            self.veil.connection.execute(covered.insert(), rows)

    def _agents(self, locations: set[str]) -> dict[str, int]:
        """The agents at some locations, each with the longest time (µs) by which a result of it may be late."""
        stored = self.veil.stored(assignment).c
        query = select(stored.agent, stored.body).where(
            stored.location.in_(locations), stored.position <= self.veil.position
        )
        late: dict[str, int] = {}
        for row in self.veil.connection.execute(query):
            late[row.agent] = max(late.get(row.agent, 0), _longest(read_assignment(row.body)))
        return late

    def _reaches_over(self, stream: str, midnight: int, late: int) -> bool:
        """Whether a result that was due before midnight came after it: it is an edge of one of the last batches."""
        for version in range(self.ledger.version(stream), 0, -1):
            found = self.ledger.stream(stream, after=version - 1, upto=self.veil.position, limit=1)
            for entry in found:
                if isinstance(entry.fact, ObservationsRecorded):
                    if any(edge.at >= midnight for edge in entry.fact.edges):
                        return True
                    if entry.fact.end <= midnight - late:
                        return False
        return False

    def _fold_one(self, days: set[Day], streams: Sequence[str]) -> None:
        observed = Observed(self.veil.connection)
        told = [self.ledger.stream_rows(name, upto=self.veil.position) for name in streams]
        rows = merge(*told, *self._corrections(days), key=attrgetter("position"))
        for each in in_chains(rows, observed.assignment):
            if isinstance(each, Chain):
                observed.recorded(each)
            else:
                _apply(observed, self.ledger.entry(each))
        observed.flush()
        self._collect(days)

    def _corrections(self, days: Iterable[Day]) -> Iterator[list[Row]]:
        stored = self.veil.stored(corrected_day).c
        query = select(stored.check, stored.location, stored.day).where(
            stored.position <= self.veil.position,
            stored.day.in_({day for _, _, day in days}),
        )
        known = {tuple(row) for row in self.veil.connection.execute(query)}
        for check, location, day in known & set(days):
            stream = stream_of(check, location, day * DAY_US)
            yield self.ledger.stream_rows(stream, upto=self.veil.position)

    def _collect(self, days: set[Day]) -> None:
        """Take what was folded of these days out of the temporary tables, and empty them for the next."""
        connection = self.veil.connection
        for table in FOLDED:
            found = [dict(row) for row in connection.execute(select(table)).mappings()]
            self._rows[table.name] += [row for row in found if _key(row) in days]
        for row in connection.execute(select(probe_last)):
            self._note((row.check, row.location), (row.at, row.position), days)
        for table in SCRATCH:
            connection.execute(delete(table))

    def _note(self, place: tuple[str, str], newest: tuple[int, int], days: set[Day]) -> None:
        if (*place, newest[0] // DAY_US) in days:
            self.newest[place] = max(newest, self.newest.get(place, newest))


def _apply(observed: Observed, entry: Entry) -> None:
    match entry.fact:
        case ObservationsImported() as fact:
            observed.imported(entry, fact)
        case fact if isinstance(fact, HeartbeatFact):
            observed.heard(entry, fact)
        case ObservationsVoided() | ObservationsCorrected() as fact:
            observed.flush()
            observed.amended(entry, fact)
        case BatchQuarantined():
            observed.set_aside(entry)
        case other:
            message = f"{type(other).__name__} tells of no results"
            raise TypeError(message)


def _reported(days: Iterable[Day]) -> Iterator[str]:
    """The streams of days that probes may have reported themselves."""
    for check, day in sorted({(check, day) for check, _, day in days}):
        yield stream_of_heartbeats(check, day * DAY_US)


def _key(row: Mapping[str, Any]) -> Day:
    return row["check"], row["location"], row["day"]


def _longest(assigned: AgentAssigned) -> int:
    return max((s.interval for probe in assigned.probes for s in probe.segments), default=0)


def _date(day: int) -> str:
    return format_instant(day * DAY_US)[:10]
