"""Tables that one question has for itself: copies before the stored ones, gone with its transaction."""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, String, Table, insert, select, text
from sqlalchemy.schema import CreateTable

TEMPORARY = {"sqlite": "temp", "postgresql": "pg_temp"}


def shadow(connection: Connection, table: Table) -> None:
    """Put a copy of a table before it, that this connection alone sees until its transaction ends.

    The connection is one of `ViewStore.trying`: those of `reading` may not make tables in every store.
    """
    temporary = TEMPORARY[connection.dialect.name]
    quoted = connection.dialect.identifier_preparer.quote
    name = quoted(table.name)
    copied = bytewise(table, MetaData(), schema=temporary)
    copied.name = f"{table.name}_tried"
    connection.execute(CreateTable(copied))
    connection.execute(insert(copied).from_select(list(copied.c.keys()), select(table)))
    if kind := _laid(connection, table.name):
        connection.execute(text(f"DROP {kind} {temporary}.{name}"))
    connection.execute(text(f"ALTER TABLE {temporary}.{quoted(copied.name)} RENAME TO {name}"))


def _laid(connection: Connection, name: str) -> str | None:
    """What lies before a stored table already: TABLE or VIEW."""
    query = {
        "sqlite": "SELECT upper(type) FROM temp.sqlite_master WHERE name = :name",
        "postgresql": "SELECT CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END FROM pg_class "
        "WHERE relnamespace = pg_my_temp_schema() AND relname = :name",
    }
    found = connection.execute(text(query[connection.dialect.name]), {"name": name}).scalar()
    return None if found is None else str(found)


def bytewise(table: Table, into: MetaData, schema: str | None = None) -> Table:
    """The same table with texts in the order of their bytes: SQLite has no other order."""
    copied = table.to_metadata(into, schema=schema) if schema else table.to_metadata(into)
    for column in copied.columns:
        if isinstance(column.type, String):
            column.type = _BYTEWISE
    return copied


_BYTEWISE = String().with_variant(String(collation="C"), "postgresql")
