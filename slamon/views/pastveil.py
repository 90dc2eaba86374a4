"""A veil over the tables of one connection: under their own names it sees what they held at a position."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    MetaData,
    ScalarSelect,
    Table,
    func,
    insert,
    select,
    union_all,
)
from sqlalchemy.schema import CreateTable

from slamon.views.shadowing import TEMPORARY, bytewise
from slamon.views.tables import view_state


@dataclass(frozen=True)
class Sight:
    """How tables are named beside each other: as they are stored, and those that are laid before them."""

    home: str
    temporary: str

    def stored(self, table: Table) -> Table:
        """A table as it is stored, whatever lies before it."""
        return _in_schema(table, self.home)

    def laid(self, table: Table) -> Table:
        """The temporary table before a stored one."""
        return _in_schema(table, self.temporary)

    @property
    def known(self) -> ScalarSelect[int]:
        """The position up to which facts are known."""
        return select(self.laid(view_state).c.position).scalar_subquery()


Kept = Callable[[Sight, Table], ColumnElement[bool]]
"""Which rows of a stored table are seen as they are."""


def recorded(sight: Sight, stored: Table) -> ColumnElement[bool]:
    """Those whose newest fact was known."""
    return stored.c.position <= sight.known


@dataclass(frozen=True)
class Veil:
    """Puts temporary tables and views before the stored tables, until the transaction of its connection ends.

    A name is first looked up among what is temporary, in SQLite as in PostgreSQL: every question that is asked of
    this connection finds the past without knowing of it.
    """

    connection: Connection
    position: int
    sight: Sight

    @classmethod
    def over(cls, connection: Connection, position: int, recorded_at: int) -> Veil:
        """The veil of a connection that shall see the tables as they were at a position."""
        dialect = connection.dialect.name
        home = "main"
        if dialect == "postgresql":
            home = connection.execute(select(func.current_schema())).scalar_one()
        veil = cls(connection, position, Sight(home, TEMPORARY[dialect]))
        veil.lay(view_state, [{"id": 1, "position": position, "recorded_at": recorded_at}])
        return veil

    def stored(self, table: Table) -> Table:
        """A table as it is stored, whatever lies before it."""
        return self.sight.stored(table)

    def lay(self, table: Table, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        """Put a temporary table before a stored one, with these rows; what is folded from here on is written there."""
        made = _made(table, self.sight.temporary, self.connection.dialect)
        self.connection.exec_driver_sql(made)
        if found := list(rows):
            self.connection.execute(insert(table), found)

    def join(self, table: Table, kept: Kept = recorded) -> None:
        """Add to what was folded into a temporary table those stored rows that are as they were."""
        quoted = self.connection.dialect.identifier_preparer.quote
        laid = f"{self.sight.temporary}.{quoted(table.name)}"
        self.connection.exec_driver_sql(f"ALTER TABLE {laid} RENAME TO {quoted(_past(table))}")
        self._show(table, kept, joined=True)

    def only(self, table: Table, kept: Kept = recorded) -> None:
        """Let only those rows of a table be seen that were there already: none of them ever changes."""
        self._show(table, kept, joined=False)

    def _show(self, table: Table, kept: Kept, *, joined: bool) -> None:
        shown = _shown(table, kept, self.sight, self.connection.dialect, joined=joined)
        self.connection.exec_driver_sql(shown)


def folded(sight: Sight, table: Table) -> Table:
    """The temporary table with what was folded anew, once it is joined with what is stored."""
    return table.to_metadata(MetaData(), schema=sight.temporary, name=_past(table))


def _past(table: Table) -> str:
    return f"{table.name}_past"


# What is said to the store is the same for every past: it is put into words once.


@lru_cache(maxsize=256)
def _in_schema(table: Table, schema: str) -> Table:
    return table.to_metadata(MetaData(), schema=schema)


@lru_cache(maxsize=256)
def _made(table: Table, schema: str, dialect: Dialect) -> str:
    return str(CreateTable(bytewise(table, MetaData(), schema=schema)).compile(dialect=dialect))


@lru_cache(maxsize=256)
def _shown(table: Table, kept: Kept, sight: Sight, dialect: Dialect, *, joined: bool) -> str:
    stored = sight.stored(table)
    parts = [select(stored).where(kept(sight, stored))]
    if joined:
        parts.append(select(folded(sight, table)))
    whole = union_all(*parts).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return f"CREATE TEMPORARY VIEW {dialect.identifier_preparer.quote(table.name)} AS {whole}"
