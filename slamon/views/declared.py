"""`declaration`: incidents as people declared them, and what of them holds."""

from __future__ import annotations

from typing import Any, Literal, assert_never

from pydantic import Field
from sqlalchemy import Connection, Row, func, select, update

from catalogue.instants import format_instant
from slamon.ledger.codec import Entry
from slamon.sla.declared import Declared
from slamon.sla.declaring import (
    DeclarationEnded,
    DeclarationFact,
    DeclarationWithdrawn,
    StateDeclared,
)
from slamon.sla.judgement import State
from slamon.views.answers import Answer
from slamon.views.shelf import FAR
from slamon.views.tables import declaration
from slamon.views.writing import insert

Status = Literal["open", "ended", "withdrawn"]


class DeclarationLine(Answer):
    """A declared incident; `to` is null while it lasts, `because` says why it was ended or withdrawn."""

    declaration: str
    service: str
    state: State
    from_: str = Field(alias="from")
    to: str | None
    status: Status
    reason: str
    evidence: str
    because: str | None
    actor: str
    recorded_at: str
    position: int


def applied(connection: Connection, entry: Entry, fact: DeclarationFact) -> str:
    """Fold one fact about a declared incident; gives the service it is about."""
    _, service, name = entry.stream.split(":", 2)
    if isinstance(fact, StateDeclared):
        connection.execute(insert(declaration).values(_stated(entry, (service, name), fact)))
        return service
    this = (declaration.c.service == service, declaration.c.id == name)
    said = {**_changed(fact), "changed": entry.position}
    connection.execute(update(declaration).where(*this).values(**said))
    return service


def _stated(entry: Entry, key: tuple[str, str], fact: StateDeclared) -> dict[str, object]:
    return {
        "service": key[0],
        "id": key[1],
        "state": fact.state,
        "begin": fact.begin,
        "end": fact.end,
        "status": "open" if fact.end is None else "ended",
        "reason": fact.reason,
        "evidence": fact.evidence,
        "recorded_at": entry.recorded_at,
        "actor": entry.actor,
        "position": entry.position,
        "changed": entry.position,
    }


def _changed(fact: DeclarationEnded | DeclarationWithdrawn) -> dict[str, object]:
    match fact:
        case DeclarationEnded():
            return {"status": "ended", "end": fact.end, "because": fact.reason}
        case DeclarationWithdrawn():
            return {"status": "withdrawn", "because": fact.reason}
    assert_never(fact)


def declarations(connection: Connection) -> tuple[tuple[str, Declared], ...]:
    """What holds: the service and what was declared of it, in the order of the ledger; what lasts ends far ahead."""
    table = declaration.c
    query = select(declaration).where(table.status != "withdrawn").order_by(table.position)
    return tuple(
        (
            row.service,
            Declared(
                begin=row.begin,
                end=FAR if row.end is None else row.end,
                state=row.state,
                declaration=f"{row.service}/{row.id}",
                position=row.position,
            ),
        )
        for row in connection.execute(query)
    )


def position_of(connection: Connection) -> int:
    """The position of the newest fact about declared incidents; 0 if there is none."""
    newest = connection.execute(select(func.max(declaration.c.changed))).scalar()
    return int(newest or 0)


def listed(connection: Connection, service: str | None = None) -> tuple[DeclarationLine, ...]:
    """All declared incidents, of one service if it is named, by begin; withdrawn ones are among them."""
    table = declaration.c
    query = select(declaration).order_by(table.begin, table.service, table.id)
    if service is not None:
        query = query.where(table.service == service)
    return tuple(_line(row) for row in connection.execute(query))


def _line(row: Row[tuple[Any, ...]]) -> DeclarationLine:
    return DeclarationLine(
        declaration=f"{row.service}/{row.id}",
        service=row.service,
        state=row.state,
        from_=format_instant(row.begin),
        to=None if row.end is None else format_instant(row.end),
        status=row.status,
        reason=row.reason,
        evidence=row.evidence,
        because=row.because,
        actor=row.actor,
        recorded_at=format_instant(row.recorded_at),
        position=row.position,
    )
