"""Which probes ask to be looked at: overdue, suspect, paused, in a window, bad."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, tuple_

from catalogue.instants import parse_instant
from catalogue.probing import Probe
from probes.conditions.timing import is_suspect
from probes.spec import AssignedProbe
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.views.answers import Attention, PauseTold, ProbeLine
from slamon.views.batches import read_assignment
from slamon.views.decoding import attempt_of
from slamon.views.maintenance import windows_of
from slamon.views.paused import pauses
from slamon.views.promised import Promises
from slamon.views.results import ObservationLine
from slamon.views.tables import assignment, probe_last

Place = tuple[str, str]
"""Check and location."""

HANDING_IN_US = 60_000_000  # what is observed may be that old before its batch is closed


@dataclass(frozen=True)
class Told:
    """A probe as an agent was told to ask it, and when (µs) that was recorded."""

    agent: str
    probe: AssignedProbe
    since: int


def attended(
    connection: Connection, ledger: Ledger, held: Promises, lines: Iterable[ProbeLine], now: int
) -> tuple[ProbeLine, ...]:
    """The same probes, each with what of it asks to be looked at by an instant (µs)."""
    told = _told(connection, ledger)
    positions, paused = _positions(connection), _paused(connection, now)
    found = []
    for line in lines:
        windows = windows_of(held, line.service, (now, now + 1))
        place = (line.probe, line.location or "")
        assigned = told.get(place)
        flags = _flags(line, assigned, now)
        pause = paused.get((assigned.agent, line.probe)) if assigned else None
        if pause:
            flags = [*(flag for flag in flags if flag != "overdue"), "paused"]
        if _unmeasured(line) and _suspect(connection, ledger, positions.get(place, 0), line):
            flags.append("suspect")
        flags += ["maintenance"] if windows else []
        update = {"attention": tuple(flags), "windows": windows, "pause": pause}
        found.append(line.model_copy(update=update) if flags else line)
    return tuple(found)


def labelled(held: Promises, lines: tuple[ObservationLine, ...]) -> tuple[ObservationLine, ...]:
    """The same stretches of results, each with the windows that were announced for its service."""
    if not held.announced:
        return lines
    return tuple(_labelled(held, line) for line in lines)


def _labelled(held: Promises, line: ObservationLine) -> ObservationLine:
    probe = held.get(Probe, line.check)
    service = probe.service if probe else line.check.partition("/")[2] or None
    span = (parse_instant(line.first_at), parse_instant(line.last_at) + 1)
    windows = windows_of(held, service, span)
    return line.model_copy(update={"windows": windows}) if windows else line


def _flags(line: ProbeLine, told: Told | None, now: int) -> list[Attention]:
    flags: list[Attention] = []
    if line.measurable and line.outcome == "bad":
        flags.append("bad")
    if told and _overdue(line, told, now):
        flags.append("overdue")
    return flags


def _overdue(line: ProbeLine, told: Told, now: int) -> bool:
    """Whether no result speaks any more, though one was due since, and there was time to hand it in."""
    since = parse_instant(line.last_at) if line.last_at else told.since
    segment = next((s for s in told.probe.segments if s.begin <= now < s.end), None)
    if segment is None:
        return False
    since = max(since, segment.begin)
    return since + told.probe.validity(segment.interval) + HANDING_IN_US < now


def _told(connection: Connection, ledger: Ledger) -> Mapping[Place, Told]:
    """What live agents are told, by each one's newest assignment."""
    newest = select(assignment.c.agent, func.max(assignment.c.version)).group_by(assignment.c.agent)
    rows = connection.execute(
        select(
            assignment.c.agent, assignment.c.location, assignment.c.body, assignment.c.position
        ).where(
            tuple_(assignment.c.agent, assignment.c.version).in_(newest),
            assignment.c.simulated.is_(False),
        )
    )
    return {
        (probe.probe, row.location): Told(row.agent, probe, entry.recorded_at)
        for row in rows
        if (entry := _entry(ledger, row.position))
        for probe in read_assignment(row.body).probes
    }


def _paused(connection: Connection, now: int) -> Mapping[tuple[str, str], PauseTold]:
    """The probes that an agent leaves in peace at an instant (µs), by the agent and the probe."""
    return {
        (each.agent, each.probe): PauseTold(since=each.since, until=each.until, reason=each.reason)
        for each in pauses(connection)
        if each.lasts_at(now)
    }


def _positions(connection: Connection) -> Mapping[Place, int]:
    columns = (probe_last.c.check, probe_last.c.location, probe_last.c.position)
    return {
        (check, place): position for check, place, position in connection.execute(select(*columns))
    }


def _unmeasured(line: ProbeLine) -> bool:
    return line.outcome in {"good", "degraded"} and line.latency_us is None


def _suspect(connection: Connection, ledger: Ledger, position: int, line: ProbeLine) -> bool:
    """Whether the newest result has no latency because the observer itself was too slow to measure it."""
    entry = _entry(ledger, position)
    if entry is None or line.last_at is None:
        return False
    told = attempt_of(connection, ledger, entry, line.probe, parse_instant(line.last_at))
    phases = told.kept.phases_us if told and told.kept else {}
    return is_suspect(phases.get("loop_lag", 0), phases.get("total", 0))


def _entry(ledger: Ledger, position: int) -> Entry | None:
    found: Iterator[Entry] = iter(ledger.since(position - 1, limit=1) if position else ())
    return next(found, None)
