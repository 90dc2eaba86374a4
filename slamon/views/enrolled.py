"""`enrolment`: who was let in and who was revoked; of each agent, its newest row holds."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from catalogue.instants import format_instant
from slamon.ledger.codec import Entry
from slamon.sla.enrolment import AgentEnrolled, AgentRevoked, EnrolmentFact
from slamon.views.answers import Answer
from slamon.views.tables import enrolment
from slamon.views.writing import insert


class EnrolmentLine(Answer):
    """An enrolled agent: at which location, since when, and whether and why it was revoked."""

    agent: str
    location: str
    enrolled_at: str
    revoked_at: str | None
    reason: str | None
    position: int


def applied(connection: Connection, entry: Entry, fact: EnrolmentFact) -> None:
    """An agent was enrolled, or revoked."""
    connection.execute(
        insert(enrolment).values(
            position=entry.position,
            agent=entry.stream.partition(":")[2],
            at=entry.recorded_at,
            location=fact.location if isinstance(fact, AgentEnrolled) else None,
            reason=fact.reason if isinstance(fact, AgentRevoked) else None,
        )
    )


def enrolments(connection: Connection) -> tuple[EnrolmentLine, ...]:
    """Every agent that was ever enrolled, those that came first before the others."""
    found: dict[str, EnrolmentLine] = {}
    for row in connection.execute(select(enrolment).order_by(enrolment.c.position)):
        before = found.get(row.agent)
        at = format_instant(row.at)
        if row.location is not None:
            found[row.agent] = EnrolmentLine(
                agent=row.agent,
                location=row.location,
                enrolled_at=before.enrolled_at if before else at,
                revoked_at=None,
                reason=None,
                position=row.position,
            )
        elif before:
            told = {"revoked_at": at, "reason": row.reason, "position": row.position}
            found[row.agent] = before.model_copy(update=told)
    return tuple(found.values())


def position_of(connection: Connection) -> int:
    """The position of the newest fact about enrolment; 0 where there is none."""
    return int(connection.execute(select(func.max(enrolment.c.position))).scalar() or 0)
