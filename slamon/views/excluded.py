"""`exclusion`: what was announced, and how it was ruled on."""

from __future__ import annotations

from typing import assert_never

from sqlalchemy import Connection, RowMapping, func, select, update

from slamon.ledger.codec import Entry
from slamon.sla.announcing import (
    AnnouncingFact,
    ExclusionAnnounced,
    ExclusionGranted,
    ExclusionRefused,
    ExclusionWithdrawn,
)
from slamon.sla.exclusions import Announcement
from slamon.views.tables import exclusion
from slamon.views.writing import insert

_IN_ORDER = select(exclusion).order_by(exclusion.c.agreement, exclusion.c.begin, exclusion.c.id)


def applied(connection: Connection, entry: Entry, fact: AnnouncingFact) -> str:
    """Fold one fact about an announced window; gives the agreement it is about."""
    _, agreement, name = entry.stream.split(":")
    if isinstance(fact, ExclusionAnnounced):
        _announced(connection, entry, (agreement, name), fact)
    else:
        _decided(connection, entry, (agreement, name), fact)
    return agreement


def _announced(
    connection: Connection, entry: Entry, key: tuple[str, str], fact: ExclusionAnnounced
) -> None:
    connection.execute(
        insert(exclusion).values(
            agreement=key[0],
            id=key[1],
            clause=fact.clause,
            services=list(fact.services),
            begin=fact.begin,
            end=fact.end,
            received_at=fact.received_at,
            recorded_at=entry.recorded_at,
            evidence=fact.evidence,
            reason=fact.reason,
            ruling_reason="",
            withdrawn=False,
            withdrawn_reason="",
            positions=[entry.position],
            position=entry.position,
        )
    )


def _decided(
    connection: Connection,
    entry: Entry,
    key: tuple[str, str],
    fact: ExclusionGranted | ExclusionRefused | ExclusionWithdrawn,
) -> None:
    this = (exclusion.c.agreement == key[0], exclusion.c.id == key[1])
    before = connection.execute(select(exclusion.c.positions).where(*this)).scalar_one()
    said = {"positions": [*before, entry.position], "position": entry.position}
    connection.execute(update(exclusion).where(*this).values(**said, **_decision(fact)))


def _decision(
    fact: ExclusionGranted | ExclusionRefused | ExclusionWithdrawn,
) -> dict[str, object]:
    match fact:
        case ExclusionGranted():
            return {"ruling": "granted", "ruling_reason": fact.reason}
        case ExclusionRefused():
            return {"ruling": "refused", "ruling_reason": fact.reason}
        case ExclusionWithdrawn():
            return {"withdrawn": True, "withdrawn_reason": fact.reason}
    assert_never(fact)


def announcements(connection: Connection) -> tuple[Announcement, ...]:
    """Every announcement with what was ruled on it, by agreement and begin."""
    return tuple(_thawed(row) for row in connection.execute(_IN_ORDER).mappings())


def position_of(connection: Connection) -> int:
    """The position of the newest fact about exclusions; 0 if there is none."""
    newest = connection.execute(select(func.max(exclusion.c.position))).scalar()
    return int(newest or 0)


def _thawed(row: RowMapping) -> Announcement:
    stored = {name: value for name, value in row.items() if name != "position"}
    for name in ("services", "positions"):
        stored[name] = tuple(stored[name])
    return Announcement(**stored)
