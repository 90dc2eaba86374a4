"""`report1`: the SQL views that dashboards read; whatever becomes of the tables behind them, these stay."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files

from sqlalchemy import Connection

SHOWN = "SELECT obj_description(to_regnamespace('report1'), 'pg_namespace')"


def publish(connection: Connection, schema: str, patience_ms: int) -> None:
    """Let the views of the contract (`report1.sql`) show the tables of a schema; grants on them stay.

    Raises:
        DBAPIError: somebody queries the views for longer than is waited.

    """
    shown = f"{schema} {hashlib.sha256(_statements().encode()).hexdigest()[:12]}"
    run = connection.exec_driver_sql
    if run(SHOWN).scalar_one_or_none() == shown:
        return
    quoted = connection.dialect.identifier_preparer.quote(schema)
    run("CREATE SCHEMA IF NOT EXISTS report1")
    run(f"SET LOCAL lock_timeout TO {patience_ms}")
    run(f"SET LOCAL search_path TO {quoted}")
    for statement in _statements().split(";\n"):
        run(statement)
    run(f"COMMENT ON SCHEMA report1 IS '{shown}'")


@lru_cache(maxsize=1)
def _statements() -> str:
    return (
        files("slamon.views").joinpath("report1.sql").read_text("utf-8").strip().removesuffix(";")
    )
