"""Probes as assigned with their newest results, and stretches of equal results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import cast

from sqlalchemy import Connection, Row, func, select, tuple_

from catalogue.instants import format_instant, moment_of, parse_duration
from catalogue.probing import Import, Probe
from catalogue.questions import Heartbeat
from probes.batch import NO_LATENCY, ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe
from slamon.ledger.store import Ledger
from slamon.sla.heartbeats import HeartbeatReceived
from slamon.sla.imports import ObservationsImported
from slamon.sla.judgement import Basis
from slamon.sla.runs import DAY_US
from slamon.views import percentiles
from slamon.views.answers import (
    ProbeLine,
)
from slamon.views.batches import read_assignment
from slamon.views.daybook import mixed, unpack
from slamon.views.interpreting import timing
from slamon.views.observed import OUTCOMES
from slamon.views.pastresults import UNCOUNTED
from slamon.views.promised import Promises, promises
from slamon.views.results import ObservationLine, ResultCount
from slamon.views.tables import assignment, probe_day, probe_last
from slamon.views.traced import Tracer

Place = tuple[str, str]
"""Check and location."""

REPORTS_ITSELF = "reports itself"


def probes(
    connection: Connection, ledger: Ledger, service: str | None = None
) -> tuple[ProbeLine, ...]:
    """The probes of the catalogue (of one service, if named), each at each place that asks it."""
    held = promises(connection)
    assigned = _assigned(connection)
    newest = {(row.check, row.location): row for row in connection.execute(select(probe_last))}
    reader, bases = _Newest(connection, ledger), _bases(connection)
    slowest = percentiles.newest(
        connection, {place: row.at // DAY_US for place, row in newest.items()}
    )
    lines: list[ProbeLine] = []
    for probe in held.of(Probe):
        if service is not None and probe.service != service:
            continue
        heard = [(place, None) for check, place in sorted(newest) if check == probe.id]
        silent: list[tuple[str | None, None]] = [(None, None)]
        itself = isinstance(probe, Heartbeat)
        places = assigned.get(probe.id) or (heard if itself and heard else silent)
        for place, found in places:
            line = _line(held, probe, place, found, newest, reader)
            key = (probe.id, place or "")
            more = {"basis": bases.get(key, "none"), "p95_us": slowest.get(key)}
            lines.append(line.model_copy(update=more))
    return tuple(lines)


def _bases(connection: Connection) -> Mapping[Place, Basis]:
    """What all results of each check at each place rest on."""
    table = probe_day.c
    found: dict[Place, Basis] = {}
    for row in connection.execute(select(table.check, table.location, table.basis).distinct()):
        key = (row.check, row.location)
        found[key] = mixed(found.get(key), cast("Basis", row.basis))
    return found


def _assigned(connection: Connection) -> dict[str, list[tuple[str | None, AssignedProbe | None]]]:
    """For each probe the places of live agents that ask it, by each agent's newest assignment."""
    newest = select(assignment.c.agent, func.max(assignment.c.version)).group_by(assignment.c.agent)
    rows = connection.execute(
        select(assignment.c.location, assignment.c.body)
        .where(
            tuple_(assignment.c.agent, assignment.c.version).in_(newest),
            assignment.c.simulated.is_(False),
        )
        .order_by(assignment.c.agent)
    )
    found: dict[str, list[tuple[str | None, AssignedProbe | None]]] = {}
    for row in rows:
        for probe in read_assignment(row.body).probes:
            found.setdefault(probe.probe, []).append((row.location, probe))
    return found


def _line(
    held: Promises,
    probe: Probe,
    place: str | None,
    assigned: AssignedProbe | None,
    newest: dict[tuple[str, str], Row[tuple[object, ...]]],
    reader: _Newest,
) -> ProbeLine:
    row = newest.get((probe.id, place)) if place else None
    heard = isinstance(probe, Heartbeat) and probe.enabled and row is not None
    why = None if assigned or heard else why_not_asked(probe)
    return ProbeLine(
        probe=probe.id,
        kind=probe.kind,
        service=probe.service,
        location=place,
        target=assigned.spec.target if assigned else probe.target or REPORTS_ITSELF,
        interval_us=timing(held, probe)[0],
        control=probe.control,
        measurable=why is None,
        why=why,
        outcome=OUTCOMES[row.outcome] if row else None,
        last_at=format_instant(row.at) if row else None,
        latency_us=reader.of(row) if row else None,
        runs=reader.counted(row) if row else {},
        asked=assigned.spec.model_dump(mode="json", exclude_none=True) if assigned else None,
        grace_us=parse_duration(probe.grace).exact() if isinstance(probe, Heartbeat) else None,
    )


def why_not_asked(probe: Probe) -> str:
    """Say why no agent asks a probe."""
    if not probe.enabled:
        return "switched off in the documents"
    if isinstance(probe, Heartbeat):
        return "it reports itself, and was not heard yet"
    if probe.active:
        return f"asked only while {probe.active.agreement} is in force"
    return "no agent has been told to ask it"


class _Newest:
    """Newest results: their latencies, read from the facts that hold them, and how many came before."""

    def __init__(self, connection: Connection, ledger: Ledger) -> None:
        self._connection = connection
        self._ledger = ledger
        self._read: dict[int, dict[tuple[str, int], int | None]] = {}

    def of(self, row: Row[tuple[object, ...]]) -> int | None:
        """The latency in µs of a newest result; None where it has none."""
        position = row.position or self._traced(row)
        if position not in self._read:
            self._read[position] = dict(self._latencies(position))
        return self._read[position].get((row.check, row.at))

    def counted(self, row: Row[tuple[object, ...]]) -> dict[str, int]:
        """How many results of each outcome stand."""
        if min(getattr(row, name) for name in OUTCOMES) > UNCOUNTED:
            return {name: getattr(row, name) for name in OUTCOMES}
        query = select(probe_day.c.runs).where(
            probe_day.c.check == row.check, probe_day.c.location == row.location
        )
        found: Counter[Outcome] = Counter()
        for runs in self._connection.execute(query).scalars():
            for run in unpack(runs):
                found[run.outcome] += run.count
        return {outcome.name.lower(): found[outcome] for outcome in Outcome}

    def _traced(self, row: Row[tuple[object, ...]]) -> int:
        result = (row.check, row.location, row.at)
        return Tracer.of(self._connection, self._ledger).positions([result]).get(result, 0)

    def _latencies(self, position: int) -> Iterator[tuple[tuple[str, int], int | None]]:
        if not position:
            return  # no fact holds it any more
        entry = self._ledger.since(position - 1, limit=1)[0]
        match entry.fact:
            case ObservationsRecorded() as batch:
                agent = entry.stream.split(":")[1]
                yield from _of_batch(batch, self._assignment(agent, batch.assignment))
            case HeartbeatReceived() as fact:
                yield (entry.stream.split(":")[1], fact.at), fact.duration_us
            case ObservationsImported() as fact:
                for check, at, value in zip(fact.check, fact.at, fact.latency_us, strict=True):
                    yield (fact.checks[check], at), value

    def _assignment(self, agent: str, version: int) -> AgentAssigned:
        body = self._connection.execute(
            select(assignment.c.body).where(
                assignment.c.agent == agent, assignment.c.version == version
            )
        ).scalar_one()
        return read_assignment(body)


def _of_batch(
    batch: ObservationsRecorded, assigned: AgentAssigned
) -> Iterator[tuple[tuple[str, int], int | None]]:
    if batch.away:
        return  # so old that its latencies are in an archive
    missing = {(due, index) for index, due in batch.missing}
    slots = [slot for slot in assigned.plan(batch.begin, batch.end) if slot not in missing]
    for (due, index), value in zip(slots, batch.latency, strict=True):
        yield (assigned.probes[index].probe, due), None if value == NO_LATENCY else value


def observations(
    connection: Connection,
    check: str | None,
    service: str | None,
    after: tuple[str, ...] | None,
    limit: int,
) -> tuple[ObservationLine, ...]:
    """Stretches of equal results by (day, check, location, first instant), those behind `after` only."""
    lines: list[ObservationLine] = []
    table = probe_day.c
    query = select(probe_day).order_by(table.day, table.check, table.location)
    checks = _checks(connection, check, service)
    if checks is not None:
        query = query.where(table.check.in_(checks))
    if after is not None:
        query = query.where(table.day >= _day_number(after[0]))
    for row in connection.execute(query):
        lines += [line for line in _lines(row) if after is None or _key(line) > tuple(after)]
        if len(lines) >= limit:
            break
    return tuple(lines[:limit])


def counted(connection: Connection, check: str) -> tuple[ResultCount, ...]:
    """The results of a check at each place, days of generated results apart from measured ones."""
    table = probe_day.c
    query = select(probe_day).where(table.check == check).order_by(table.location, table.day)
    days: dict[tuple[str, Basis], list[int]] = {}
    outcomes: dict[tuple[str, Basis], Counter[str]] = {}
    for row in connection.execute(query):
        key = (row.location, cast("Basis", row.basis))
        days.setdefault(key, []).append(row.day)
        counts = outcomes.setdefault(key, Counter())
        for run in unpack(row.runs):
            counts[run.outcome.name.lower()] += run.count
    return tuple(
        ResultCount(
            check=check,
            location=location,
            basis=basis,
            first_day=_day_text(found[0]),
            last_day=_day_text(found[-1]),
            outcomes={name: outcomes[location, basis][name] for name in OUTCOMES},
        )
        for (location, basis), found in days.items()
    )


def probes_of(held: Promises, service: str) -> list[str]:
    """The ids of the probes of a service."""
    return [probe.id for probe in held.of(Probe) if probe.service == service]


def _checks(connection: Connection, check: str | None, service: str | None) -> list[str] | None:
    if check is not None:
        return [check]
    if service is None:
        return None
    held = promises(connection)
    return [*probes_of(held, service), *(f"{file.id}/{service}" for file in held.of(Import))]


def _day_number(day: str) -> int:
    year, month, date = (int(part) for part in day.split("-"))
    return int((moment_of(0).replace(year=year, month=month, day=date) - moment_of(0)).days)


def _day_text(day: int) -> str:
    return format_instant(day * DAY_US)[:10]


def _lines(row: Row[tuple[object, ...]]) -> Iterator[ObservationLine]:
    for run in unpack(row.runs):
        yield ObservationLine(
            check=row.check,
            location=row.location,
            day=_day_text(row.day),
            first_at=format_instant(run.first),
            last_at=format_instant(run.last),
            speaks_until=format_instant(run.last + run.validity) if run.validity else None,
            count=run.count,
            outcome=Outcome(run.outcome).name.lower(),
            basis=row.basis,
        )


def _key(line: ObservationLine) -> tuple[str, ...]:
    return (line.day, line.check, line.location, line.first_at)
