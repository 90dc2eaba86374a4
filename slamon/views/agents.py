"""What agents there are, how far each has handed in, and what stands to be looked at."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from catalogue.instants import format_instant
from slamon.views.alarms import AlarmLine, alarms
from slamon.views.answers import Answer
from slamon.views.tables import assignment, covered


class AgentLine(Answer):
    """An agent: where it measures, what it was assigned last, and until when it has handed in (null: never)."""

    agent: str
    location: str
    simulated: bool
    assignment: int
    spools: int
    reported_until: str | None
    refilled_from: str | None = None
    """From when on it handed in again what the backup lacked that the ledger went on from."""
    alarms: tuple[AlarmLine, ...]


def agents(connection: Connection, now: int) -> tuple[AgentLine, ...]:
    """Every agent that was ever assigned something, by its id, with its alarms at an instant (µs)."""
    newest = select(assignment.c.agent, func.max(assignment.c.version).label("version"))
    last = newest.group_by(assignment.c.agent).subquery()
    rows = connection.execute(
        select(
            assignment.c.agent,
            assignment.c.location,
            assignment.c.simulated,
            assignment.c.version,
        )
        .join(
            last,
            (assignment.c.agent == last.c.agent) & (assignment.c.version == last.c.version),
        )
        .order_by(assignment.c.agent)
    )
    reach = select(covered.c.agent, func.count().label("spools"), func.max(covered.c.until))
    told = {row[0]: (row[1], row[2]) for row in connection.execute(reach.group_by(covered.c.agent))}
    standing = alarms(connection, now)
    return tuple(
        AgentLine(
            agent=row.agent,
            location=row.location,
            simulated=row.simulated,
            assignment=row.version,
            spools=told.get(row.agent, (0, 0))[0],
            reported_until=_said(told.get(row.agent, (0, 0))[1]),
            alarms=tuple(each for each in standing if each.agent == row.agent),
        )
        for row in rows
    )


def with_refills(
    lines: tuple[AgentLine, ...], refilled: Mapping[str, int]
) -> tuple[AgentLine, ...]:
    """The same with the instant (µs) from which each filled the newest gap again, if it did."""
    return tuple(
        line.model_copy(update={"refilled_from": _said(refilled.get(line.agent, 0))})
        for line in lines
    )


def _said(instant: int) -> str | None:
    return format_instant(instant) if instant else None
