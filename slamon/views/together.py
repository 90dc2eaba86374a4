"""What is written in one go: a server is not waited for after each statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Send what a block writes in one go; nothing may be asked in it. Of a file there is nothing to wait for.

    Raises:
        DBAPIError: a statement failed, or the connection was lost; nothing of the transaction can be kept.

    """
    driver: Any = connection.connection.driver_connection
    dialect = connection.dialect
    if not hasattr(driver, "pipeline"):
        yield
        return
    try:
        with driver.pipeline():
            yield
    except dialect.loaded_dbapi.Error as wrong:
        # The library, which tells errors of drivers in its own way, knows nothing of answers that come so late.
        lost = dialect.is_disconnect(wrong, driver, None)
        if lost:
            connection.invalidate(wrong)
        raise DBAPIError.instance(
            None, None, wrong, dialect.loaded_dbapi.Error, connection_invalidated=lost
        ) from wrong
