"""What agents there are, how far each has handed in, and what stands to be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from sqlalchemy import Connection, func, select

from catalogue.instants import format_instant
from slamon.views.alarms import AlarmLine, alarms
from slamon.views.answers import Answer
from slamon.views.completeness import Completeness
from slamon.views.enrolled import enrolments
from slamon.views.paused import pauses
from slamon.views.tables import assignment, covered


class AgentLine(Answer):
    """An agent: where it measures, what it was assigned last (0: nothing), until when it has handed in (null: never).

    That of the machine itself is not enrolled.
    """

    agent: str
    location: str
    simulated: bool
    assignment: int
    spools: int
    reported_until: str | None
    enrolled_at: str | None = None
    revoked_at: str | None = None
    refilled_from: str | None = None
    """From when on it handed in again what the backup lacked that the ledger went on from."""
    silent_since: str | None = None
    """Until when it handed in, or was told its list, if slots of it are due and nothing has come for long."""
    hosts_failing: int = 0
    """How many hosts it asks, where all of them fail at once: its own line is the likeliest to be down."""
    paused: tuple[str, ...] = ()
    """The probes that it leaves in peace, as their targets turned it away."""
    alarms: tuple[AlarmLine, ...]
    complete: Completeness | None = None
    """How many of its slots have a result; none where it was not told to measure."""


def agents(connection: Connection, now: int) -> tuple[AgentLine, ...]:
    """Every agent that was ever enrolled or assigned something, by its id, with its alarms at an instant (µs)."""
    reach = select(covered.c.agent, func.count().label("spools"), func.max(covered.c.until))
    told = {row[0]: (row[1], row[2]) for row in connection.execute(reach.group_by(covered.c.agent))}
    standing = alarms(connection, now)
    lines = {line.agent: line for line in chain(_enrolled(connection), _assigned(connection))}
    enrolled = {line.agent: line for line in enrolments(connection)}
    lasting = [each for each in pauses(connection) if each.lasts_at(now)]
    return tuple(
        line.model_copy(
            update={
                "spools": told.get(name, (0, 0))[0],
                "reported_until": said(told.get(name, (0, 0))[1]),
                "enrolled_at": enrolled[name].enrolled_at if name in enrolled else None,
                "revoked_at": enrolled[name].revoked_at if name in enrolled else None,
                "paused": tuple(sorted(each.probe for each in lasting if each.agent == name)),
                "alarms": tuple(each for each in standing if each.agent == name),
            }
        )
        for name, line in sorted(lines.items())
    )


def _enrolled(connection: Connection) -> Iterator[AgentLine]:
    for line in enrolments(connection):
        yield _line(line.agent, line.location)


def _assigned(connection: Connection) -> Iterator[AgentLine]:
    newest = select(assignment.c.agent, func.max(assignment.c.version).label("version"))
    last = newest.group_by(assignment.c.agent).subquery()
    rows = connection.execute(
        select(
            assignment.c.agent,
            assignment.c.location,
            assignment.c.simulated,
            assignment.c.version,
        ).join(
            last,
            (assignment.c.agent == last.c.agent) & (assignment.c.version == last.c.version),
        )
    )
    for row in rows:
        yield _line(row.agent, row.location, row.version, simulated=row.simulated)


def _line(agent: str, location: str, version: int = 0, *, simulated: bool = False) -> AgentLine:
    return AgentLine(
        agent=agent,
        location=location,
        simulated=simulated,
        assignment=version,
        spools=0,
        reported_until=None,
        alarms=(),
    )


def with_refills(
    lines: tuple[AgentLine, ...], refilled: Mapping[str, int]
) -> tuple[AgentLine, ...]:
    """The same with the instant (µs) from which each filled the newest gap again, if it did."""
    return tuple(
        line.model_copy(update={"refilled_from": said(refilled.get(line.agent, 0))})
        for line in lines
    )


def with_completeness(
    lines: tuple[AgentLine, ...], counted: tuple[Completeness, ...]
) -> tuple[AgentLine, ...]:
    """The same with what of their slots was observed."""
    found = {each.agent: each for each in counted}
    return tuple(line.model_copy(update={"complete": found.get(line.agent)}) for line in lines)


def said(instant: int) -> str | None:
    """An instant (µs) as text; None for 0, which is none."""
    return format_instant(instant) if instant else None
