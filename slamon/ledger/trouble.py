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
    sqlite3.SQLITE_FULL: "the disk is full; nothing of this was recorded, free some space",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written; look at it, and at who may write there",
    sqlite3.SQLITE_READONLY: "it may only be read; nothing of this was recorded, let slamon's user write",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened; let slamon's user read and write the folder",
    sqlite3.SQLITE_PROTOCOL: "another program keeps it locked",
}
_LOST = (
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
    persistence.OperationalError,
    persistence.InterfaceError,
)


FOLD_ANEW = "delete views.*.db there; they are folded anew from the ledger"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def damage(wrong: BaseException) -> str | None:
    """What a store says of its own file when it is damaged; None of any other error."""
    found = (each for each in _chain(wrong) if isinstance(each, sqlite3.Error))
    return next((str(each) for each in found if _code(each) in _DAMAGED or _emptied(each)), None)


def of_views(wrong: BaseException) -> bool:
    """Whether it is the views that trouble, which can be folded anew, and not the ledger."""
    return any(isinstance(each, exc.DBAPIError) for each in _chain(wrong))


def _emptied(wrong: sqlite3.Error) -> bool:
    return "no such table" in str(wrong)  # a file of no bytes is an empty database to SQLite


def full(wrong: BaseException) -> bool:
    """Whether the disk is full."""
    found = (each for each in _chain(wrong) if isinstance(each, sqlite3.Error))
    return any(_code(each) == sqlite3.SQLITE_FULL for each in found)


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


def _code(wrong: sqlite3.Error) -> int:
    return getattr(wrong, "sqlite_errorcode", 0) & 0xFF  # errors of Python's own have none


def _of_sqlite(wrong: sqlite3.Error) -> str | None:
    said = _CODES.get(_code(wrong))
    return None if said is None else f"the data cannot be used now: {said}"


def _first_line(wrong: BaseException) -> str:
    return (str(wrong) or type(wrong).__name__).strip().splitlines()[0]
