"""`seal`: the seals of the ledger, to be named beside what rests on sealed facts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, select

from catalogue.instants import format_instant
from slamon.ledger.codec import Entry
from slamon.ledger.seals import LedgerSealed
from slamon.views.answers import SealLine
from slamon.views.tables import seal
from slamon.views.writing import insert

Asked = Select[Any]

_NAMED = ("number", "first", "last", "count", "previous", "root", "hash")


def keep_seal(connection: Connection, entry: Entry, fact: LedgerSealed) -> None:
    """A seal was made; what it keeps for finding faults stays in the fact."""
    connection.execute(
        insert(seal).values(
            **{name: getattr(fact, name) for name in _NAMED},
            position=entry.position,
            recorded_at=entry.recorded_at,
        )
    )


def newest(connection: Connection) -> SealLine | None:
    """The last seal."""
    return _first(connection, select(seal).order_by(seal.c.number.desc()))


def before(connection: Connection, position: int) -> SealLine | None:
    """The last seal that was recorded before a position."""
    earlier = select(seal).where(seal.c.position < position)
    return _first(connection, earlier.order_by(seal.c.number.desc()))


def over(connection: Connection, position: int) -> SealLine | None:
    """The seal that the fact of a position is under; None as long as there is none."""
    later = select(seal).where(seal.c.last >= position)
    return _first(connection, later.order_by(seal.c.number))


def some(connection: Connection, after: int, limit: int) -> tuple[SealLine, ...]:
    """So many seals behind a number, oldest first."""
    asked = select(seal).where(seal.c.number > after).order_by(seal.c.number).limit(limit)
    return _lines(connection, asked)


def _first(connection: Connection, asked: Asked) -> SealLine | None:
    return next(iter(_lines(connection, asked.limit(1))), None)


def _lines(connection: Connection, asked: Asked) -> tuple[SealLine, ...]:
    return tuple(
        SealLine(
            **{name: getattr(row, name) for name in _NAMED},
            position=row.position,
            sealed_at=format_instant(row.recorded_at),
        )
        for row in connection.execute(asked)
    )
