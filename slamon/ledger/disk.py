"""What a folder's disk says of itself: that it is full, may only be read, or is not this user's to write."""

from __future__ import annotations

import errno
import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

ROOM = 2**20  # bytes; with less, a store cannot begin what it needs beside its file
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
WRITTEN = (
    *("ledger.db", "ledger.db-*", "views.*", "lock", "agent.key"),
    *("actors.db", "access.db", "spool.db", "spool.db-*"),
)


class Hindrance(NamedTuple):
    """Why nothing can be written in a folder now; `do` removes it, and nothing of what is stored is harmed by it."""

    kind: Literal["full", "read-only"]
    says: str
    do: str


def hindrance(folder: Path) -> Hindrance | None:
    """What keeps this user from writing in a data folder; None where nothing does, or there is no such folder."""
    try:
        space = os.statvfs(folder)
    except FileNotFoundError:
        return None
    except PermissionError:
        return _not_let_in(folder)
    if space.f_flag & os.ST_RDONLY:
        said = f"the file system of {folder} may only be read"
        return Hindrance("read-only", said, f"mount it so that user {_user()} may write there")
    if space.f_bavail * space.f_frsize < ROOM:
        free = space.f_bavail * space.f_frsize // 1024
        return Hindrance("full", f"the disk is full ({free} KiB are free at {folder})", _MAKE_ROOM)
    if space.f_files and not space.f_favail:
        said = f"the disk is full (it takes no file more at {folder})"
        return Hindrance("full", said, "delete files there")
    return next((_not_let_in(path) for path in _files(folder) if not _writable(path)), None)


_MAKE_ROOM = "free some space"


def _files(folder: Path) -> Iterator[Path]:
    yield folder
    for names in WRITTEN:
        yield from sorted(folder.glob(names))


def _writable(path: Path) -> bool:
    mode = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
    gone = not os.path.lexists(path)  # a log that its last reader has just removed
    return gone or os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _not_let_in(path: Path) -> Hindrance:
    said = f"user {_user()} may not read and write {path}"
    return Hindrance("read-only", said, f"let that user, or run slamon as the owner of {path}")


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run as a number without a name
        return str(os.geteuid())
