"""A veil over the tables of one connection: under their own names it sees what they held at a position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    func,
    insert,
    select,
    text,
    union_all,
)
from sqlalchemy.schema import CreateTable

from slamon.views.shadowing import TEMPORARY, bytewise


@dataclass(frozen=True)
class Veil:
    """Puts temporary tables and views before the stored tables, until the transaction of its connection ends.

    A name is first looked up among what is temporary, in SQLite as in PostgreSQL: every question that is asked of
    this connection finds the past without knowing of it.
    """

    connection: Connection
    position: int
    _home: str
    _temporary: str

    @classmethod
    def over(cls, connection: Connection, position: int) -> Veil:
        """The veil of a connection that shall see the tables as they were at a position."""
        dialect = connection.dialect.name
        home = "main"
        if dialect == "postgresql":
            home = connection.execute(select(func.current_schema())).scalar_one()
        return cls(connection, position, home, TEMPORARY[dialect])

    def stored(self, table: Table) -> Table:
        """A table as it is stored, whatever lies before it."""
        return _stored(table, self._home)

    def lay(self, table: Table, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        """Put a temporary table before a stored one, with these rows; what is folded from here on is written there."""
        veiled = bytewise(table, MetaData(), schema=self._temporary)
        self.connection.execute(CreateTable(veiled))
        if found := list(rows):
            self.connection.execute(insert(veiled), found)

    def join(self, table: Table, kept: ColumnElement[bool]) -> None:
        """Add to what was folded into a temporary table those stored rows that are as they were."""
        name = f"{table.name}_past"
        quoted = self.connection.dialect.identifier_preparer.quote
        laid = f"{self._temporary}.{quoted(table.name)}"
        self.connection.execute(text(f"ALTER TABLE {laid} RENAME TO {quoted(name)}"))
        folded = table.to_metadata(MetaData(), schema=self._temporary, name=name)
        self._show(table, self._those(table, kept), select(folded))

    def only(self, table: Table, kept: ColumnElement[bool]) -> None:
        """Let only those rows of a table be seen that were there already: none of them ever changes."""
        self._show(table, self._those(table, kept))

    def _those(self, table: Table, kept: ColumnElement[bool]) -> Select[Any]:
        return select(self.stored(table)).where(kept)

    def _show(self, table: Table, *parts: Select[Any]) -> None:
        whole = union_all(*parts) if len(parts) > 1 else parts[0]
        shown = whole.compile(self.connection, compile_kwargs={"literal_binds": True})
        name = self.connection.dialect.identifier_preparer.quote(table.name)
        self.connection.exec_driver_sql(f"CREATE TEMPORARY VIEW {name} AS {shown}")


@lru_cache(maxsize=256)
def _stored(table: Table, schema: str) -> Table:
    return table.to_metadata(MetaData(), schema=schema)
