"""Which results of a check stand, and in which streams they were recorded: what a correction chooses from."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from catalogue.instants import format_instant
from probes.outcome import Outcome
from probes.spec import AssignedProbe
from slamon.sla.corrections import Chosen
from slamon.sla.heartbeats import stream_of
from slamon.sla.runs import DAY_US
from slamon.views.batches import read_assignment
from slamon.views.daybook import unpack
from slamon.views.store import read_position
from slamon.views.tables import assignment, covered, probe_day, probe_last


class Origins:
    """Answers of one state of the views."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def checks(self) -> tuple[str, ...]:
        """Every check that has results."""
        rows = self._connection.execute(
            select(probe_last.c.check).distinct().order_by(probe_last.c.check)
        )
        return tuple(row.check for row in rows)

    def places(self, check: str) -> tuple[str, ...]:
        """Every place at which a check has results."""
        query = select(probe_last.c.location).where(probe_last.c.check == check)
        rows = self._connection.execute(query.order_by(probe_last.c.location))
        return tuple(row.location for row in rows)

    def chosen(self, check: str, location: str, begin: int, end: int) -> Chosen:
        """The results in `[begin, end)` (µs), and the streams that may hold them."""
        return Chosen(
            check=check,
            location=location,
            results=dict(self._results(check, location, begin, end)),
            streams=tuple(sorted(set(self._streams(check, location, begin, end)))),
            position=read_position(self._connection),
        )

    def _results(
        self, check: str, location: str, begin: int, end: int
    ) -> Iterator[tuple[int, Outcome]]:
        table = probe_day.c
        query = select(table.runs).where(
            table.check == check,
            table.location == location,
            table.day.between(begin // DAY_US, (end - 1) // DAY_US),
        )
        for row in self._connection.execute(query.order_by(table.day)):
            for run in unpack(row.runs):
                inside = run.part(run.before(begin), run.before(end))
                yield from inside.results() if inside else ()

    def _streams(self, check: str, location: str, begin: int, end: int) -> Iterator[str]:
        source, imported, _ = check.partition("/")
        if imported:
            yield f"imports:{source}"
            return
        for day in range(begin // DAY_US, (end - 1) // DAY_US + 1):
            yield stream_of(check, day * DAY_US)
        for agent, probe in self._asked(check, location):
            # A result of a day may stand with the day before: it is filed by the instant at which it was due.
            late = max(segment.interval for segment in probe.segments)
            for day in range((begin - late) // DAY_US, (end - 1) // DAY_US + 1):
                for spool in self._spools(agent):
                    yield f"observations:{agent}:{spool}:{format_instant(day * DAY_US)[:10]}"

    def _asked(self, check: str, location: str) -> Iterator[tuple[str, AssignedProbe]]:
        table = assignment.c
        rows = self._connection.execute(
            select(table.agent, table.body).where(table.location == location)
        )
        for row in rows:
            for probe in read_assignment(row.body).probes:
                if probe.probe == check:
                    yield row.agent, probe

    def _spools(self, agent: str) -> list[str]:
        rows = self._connection.execute(select(covered.c.spool).where(covered.c.agent == agent))
        return [row.spool for row in rows]
