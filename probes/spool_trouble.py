"""What is said of a spool file that cannot be used, and how one is looked at without using it."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
TO_WRITE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
BEGIN_ANEW = (
    "end the agent, move the file with its -wal and -shm somewhere else, and start the agent again: it begins"
    " a new spool. What it had handed in is in the ledger; what it had not is lost with the file"
)
MUCH = 256 * 2**20  # bytes; to read more keeps an agent that starts meanwhile from its spool


def told(path: Path, fault: Exception) -> str:
    """A sentence about what keeps a spool from being used, and what to do."""
    if _code(fault) in DAMAGED:
        return f"the spool {path} is damaged ({fault}): {BEGIN_ANEW}"
    if _code(fault) == sqlite3.SQLITE_FULL or getattr(fault, "errno", 0) == errno.ENOSPC:
        return f"the spool {path} cannot be written, the disk is full: free some space"
    if _code(fault) in TO_WRITE or isinstance(fault, PermissionError):
        return f"the spool {path} cannot be used ({fault}): let the agent's user write the file and its folder"
    return f"the spool {path} cannot be used: {fault}"


def damage(path: Path, *, whole: bool) -> str | None:
    """What is damaged of a spool that no agent has open; None where nothing is found or an agent has it open.

    A file of much data is read as a whole only where `whole` is asked.

    Raises:
        sqlite3.Error: it cannot be looked at.

    """
    if not path.stat().st_size:  # the agent begins a new one in it
        return None
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", 0, uri=True)) as rows:
            rows.execute("select id from spool").fetchone()
            if not whole and path.stat().st_size > MUCH:
                return None
            said = str(rows.execute("pragma quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as fault:
        if _code(fault) == sqlite3.SQLITE_BUSY:
            return None
        if _code(fault) not in DAMAGED:
            raise
        return str(fault)
    return None if said == "ok" else said


def _code(fault: Exception) -> int:
    return getattr(fault, "sqlite_errorcode", 0) & 0xFF
