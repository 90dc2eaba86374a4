"""Generations of views as SQLite files; a small file beside them says which one is asked."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool, Pool, QueuePool

from slamon.ledger.lock import FolderLock, HeldError
from slamon.views.generations import read_position, retire
from slamon.views.tables import metadata, view_state
from slamon.views.writing import insert

LOCK_SECONDS = 30
CONNECTIONS_KEPT = 16  # more are opened when more threads ask at once
FIRST = 1
WRITES = "BEGIN IMMEDIATE"
BESIDE = ("", "-wal", "-shm")


class Files:
    """The files of one schema of one ledger in a folder. `pinned` names one generation, whichever is asked."""

    def __init__(
        self, folder: Path, stem: str, pinned: int | None = None, *, made: bool = False
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._stem = stem
        self._pinned = pinned
        self._pointer = folder / f"{stem}.generation"
        self._switching = threading.Lock()
        number = self._asked()
        if not made:
            _lay_out(self._path(number))
        self._opened = number, *_engines(self._path(number))

    def __reduce__(self) -> tuple[Callable[..., Files], tuple[Path, str, int]]:
        """Another process is shown the generation that is asked now."""
        return partial(Files, made=True), (self._folder, self._stem, self._asked())

    @property
    def path(self) -> Path:
        """The file of the generation that is asked."""
        return self._path(self._asked())

    def snapshot(self) -> Connection:
        """A transaction that sees one state of the generation that is asked."""
        # A file is removed only after another was put in its place. So one that is still asked after it was
        # opened was whole when it was opened; and what is open stays whole for those who have it open.
        return self._connected(lambda reader, _: _begun(reader))

    def trial(self) -> Connection:
        """The same: temporary tables belong to the connection alone."""
        return self.snapshot()

    def claim(self) -> Connection:
        """A transaction that may write the generation that is asked; waits for the one that does."""
        return self._connected(lambda _, writer: _begun(writer))

    def claim_at(self) -> tuple[Connection, int]:
        """The same, and the position up to which facts were folded into it."""
        connection = self.claim()
        return connection, read_position(connection)

    @contextmanager
    def rebuilding(self) -> Iterator[Files]:
        """Another generation, empty; removed at the end unless it was put in the place of the one that is asked."""
        with FolderLock(self._folder / "rebuilding", "a rebuild of the views"):
            self._remove(f"{self._stem}.*")
            draft = Files(self._folder, self._stem, self._asked() + 1)
            try:
                yield draft
            finally:
                draft.close()
                self._remove(f"{self._stem}.*")

    def put(self, draft: Files, _: Connection) -> bool:
        """Let the draft be the one that is asked, at once."""
        new = self._pointer.with_suffix(".new")
        with new.open("w") as file:
            file.write(f"{draft._asked()}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._pointer)
        return True

    def take_over(self) -> None:
        """Remove the files of other schemas and epochs, unless views are being rebuilt."""
        with suppress(HeldError), FolderLock(self._folder / "rebuilding", "the views"):
            self._remove("views.*")

    def close(self) -> None:
        """Let the files go."""
        _, reader, writer = self._opened
        retire(reader)
        retire(writer)

    def _connected(self, connect: Callable[[Engine, Engine], Connection]) -> Connection:
        while True:
            number, reader, writer = self._opened
            try:
                connection = connect(reader, writer)
            except OperationalError:
                if self._asked() == number:
                    raise
            else:
                if self._asked() == number:
                    return connection
                connection.close()
            self._switch()

    def _switch(self) -> None:
        with self._switching:
            number, reader, writer = self._opened
            if number != (asked := self._asked()):
                self._opened = asked, *_engines(self._path(asked))
                retire(reader)
                retire(writer)

    def _asked(self) -> int:
        if self._pinned is not None:
            return self._pinned
        try:
            file = os.open(self._pointer, os.O_RDONLY)
        except FileNotFoundError:
            return FIRST
        try:
            return int(os.read(file, 20))
        finally:
            os.close(file)

    def _path(self, number: int) -> Path:
        suffix = "" if number == FIRST else f".g{number}"
        return self._folder / f"{self._stem}{suffix}.db"

    def _remove(self, files: str) -> None:
        """Remove all of these files but those of the generation that is asked."""
        own = {self.path.name + ending for ending in BESIDE} | {self._pointer.name}
        for file in self._folder.glob(files):
            if file.name not in own:
                file.unlink(missing_ok=True)


def _lay_out(path: Path) -> None:
    """Make the tables where there are none yet; of several programs at once, the first wins."""
    engine = _engine(path, "rwc", WRITES, NullPool)
    with engine.begin() as connection:
        metadata.create_all(connection)
        first = insert(view_state).values(id=1, position=0, recorded_at=0)
        connection.execute(first.on_conflict_do_nothing())


def _begun(engine: Engine) -> Connection:
    """A connection in a transaction: what is said to the driver directly would not begin one."""
    connection = engine.connect()
    try:
        connection.begin()
    except BaseException:
        connection.close()
        raise
    return connection


def _engines(path: Path) -> tuple[Engine, Engine]:
    """What reads and what writes. Neither makes a file that is not there: it would be an empty one."""
    return _engine(path, "rw", "BEGIN", QueuePool), _engine(path, "rw", WRITES, QueuePool)


def _engine(path: Path, mode: str, begin: str, pool: type[Pool]) -> Engine:
    beyond = {"pool_size": CONNECTIONS_KEPT, "max_overflow": -1} if pool is QueuePool else {}
    engine = create_engine(
        f"sqlite:///file:{quote(str(path))}?mode={mode}&uri=true",
        connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False},
        poolclass=pool,
        **beyond,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see below
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")  # rebuildable: a lost tail is folded again
        # Opens what stands in the journal beside the file: from here on the connection needs no names.
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Left to itself the driver begins only before a write: each read would see another state.
        # Who reads before writing must be the writer from the start: a reader may not turn into one.
        connection.exec_driver_sql(begin)

    return engine
