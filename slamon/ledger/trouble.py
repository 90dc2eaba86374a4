"""Trouble that may pass: a store that is busy, gone for a while or full, as against one that is wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from eventsourcing import persistence
from sqlalchemy import exc

from slamon.ledger.disk import FULL, READ_ONLY, hindrance
from slamon.ledger.place import LedgerUnreachableError

_NOTHING = "nothing of this was recorded"
_CODES = {
    sqlite3.SQLITE_BUSY: "another program keeps it locked",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked",
    sqlite3.SQLITE_FULL: f"the disk is full; {_NOTHING}, free some space",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written: it is full or broken, `slamon doctor` says more",
    sqlite3.SQLITE_READONLY: f"it may only be read; {_NOTHING}, let slamon's user write",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened; let slamon's user read and write the folder",
    sqlite3.SQLITE_PROTOCOL: "another program keeps it locked",
}
_OF_THE_DISK = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)
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
    return any(
        _code(each) == sqlite3.SQLITE_FULL or _number(each) in FULL for each in _chain(wrong)
    )


def passing(wrong: BaseException, folder: Path | None = None) -> str | None:
    """What to say of an error that may pass by itself, so that trying again makes sense; None of any other.

    A store that cannot write says that it cannot; why is asked of the disk of `folder`, where one is given.
    """
    chain = tuple(_chain(wrong))
    for each in chain:
        if isinstance(each, LedgerUnreachableError):
            return str(each)
        if isinstance(each, sqlite3.Error):
            return _of_sqlite(each, folder)
        if isinstance(each, OSError):
            return _of_system(each, folder)
    lost = next((each for each in chain if isinstance(each, _LOST)), None)
    return None if lost is None else f"the database does not answer: {_first_line(lost)}"


def _chain(wrong: BaseException | None) -> Iterator[BaseException]:
    while wrong is not None:
        yield wrong
        wrong = wrong.__cause__


def _code(wrong: BaseException) -> int:
    return getattr(wrong, "sqlite_errorcode", 0) & 0xFF  # errors of Python's own have none


def _number(wrong: BaseException) -> int | None:
    return wrong.errno if isinstance(wrong, OSError) else None


def _of_sqlite(wrong: sqlite3.Error, folder: Path | None) -> str | None:
    if _code(wrong) in _OF_THE_DISK and (why := _of_disk(folder)):
        return why
    said = _CODES.get(_code(wrong))
    return None if said is None else f"the data cannot be used now: {said}"


def _of_system(wrong: OSError, folder: Path | None) -> str | None:
    """What to say where a file cannot be written; a port that may not be taken is none."""
    file = wrong.filename if isinstance(wrong.filename, str) else None
    if wrong.errno not in FULL and (file is None or wrong.errno not in READ_ONLY):
        return None
    if said := _of_disk(Path(file).parent if file else folder):
        return said
    if wrong.errno in FULL:
        where = f"the disk of {file}" if file else "the disk that was written to"
        return f"{where} is full; {_NOTHING}, free some space"
    return (
        f"{file} cannot be used ({wrong.strerror}); {_NOTHING}, let slamon's user read and write it"
    )


def _of_disk(folder: Path | None) -> str | None:
    found = None if folder is None else hindrance(folder)
    return None if found is None else f"{found.says}; {_NOTHING}, {found.do}"


def _first_line(wrong: BaseException) -> str:
    return (str(wrong) or type(wrong).__name__).strip().splitlines()[0]
