"""Who the actors are: the one place where names and addresses of people stand, and can be erased.

Facts carry ids only. The names stand in a file of their own, `actors.db` in the data folder, and not in
the ledger: nothing of the ledger is ever deleted, and what is not in it needs no deletion.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict

SCHEMA = """
CREATE TABLE IF NOT EXISTS actor (id TEXT PRIMARY KEY, name TEXT, address TEXT, erased INTEGER NOT NULL) STRICT;
"""
FILE = "actors.db"
WAIT_SECONDS = 10


class ActorErased(BaseModel):
    """Name and address of a person were erased; the id in the stream's name is all that stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str


class Actor(NamedTuple):
    """A person who decides; `name` and `address` are None once erased."""

    id: str
    name: str | None
    address: str | None
    erased: bool

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """The actor of a row of the table."""
        return cls(row[0], row[1], row[2], bool(row[3]))


def stream_of(actor: str) -> str:
    """The stream of what happened to an actor's record."""
    return f"actor:{actor}"


class Actors:
    """The table of actors of a data folder; opened for each question, as several programs share it.

    Raises:
        sqlite3.Error: the file cannot be used.

    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def all(self) -> list[Actor]:
        """Every actor by id, the erased ones too."""
        if not self.path.exists():
            return []
        with closing(self._opened()) as rows:
            found = rows.execute("SELECT id, name, address, erased FROM actor ORDER BY id")
            return [Actor.of(row) for row in found]

    def get(self, actor: str) -> Actor | None:
        """One actor; None where the table knows none of that id."""
        if not self.path.exists():
            return None
        with closing(self._opened()) as rows:
            found = rows.execute(
                "SELECT id, name, address, erased FROM actor WHERE id = ?", (actor,)
            ).fetchone()
            return None if found is None else Actor.of(found)

    def shown(self, actor: str) -> str:
        """What people read of an actor: the name, else the id, after an erasure with a remark."""
        known = self.get(actor)
        if known is not None and known.erased:
            return f"{actor} (erased)"
        return known.name if known is not None and known.name else actor

    def put(self, actors: Iterable[Actor]) -> None:
        """Write records over those of the same ids."""
        with closing(self._opened()) as rows:
            rows.executemany("INSERT OR REPLACE INTO actor VALUES (?, ?, ?, ?)", list(actors))

    def erase(self, actor: str) -> None:
        """Overwrite name and address in the file itself; an id that was unknown is known as erased."""
        self.put([Actor(actor, None, None, erased=True)])

    def _opened(self) -> sqlite3.Connection:
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        rows = sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None)
        # No write-ahead log, and freed pages are overwritten: what was erased stands nowhere in the file.
        rows.execute("PRAGMA journal_mode=DELETE")
        rows.execute("PRAGMA secure_delete=ON")
        rows.execute("PRAGMA synchronous=FULL")
        rows.executescript(SCHEMA)
        return rows
