"""How rows are written: one statement for both stores, and many rows without looking at each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Insert
from sqlalchemy.dialects.postgresql import insert  # SQLite spells ON CONFLICT the same way

__all__ = ["insert", "write_many"]


def write_many(
    connection: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows of numbers, texts and bytes that name the same columns; the driver takes them as they are."""
    if not rows:
        return
    text, order = _spelled(statement, connection.dialect, tuple(rows[0]))
    given = rows if order is None else map(itemgetter(*order), rows)
    many: list[Any] = list(given)
    # Of many rows the driver waits for the store; one can be sent together with other statements.
    connection.exec_driver_sql(text, many if len(many) > 1 else many[0])


@lru_cache(maxsize=64)
def _spelled(
    statement: Insert, dialect: Dialect, columns: tuple[str, ...]
) -> tuple[str, tuple[str, ...] | None]:
    """A statement in a store's own words, and the order of its parameters where they have no names."""
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    positions = compiled.positiontup
    return str(compiled), None if positions is None else tuple(positions)
