"""Trouble that may pass: a store that is busy, gone for a while or full, as against one that is wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from eventsourcing import persistence
from sqlalchemy import exc

from slamon.ledger.place import LedgerUnreachableError

_CODES = {
    sqlite3.SQLITE_BUSY: "another program keeps it locked",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written",
    sqlite3.SQLITE_READONLY: "it may only be read",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
    sqlite3.SQLITE_PROTOCOL: "another program keeps it locked",
}
_LOST = (
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
    persistence.OperationalError,
    persistence.InterfaceError,
)


def passing(wrong: BaseException) -> str | None:
    """What to say of an error that may pass by itself, so that trying again makes sense; None of any other."""
    chain = tuple(_chain(wrong))
    for each in chain:
        if isinstance(each, LedgerUnreachableError):
            return str(each)
        if isinstance(each, sqlite3.Error):
            return _of_sqlite(each)
    lost = next((each for each in chain if isinstance(each, _LOST)), None)
    return None if lost is None else f"the database does not answer: {_first_line(lost)}"


def _chain(wrong: BaseException | None) -> Iterator[BaseException]:
    while wrong is not None:
        yield wrong
        wrong = wrong.__cause__


def _of_sqlite(wrong: sqlite3.Error) -> str | None:
    code = getattr(wrong, "sqlite_errorcode", None)  # errors of Python's own have none
    said = None if code is None else _CODES.get(code & 0xFF)
    return None if said is None else f"the data cannot be used now: {said}"


def _first_line(wrong: BaseException) -> str:
    return (str(wrong) or type(wrong).__name__).strip().splitlines()[0]
