"""Copies of a SQLite ledger: made while it is written to, whole or not there at all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from slamon.ledger.actors import SCHEMA as ACTORS
from slamon.ledger.actors import Actor
from slamon.ledger.codec import split
from slamon.ledger.disk import hindrance
from slamon.ledger.seals import STREAM as SEALS
from slamon.ledger.trouble import full

PAGES = 256  # copied at a time: 4 MiB, so that a bar moves
OWNER_ONLY = 0o600  # it holds names of people, like `actors.db`
NOTE = "CREATE TABLE backup_note (made_at INTEGER NOT NULL, program TEXT NOT NULL) STRICT"

Progress = Callable[[int, int], None]


class BackupError(Exception):
    """A backup cannot be made or used; nothing was left behind, nothing was changed."""


@dataclass(frozen=True)
class Copied:
    """What a backup holds: facts up to a position, the newest of them recorded at an instant (µs)."""

    path: Path
    position: int
    newest: int
    seal: int | None
    """The number of the newest seal; None where nothing is sealed."""
    size: int
    people: int


def back_up(
    ledger: Path,
    target: Path,
    people: Iterable[Actor],
    *,
    made_at: int,
    program: str,
    progress: Progress = lambda _done, _total: None,
) -> Copied:
    """Copy a ledger, whether or not anybody writes to it, into one file together with the actors' names.

    Raises:
        BackupError: the target is there already, its disk is full, or what was copied is damaged.
        OSError, sqlite3.Error: a file cannot be read or written.

    """
    if target.exists():
        message = (
            f"{target} is there already: a backup never overwrites another, give it a new name"
        )
        raise BackupError(message)
    if not target.parent.is_dir():
        message = f"there is no folder {target.parent}"
        raise BackupError(message)
    known = list(people)
    with TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        draft = Path(folder) / target.name
        with _room_for(target):
            copy(ledger, draft, progress)
            copied = _finish(draft, known, made_at, program)
            sync(draft)
        draft.rename(target)
    sync(target.parent)
    return Copied(target, *copied, target.stat().st_size, len(known))


@contextmanager
def _room_for(target: Path) -> Iterator[None]:
    """Say of a full disk that it is that of the backup, which may be another than the ledger's."""
    try:
        yield
    except (OSError, sqlite3.Error) as wrong:
        found = hindrance(target.parent)
        if found is None and not full(wrong):
            raise
        says = found.says if found else f"the disk of {target.parent} is full"
        message = f"{says}; no backup was made, free some space"
        raise BackupError(message) from wrong


def copy(source: Path, target: Path, progress: Progress = lambda _done, _total: None) -> None:
    """Copy a database file as it stands at one instant, its write-ahead log included, for its owner's eyes only."""
    target.touch(mode=OWNER_ONLY, exist_ok=False)  # SQLite would let all read it
    with closing(reading(source)) as old, closing(sqlite3.connect(target)) as new:
        # Held from here on, this state stays: writers go on beside it and never make the copy begin anew.
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        old.backup(new, pages=PAGES, progress=lambda _, left, all_: progress(all_ - left, all_))
        new.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it


def reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write.

    Raises:
        FileNotFoundError: there is no such file.

    """
    if not path.is_file():
        raise FileNotFoundError(2, "there is no such file", str(path))
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)


def newest(rows: sqlite3.Connection) -> tuple[int, int]:
    """The position of the last fact and the instant (µs) it was recorded at; zeros where there is none."""
    found = rows.execute("SELECT rowid, state FROM stored_events ORDER BY rowid DESC LIMIT 1")
    row = found.fetchone()
    return (0, 0) if row is None else (int(row[0]), split(row[1])[0].recorded_at)


def sync(path: Path) -> None:
    """Let nothing of a file or folder be lost with the power."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _finish(
    draft: Path, people: list[Actor], made_at: int, program: str
) -> tuple[int, int, int | None]:
    with closing(sqlite3.connect(draft, isolation_level=None)) as rows:
        whole = rows.execute("PRAGMA quick_check(1)").fetchone()[0]
        if whole != "ok":
            message = f"the ledger is damaged ({whole}); no backup was made, restore an earlier one"
            raise BackupError(message)
        rows.execute("BEGIN")
        rows.execute(NOTE)
        rows.execute("INSERT INTO backup_note VALUES (?, ?)", (made_at, program))
        rows.execute(ACTORS)
        rows.executemany("INSERT INTO actor VALUES (?, ?, ?, ?)", people)
        rows.execute("COMMIT")
        sealed = rows.execute(
            "SELECT max(originator_version) FROM stored_events WHERE originator_id = ?", (SEALS,)
        ).fetchone()[0]
        return *newest(rows), sealed
