"""How little is asked often: in the driver's own words, since the library takes longer than the store."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Connection, Dialect, Select

from slamon.views.spelling import spelled
from slamon.views.together import told_alike

Row = tuple[Any, ...]


def ask(connection: Connection, statement: Select[Any], **given: object) -> list[Row]:
    """All rows of a statement of a module, in the order of its columns; every parameter is given by its name.

    Raises:
        DBAPIError: the store does not answer.

    """
    dialect, driver = connection.dialect, connection.connection.driver_connection
    text = spelled(statement, dialect)
    with told_alike(connection):
        rows: list[Row] = driver.execute(text.text, text.given(given)).fetchall()  # type: ignore[union-attr]
    for place, read in _not_plain(statement, dialect):
        rows = [(*row[:place], read(row[place]), *row[place + 1 :]) for row in rows]
    return rows


@lru_cache(maxsize=256)
def _not_plain(statement: Select[Any], dialect: Dialect) -> list[tuple[int, Any]]:
    """Columns that a store keeps as texts, and how these are read."""
    kinds = [column.type for column in statement.selected_columns]
    found = [
        (place, kind.dialect_impl(dialect).result_processor(dialect, None))
        for place, kind in enumerate(kinds)
        if isinstance(kind, JSON)
    ]
    return [(place, read) for place, read in found if read]
