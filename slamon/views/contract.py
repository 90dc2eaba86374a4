"""`report1`: the SQL views that dashboards read; whatever becomes of the tables behind them, these stay."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection

NAME = "report1"

VIEWS: dict[str, str] = {}


def publish(connection: Connection, schema: str, patience_ms: int) -> None:
    """Let the contract's views show the tables of a schema; grants on them stay.

    Columns are only ever added at the end: anything else would be another contract, `report2`.

    Raises:
        DBAPIError: somebody queries the views for longer than is waited.

    """
    shown = f"{schema} {_digest()}"
    if _scalar(connection, f"SELECT obj_description(to_regnamespace('{NAME}'))") == shown:
        return
    quoted = connection.dialect.identifier_preparer.quote(schema)
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {NAME}")
    connection.exec_driver_sql(f"SET LOCAL lock_timeout TO {patience_ms}")
    connection.exec_driver_sql(f"SET LOCAL search_path TO {quoted}")
    for name, query in VIEWS.items():
        connection.exec_driver_sql(f"CREATE OR REPLACE VIEW {NAME}.{name} AS {query}")
    connection.exec_driver_sql(f"COMMENT ON SCHEMA {NAME} IS '{shown}'")


def _digest() -> str:
    return hashlib.sha256(repr(VIEWS).encode()).hexdigest()[:12]


def _scalar(connection: Connection, question: str) -> object:
    return connection.exec_driver_sql(question).scalar_one_or_none()
