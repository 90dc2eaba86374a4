"""How rows are written: one statement for both stores, and many rows without looking at each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Delete, Dialect, Insert, Update
from sqlalchemy.dialects.postgresql import insert  # SQLite spells ON CONFLICT the same way

from slamon.views.spelling import spelled
from slamon.views.together import server_of, told_alike

__all__ = ["IN_BULK", "change", "insert", "write_many", "write_rows"]

IN_BULK = 100  # rows that pay for a table of their own on the way into a server's
AS_TEXT = ("VARCHAR", "JSON")
"""Columns that are given a text as it is."""


def change(connection: Connection, statement: Insert | Update | Delete, **given: object) -> None:
    """Carry out a statement of a module; every parameter is given by its name, and taken as it is.

    Raises:
        DBAPIError: it was refused, or the connection was lost.

    """
    columns = tuple(given) if isinstance(statement, Insert) else ()
    text = spelled(statement, connection.dialect, columns)
    driver: Any = connection.connection.driver_connection
    with told_alike(connection):
        driver.execute(text.text, text.given(given))


def write_many(
    connection: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows that name the same columns, as `write_rows` does.

    Raises:
        DBAPIError: a row was refused, or the connection was lost.

    """
    if rows:
        columns = tuple(rows[0])
        write_rows(connection, statement, columns, [*map(itemgetter(*columns), rows)])


def write_rows(
    connection: Connection,
    statement: Insert,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Write rows of numbers, texts and bytes, in the order of these columns; the driver takes them as they are.

    Raises:
        DBAPIError: a row was refused, or the connection was lost.

    """
    if not rows:
        return
    server = server_of(connection)
    # Nothing can be copied among statements that are sent together.
    if server and len(rows) >= IN_BULK and not server.pgconn.pipeline_status:
        _copy(connection, server, _in_bulk(statement, connection.dialect, columns), rows)
        return
    # Of many rows the driver waits for the store; one can be sent together with other statements.
    if len(rows) == 1:
        change(connection, statement, **dict(zip(columns, rows[0], strict=True)))
        return
    text, order, _ = spelled(statement, connection.dialect, columns)
    cursor: Any = connection.connection.cursor()
    with told_alike(connection):
        cursor.executemany(text, _given(columns, order, rows))


def _given(
    columns: tuple[str, ...], order: tuple[str, ...] | None, rows: Sequence[tuple[Any, ...]]
) -> Iterable[Any]:
    if order is None:
        return [dict(zip(columns, row, strict=True)) for row in rows]
    return rows if order == columns else map(itemgetter(*map(columns.index, order)), rows)


class _Bulk(NamedTuple):
    """How a server is given many rows at once: into their table, or beside it and written from there."""

    types: list[str]
    copy: str
    before: str = ""
    after: str = ""


@lru_cache(maxsize=64)
def _in_bulk(statement: Insert, dialect: Dialect, columns: tuple[str, ...]) -> _Bulk:
    table = statement.table
    kinds = [str(table.c[name].type.compile(dialect)) for name in columns]
    types = ["text" if kind in AS_TEXT else kind.lower() for kind in kinds]
    named = ", ".join(map(dialect.identifier_preparer.quote, columns))
    copying = f"COPY {{}} ({named}) FROM STDIN (FORMAT BINARY)"
    into, conflict, otherwise = spelled(statement, dialect, columns).text.partition(" ON CONFLICT ")
    if not conflict:
        return _Bulk(types, copying.format(table.name))
    head, beside = into.partition(" VALUES ")[0], f"{table.name}_on_its_way"
    # It stays with the connection: after a commit that drops a table the server waits for its disk.
    made = (
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {beside} (LIKE {table.name}) ON COMMIT DELETE ROWS"
    )
    return _Bulk(
        types,
        copying.format(beside),
        before=f"{made}; DELETE FROM {beside}",  # noqa: S608  # our own names
        after=f"{head} SELECT {named} FROM {beside}{conflict}{otherwise}",  # noqa: S608  # our own names
    )


def _copy(
    connection: Connection, server: Any, bulk: _Bulk, rows: Iterable[tuple[Any, ...]]
) -> None:
    with told_alike(connection), server.cursor() as cursor:
        if bulk.before:
            cursor.execute(bulk.before)
        with cursor.copy(bulk.copy) as copy:
            copy.set_types(bulk.types)
            for row in rows:
                copy.write_row(row)
        if bulk.after:
            cursor.execute(bulk.after)
