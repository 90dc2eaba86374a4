"""`alarm`: what the intake of batches has to tell operations, and what of it stands now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from catalogue.instants import format_instant
from slamon.ledger.codec import Entry
from slamon.sla.intake import BatchQuarantined, SpoolBegan, SpoolConflictFound
from slamon.sla.runs import DAY_US
from slamon.views.answers import Answer
from slamon.views.tables import alarm, covered
from slamon.views.writing import insert

IntakeKind = Literal["quarantined", "other_content", "two_runs", "new_spool"]

STANDS_US = DAY_US  # a conflict is recorded again on each day that it lasts
RELEASED = "released-"  # the spool of a batch that was let out of quarantine


class AlarmLine(Answer):
    """Something about an agent that somebody must look at: `says` what, `do` what can be done."""

    agent: str
    kind: IntakeKind
    spool: str
    day: str
    sequence: int
    at: str
    says: str
    do: str
    position: int


class QuarantineLine(Answer):
    """A batch that was set aside, where it stands, and why."""

    agent: str
    stream: str
    version: int
    received_at: str
    reason: str
    content_hash: str
    position: int
    released: bool


DO: dict[str, str] = {
    "quarantined": "look with `slamon agent quarantine`, and set the clock right that is wrong",
    "other_content": "stop one of the two agents, or give one a spool of its own: `python -m probes --new-spool`",
    "two_runs": "stop one of the two agents, or enrol it under a name of its own",
    "new_spool": "if an agent still has the old spool, let it hand in; otherwise its last results are lost",
}


def applied(
    connection: Connection, entry: Entry, fact: BatchQuarantined | SpoolBegan | SpoolConflictFound
) -> None:
    """Remember a fact of the intake."""
    agent = entry.stream.split(":")[1]
    row = {"position": entry.position, "agent": agent, "at": fact.received_at, "content_hash": ""}
    match fact:
        case BatchQuarantined():
            _, _, spool, day = entry.stream.split(":", 3)
            row |= {"kind": "quarantined", "spool": spool, "day": day, "sequence": entry.version}
            row |= {"reason": fact.reason, "content_hash": fact.content_hash}
        case SpoolConflictFound():
            row |= {"kind": fact.kind, "spool": fact.spool, "day": fact.day}
            row |= {"sequence": fact.sequence, "reason": _clash(fact)}
        case SpoolBegan():
            row |= {"kind": "new_spool", "spool": fact.spool, "reason": "", "sequence": 0}
            row |= {"day": format_instant(fact.begin)[:10]}
    connection.execute(insert(alarm).values(row))


def _clash(fact: SpoolConflictFound) -> str:
    if fact.kind == "two_runs":
        return f"runs {fact.held} and {fact.given} of the agent come by turns: two use one key"
    return (
        f"number {fact.sequence} of {fact.day} came with other content than recorded: "
        "two write one spool"
    )


def alarms(connection: Connection, now: int) -> tuple[AlarmLine, ...]:
    """What stands now (µs), the newest first."""
    query = select(alarm).where(alarm.c.at > now - STANDS_US).order_by(alarm.c.position.desc())
    return tuple(_told(connection, connection.execute(query).all()))


def _told(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[AlarmLine]:
    for row in rows:
        says = row.reason or _followed(connection, row)
        if says:
            yield AlarmLine(
                agent=row.agent,
                kind=row.kind,
                spool=row.spool,
                day=row.day,
                sequence=row.sequence,
                at=format_instant(row.at),
                says=says,
                do=DO[row.kind],
                position=row.position,
            )


def _followed(connection: Connection, row: Row[Any]) -> str:
    """What a new spool leaves behind; nothing where it is the agent's first."""
    begun = select(alarm.c.spool).where(
        alarm.c.agent == row.agent, alarm.c.kind == "new_spool", alarm.c.position >= row.position
    )
    before = connection.execute(
        select(covered.c.spool, covered.c.until)
        .where(covered.c.agent == row.agent, covered.c.spool.not_in(begun))
        .where(covered.c.spool.not_like(f"{RELEASED}%"))
        .order_by(covered.c.until.desc())
    ).first()
    if before is None:
        return ""
    until = format_instant(before.until)
    return f"a new spool began; the one before, {before.spool}, had handed in until {until}"


def quarantine(connection: Connection, agent: str | None = None) -> tuple[QuarantineLine, ...]:
    """The batches that were set aside, of one agent or of all, the newest first."""
    query = select(alarm).where(alarm.c.kind == "quarantined").order_by(alarm.c.position.desc())
    if agent is not None:
        query = query.where(alarm.c.agent == agent)
    out = select(covered.c.agent, covered.c.spool).where(covered.c.spool.startswith(RELEASED))
    released = {(row.agent, row.spool) for row in connection.execute(out)}
    return tuple(_set_aside(row, released) for row in connection.execute(query))


def _set_aside(row: Row[Any], released: set[tuple[str, str]]) -> QuarantineLine:
    return QuarantineLine(
        agent=row.agent,
        stream=f"observations:{row.agent}:{row.spool}:{row.day}",
        version=row.sequence,
        received_at=format_instant(row.at),
        reason=row.reason,
        content_hash=row.content_hash,
        position=row.position,
        released=(row.agent, f"{RELEASED}{row.position}") in released,
    )
