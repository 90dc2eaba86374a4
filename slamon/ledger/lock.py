"""One lock per ledger, held by the process that folds views and runs duties."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol, Self

from slamon.ledger.place import HeldError, Place, checked

__all__ = ["FolderLock", "FoldingLock", "HeldError", "folding_lock"]


class FoldingLock(Protocol):
    """What both kinds of lock offer; who holds one lets no other process have it."""

    def take(self) -> Self:
        """Take the lock at once; HeldError names who holds it."""

    def try_take(self) -> bool:
        """Take the lock if it is free."""

    def still_held(self) -> bool:
        """Was it taken, and was it not lost since?"""

    def release(self) -> None:
        """Let the lock go."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def folding_lock(place: Place, folder: Path, purpose: str) -> FoldingLock:
    """The lock of the ledger at a place: that of its data folder, or one in the database.

    Raises:
        UnusablePlaceError: no ledger can be kept there.

    """
    if isinstance(place, Path):
        return FolderLock(folder, purpose)
    url = checked(place)
    # The driver is an extra: only who keeps the ledger in a database has it.
    from slamon.ledger.advisory import AdvisoryLock  # noqa: PLC0415

    return AdvisoryLock(url, purpose)


class FolderLock:
    """The lock file of a data folder; the kernel lets it go when the process dies."""

    def __init__(self, folder: Path, purpose: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "lock"
        self._purpose = purpose
        self._file: int | None = None

    def take(self) -> Self:
        """Take the lock at once.

        Raises:
            HeldError: another process holds it.
            OSError: the folder cannot be written.

        """
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 200).decode() or "another process"
            os.close(file)
            message = f"{self._path.parent} is in use by {holder}; stop that process first"
            raise HeldError(message, holder) from None
        try:
            os.ftruncate(file, 0)
            os.write(file, f"{self._purpose} (process {os.getpid()})".encode())
        except OSError:  # a full disk takes no name
            os.close(file)
            raise
        self._file = file
        return self

    def try_take(self) -> bool:
        """Take the lock if it is free."""
        try:
            self.take()
        except HeldError:
            return False
        return True

    def still_held(self) -> bool:
        """Was it taken? The kernel takes it from nobody who lives."""
        return self._file is not None

    def release(self) -> None:
        """Let the lock go."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        """Take the lock for a block."""
        return self.take()

    def __exit__(self, *_: object) -> None:
        """Let the lock go."""
        self.release()
