"""Where a ledger is kept: a file of SQLite or a database of PostgreSQL."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

Place = Path | str
"""The path of a file, or the URL of a database (`postgresql://USER:PASSWORD@HOST:PORT/NAME`)."""

RESTORE = "restore a backup: `slamon ledger restore FILE --replace` (docs/backup.md)"
SCHEMES = ("postgresql://", "postgres://")


class UnusablePlaceError(ValueError):
    """No ledger can be kept there; the sentence says why and never repeats a password."""


class EmptyLedgerError(UnusablePlaceError):
    """The file of the ledger holds nothing at all: it was emptied, as slamon never leaves one like that."""


class LedgerUnreachableError(Exception):
    """The database does not answer. The next call tries anew; appending again what may be recorded is safe."""


class HeldError(Exception):
    """Another process holds the lock of the ledger; the message names it, and so does `holder`."""

    def __init__(self, message: str, holder: str = "another process") -> None:
        """Keep who holds it."""
        super().__init__(message)
        self.holder = holder


def checked(url: str) -> str:
    """The URL of a database, as it was given, where the driver is installed.

    Raises:
        UnusablePlaceError: it is no URL of PostgreSQL, or the driver is missing.

    """
    if not url.startswith(SCHEMES):
        message = (
            "the database is to be given as postgresql://USER:PASSWORD@HOST:PORT/NAME, "
            "or not at all: then the ledger is a file in the data folder"
        )
        raise UnusablePlaceError(message)
    if find_spec("psycopg") is None or find_spec("psycopg_pool") is None:
        message = "the driver of PostgreSQL is not installed: pip install 'slamon[postgresql]'"
        raise UnusablePlaceError(message)
    return url
