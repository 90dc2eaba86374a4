"""What is written in one go: a server is not waited for after each statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Send what a block writes in one go. Of a file there is nothing to wait for.

    In it only `asking.ask` may ask: it finds what was written before, and a failure of that is told there.

    Raises:
        DBAPIError: a statement failed, or the connection was lost; nothing of the transaction can be kept.

    """
    server = server_of(connection)
    if server is None:
        yield
        return
    with told_alike(connection), server.pipeline():
        yield


def server_of(connection: Connection) -> Any | None:
    """The driver's own connection to a server; none where the store is a file."""
    driver = connection.connection.driver_connection
    return driver if hasattr(driver, "pipeline") else None


@contextmanager
def told_alike(connection: Connection) -> Iterator[None]:
    """Tell errors of the driver as the library does, which knows nothing of what is said to it directly.

    Raises:
        DBAPIError: a statement failed, or the connection was lost.

    """
    driver, dialect = connection.connection.driver_connection, connection.dialect
    try:
        yield
    except dialect.loaded_dbapi.Error as wrong:
        lost = dialect.is_disconnect(wrong, driver, None)
        if lost:
            connection.invalidate(wrong)
        raise DBAPIError.instance(
            None, None, wrong, dialect.loaded_dbapi.Error, connection_invalidated=lost
        ) from wrong
