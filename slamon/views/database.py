"""Tables of views in a PostgreSQL database: how they are made and removed, and connections to them."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

import psycopg
from psycopg import errors, sql
from sqlalchemy import Engine, MetaData, create_engine, event, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.pool import Pool, QueuePool
from sqlalchemy.schema import CreateIndex, CreateTable

from slamon.ledger.connecting import PATIENCE
from slamon.views.shadowing import bytewise
from slamon.views.tables import metadata

CONNECTIONS_KEPT = 4  # per process and kind; more are opened when more threads ask at once
CONNECTIONS_MORE = 28
LAYING_OUT = int.from_bytes(b"layouts!")  # the advisory lock of those who make tables


# Read from the catalogue itself: `to_regclass` may answer from what the session remembers of a moment ago.
THERE = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = %s AND tablename = %s)
"""


def there(connection: psycopg.Connection, schema: str, table: str) -> bool:
    """Is there a table of that name?"""
    return connection.execute(THERE, (schema, table)).fetchone() == (True,)


def lay_out(connection: psycopg.Connection, schema: str) -> None:
    """Make the tables where there are none yet; of several programs at once, the first wins."""
    if there(connection, schema, "view_state"):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LAYING_OUT,))
        if not there(connection, schema, "view_state"):
            name = sql.Identifier(schema)
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
            connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(name))
            connection.execute(_layout().encode())
            connection.execute("INSERT INTO view_state VALUES (1, 0, 0)")


def remove(connection: psycopg.Connection, schema: str) -> None:
    """Remove a generation, unless somebody reads it: then it is removed the next time."""
    name = sql.Identifier(schema)
    lock = sql.SQL("LOCK TABLE {}.view_state IN ACCESS EXCLUSIVE MODE NOWAIT").format(name)
    held = (errors.LockNotAvailable, errors.DependentObjectsStillExist)
    with suppress(*held), connection.transaction():
        connection.execute(lock)
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)
        ).fetchall()
        dropped = sql.SQL(", ").join(sql.Identifier(schema, table) for (table,) in tables)
        connection.execute(sql.SQL("DROP TABLE {}").format(dropped))
        connection.execute(sql.SQL("DROP SCHEMA {}").format(name))


@lru_cache(maxsize=1)
def _layout() -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    said: list[str] = []
    own = MetaData()
    for table in (bytewise(table, own) for table in metadata.sorted_tables):
        said.append(str(CreateTable(table).compile(dialect=dialect)))
        said += [str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]
    return ";".join(said)


def engine_on(
    url: str, schema: str, isolation: IsolationLevel, pool: type[Pool], *, read_only: bool
) -> Engine:
    """Connections that find the tables of one schema."""
    kept = {"pool_size": CONNECTIONS_KEPT, "max_overflow": CONNECTIONS_MORE}
    # The schema is part of the engine's address: what is remembered of one must not answer for another.
    address = make_url(url).set(drivername="postgresql+psycopg")
    made = create_engine(
        address.update_query_dict({"application_name": f"slamon {schema}"}),
        connect_args={key: value for key, value in PATIENCE.items() if key not in address.query},
        isolation_level=isolation,
        poolclass=pool,
        **(kept if pool is QueuePool else {}),
    )

    @event.listens_for(made, "connect")
    def _configure(connection: psycopg.Connection, _: object) -> None:
        connection.read_only = read_only
        own = sql.SQL("SET search_path TO {}").format(sql.Identifier(schema))
        connection.execute(own)
        # Rebuildable: the tail that a loss of power takes is folded again.
        connection.execute("SET synchronous_commit TO off")
        connection.commit()

    return made
