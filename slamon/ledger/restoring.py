"""Putting a backup back: checked and finished beside the ledger, then put in its place in one step."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from slamon.ledger.actors import Actor, ActorErased, Actors, stream_of
from slamon.ledger.backup import BackupError, copy, newest, sync
from slamon.ledger.codec import Names, UnreadableFactError, split
from slamon.ledger.epochs import EpochBegun
from slamon.ledger.format import raise_format, refuse_newer
from slamon.ledger.store import LEDGER_STREAM, Ledger

LEDGER = "ledger.db"
BESIDE = ("-wal", "-shm")
REPLACED = "replaced_ledger_takes_no_more"

Check = Callable[[Ledger], None]


@dataclass(frozen=True)
class Restored:
    """A ledger that goes on from a backup: up to which fact it holds, and what was put aside for it."""

    epoch: int
    position: int
    newest: int
    aside: Path | None
    erased: tuple[str, ...]
    unread: str | None
    """Why the ledger that was put aside could not be asked which actors were erased since the backup."""


@dataclass(frozen=True)
class _Taken:
    """What a backup brings: names of people, its last fact, whom it knows as erased."""

    people: tuple[Actor, ...]
    position: int
    newest: int
    erased: frozenset[str]


@dataclass(frozen=True)
class _Before:
    """What the ledger that is replaced knew: its epoch, whom it had erased, or why it cannot be read."""

    epoch: int = 0
    erased: frozenset[str] = frozenset()
    unread: str | None = None


def restore(
    backup: Path,
    folder: Path,
    names: Names,
    *,
    replace: bool,
    check: Check,
    clock: Callable[[], int],
    actor: str,
    program: str,
) -> Restored:
    """Put a backup into a data folder whose lock the caller holds; `check` raises what speaks against it.

    Names of people that were erased after the backup was made do not come back, as far as the
    ledger that is replaced, or the folder's own table of actors, can still say so.

    Raises:
        BackupError: a ledger is there and may not be replaced, is in use, or the backup is damaged.
        FormatError: a newer program wrote the backup.

    """
    place = folder / LEDGER
    if place.exists() and not replace:
        message = f"there is a ledger at {place}: --replace puts it aside, under another name"
        raise BackupError(message)
    before = _before(place)
    with TemporaryDirectory(dir=folder, prefix=".restore-") as scratch:
        draft = Path(scratch) / LEDGER
        taken = _taken_out(backup, draft)
        erased = taken.erased | before.erased | _erased_here(folder)
        with closing(Ledger(draft, names, clock)) as ledger:
            refuse_newer(ledger)
            check(ledger)
            begun = begin_epoch(
                ledger, f"restored from {backup.name}", clock(), actor, at_least=before.epoch + 1
            )
            raise_format(ledger, program)
            _erase_again(ledger, erased - taken.erased, actor)
        sync(draft)
        _keep(folder, taken.people, erased)
        aside = _put_in_place(draft, place, clock())
    sync(folder)
    again = tuple(sorted(erased - taken.erased))
    return Restored(begun.epoch, taken.position, taken.newest, aside, again, before.unread)


def begin_epoch(
    ledger: Ledger, reason: str, now: int, actor: str, *, at_least: int = 0
) -> EpochBegun:
    """Say that the ledger is another history from here on.

    The number of an epoch is the second it began at, as digits (20260214093000): a backup that is
    restored twice, on two machines or after a loss, never gives two histories one number.

    Raises:
        BackupError: there is no ledger in it.

    """
    founded = ledger.founded()
    if founded is None:
        message = "it holds no founded ledger"
        raise BackupError(message)
    second = int(datetime.fromtimestamp(now // 1_000_000, UTC).strftime("%Y%m%d%H%M%S"))
    epoch = max(founded.epoch + 1, at_least, second)
    begun = EpochBegun(epoch=epoch, position=ledger.position(), reason=reason)
    ledger.append(LEDGER_STREAM, [begun], after=ledger.version(LEDGER_STREAM), actor=actor)
    return begun


def _taken_out(backup: Path, draft: Path) -> _Taken:
    """Copy the backup, and take out of the copy what is no ledger: the actors' names are given back."""
    try:
        copy(backup, draft)
        with closing(sqlite3.connect(draft, isolation_level=None)) as rows:
            if (whole := rows.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
                message = (
                    f"{backup} is damaged: {whole}; nothing was restored, take an earlier backup"
                )
                raise BackupError(message)
            rows.execute("SELECT recorded_at FROM ledger_clock").fetchone()
            found = _Taken(tuple(_people(rows)), *newest(rows), _erased_in(rows))
            rows.execute("PRAGMA secure_delete=ON")
            for extra in ("TABLE IF EXISTS actor", "TABLE IF EXISTS backup_note"):
                rows.execute(f"DROP {extra}")
            rows.execute(f"DROP TRIGGER IF EXISTS {REPLACED}")
    except sqlite3.Error as wrong:
        message = f"{backup} is no whole backup of a ledger ({wrong}); nothing was restored"
        raise BackupError(message) from None
    return found


def _people(rows: sqlite3.Connection) -> list[Actor]:
    tables = rows.execute("SELECT name FROM sqlite_master WHERE name = 'actor'").fetchall()
    if not tables:  # a ledger file that was copied by other means
        return []
    found = rows.execute("SELECT id, name, address, erased FROM actor")
    return [Actor.of(row) for row in found]


def _before(place: Path) -> _Before:
    """What the ledger that is to be replaced knew; a damaged one is the usual reason to replace it."""
    if not place.exists():
        return _Before()
    try:
        with closing(sqlite3.connect(place)) as rows:
            erased = _erased_in(rows)
            found = rows.execute(
                "SELECT state FROM stored_events WHERE originator_id = ?", (LEDGER_STREAM,)
            )
            epoch = max((_epoch(state) for (state,) in found), default=0)
    except (sqlite3.Error, UnreadableFactError) as wrong:
        return _Before(unread=str(wrong))
    return _Before(epoch, erased)


def _epoch(state: bytes) -> int:
    return int(json.loads(split(state)[1]).get("epoch", 0))


def _erased_in(rows: sqlite3.Connection) -> frozenset[str]:
    """The ids of the actors whose erasure stands in a ledger file."""
    found = rows.execute(
        "SELECT originator_id FROM stored_events WHERE originator_id >= 'actor:' AND originator_id < 'actor;'"
    )
    return frozenset(stream.partition(":")[2] for (stream,) in found)


def _erase_again(ledger: Ledger, erased: frozenset[str], actor: str) -> None:
    for each in sorted(erased):
        fact = ActorErased(reason="erased before, after the backup that was restored was made")
        ledger.append(stream_of(each), [fact], after=0, actor=actor)


def _erased_here(folder: Path) -> frozenset[str]:
    return frozenset(actor.id for actor in Actors(folder).all() if actor.erased)


def _keep(folder: Path, people: Iterable[Actor], erased: frozenset[str]) -> None:
    """Take over names of the backup that the folder does not know, of nobody who was erased."""
    actors = Actors(folder)
    known = {actor.id for actor in actors.all()}
    actors.put([each for each in people if each.id not in known | erased])
    for each in sorted(erased):
        actors.erase(each)


def _put_in_place(draft: Path, place: Path, now: int) -> Path | None:
    """Put the finished file where the ledger stands; what stood there is found under the name returned."""
    stamp = (
        datetime.fromtimestamp(now // 1_000_000, UTC).strftime("%Y%m%dT%H%M%S")
        + f".{now % 1_000_000:06}Z"
    )
    aside = place.with_name(f"{place.name}.replaced-{stamp}")
    existed = place.exists()
    if existed:
        _retire(place)
        aside.hardlink_to(place)
    # A log that does not belong to the new file would be written into it.
    for suffix in BESIDE:
        log = place.with_name(place.name + suffix)
        if log.exists():
            log.rename(aside.with_name(aside.name + suffix))
    draft.replace(place)
    return aside if existed else None


def _retire(place: Path) -> None:
    """Fold the log of a ledger into its file, and let the file refuse whoever still writes to it.

    Raises:
        BackupError: another program has it open.

    """
    with closing(sqlite3.connect(place, timeout=1, isolation_level=None)) as rows:
        try:
            rows.execute("PRAGMA journal_mode=DELETE")  # fails while any other program has it open
            rows.execute(
                f"CREATE TRIGGER IF NOT EXISTS {REPLACED} BEFORE INSERT ON stored_events "
                "BEGIN SELECT RAISE(ABORT, 'this ledger was replaced by a restored backup'); END"
            )
        except sqlite3.DatabaseError as wrong:
            if wrong.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                message = f"another program has {place} open; end it first, nothing was restored"
                raise BackupError(message) from None
            # A damaged ledger takes no more facts anyway: it is put aside as it is.
