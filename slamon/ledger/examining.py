"""What the store of a ledger says of itself, asked without opening it as a ledger: it may be damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal, NamedTuple

from slamon.ledger.backup import newest, reading
from slamon.ledger.place import RESTORE, Place
from slamon.ledger.trouble import passing

State = Literal["ok", "warning", "wrong"]

DURABLE = {"fsync": "on", "full_page_writes": "on"}
SYNCHRONOUS = (
    "on",
    "remote_write",
    "remote_apply",
)  # `local` and `off` may lose what was acknowledged
OLDEST_SERVER = 140_000  # PostgreSQL 14
GAPS = (
    "SELECT originator_id FROM stored_events "
    "GROUP BY originator_id HAVING max(originator_version) <> count(*) ORDER BY originator_id LIMIT 5"
)
_REFUSED = "user or password is refused: correct it in SLAMON_DATABASE, ~/.pgpass or the file of PGPASSFILE"
REMEDIES = (  # what a server says first when it lets nobody in, and what helps
    ("password", _REFUSED),
    ("authentication", _REFUSED),
    ("pg_hba.conf", "the server lets this user not in from this host: change its pg_hba.conf"),
    ("role ", "the server knows no such user: correct SLAMON_DATABASE, or create the role"),
    ("does not exist", "correct SLAMON_DATABASE, or create the database"),
    ("permission denied", "let that user in: docs/postgresql.md has the grants"),
    ("No space left", "the disk of the server is full: free some space there, nothing else"),
    ("is version ", "install a newer PostgreSQL (docs/postgresql.md)"),
    ("to be given as", "correct SLAMON_DATABASE"),
    ("cannot be read", "correct SLAMON_DATABASE"),
    ("not installed", "install the driver, as it says"),
)
UNREACHABLE = (
    "start the server, or correct host and port in SLAMON_DATABASE; agents keep what they have"
)


class Finding(NamedTuple):
    """One thing that was looked at: how it is, and what to do where it is not as it should be."""

    check: str
    state: State
    where: str
    says: str
    do: str = ""


def of_file(path: Path, topics: frozenset[str], now: int) -> Iterator[Finding]:
    """The findings about the file of a ledger; `topics` are the names of facts this program can read.

    Raises:
        sqlite3.Error, OSError: it cannot be looked at for a reason that may pass, which says nothing of the file.

    """
    where = str(path)
    try:
        with closing(reading(path)) as rows:
            yield _settings(rows, where)
            yield _whole(rows, where)
            yield told_gaps([row[0] for row in rows.execute(GAPS)], where)
            names = {row[0] for row in rows.execute("SELECT DISTINCT topic FROM stored_events")}
            yield told_names(names - topics, where)
            yield told_clock(newest(rows)[1], now, where)
    except (sqlite3.Error, ValueError) as wrong:
        if passing(wrong):
            raise
        yield Finding("ledger", "wrong", where, f"it cannot be read: {wrong}", RESTORE)


def of_database(place: str, topics: frozenset[str], now: int) -> Iterator[Finding]:
    """The findings about a ledger in PostgreSQL.

    Raises:
        LedgerUnreachableError: the database does not answer.

    """
    # The driver is an extra: only who keeps the ledger in a database has it.
    from slamon.ledger.connecting import connect, shown  # noqa: PLC0415

    where = shown(place)
    with connect(place, "slamon doctor") as database:
        shows = {
            name: str(database.execute(f"SHOW {name}").fetchone()[0])  # type: ignore[index]
            for name in (*DURABLE, "synchronous_commit", "server_version", "server_version_num")
        }
        yield _server(shows, where)
        yield told_gaps([row[0] for row in database.execute(GAPS)], where)
        names = {row[0] for row in database.execute("SELECT DISTINCT topic FROM stored_events")}
        yield told_names(names - topics, where)
        clock = database.execute("SELECT recorded_at FROM ledger_clock").fetchone()
        yield told_clock(clock[0] if clock else 0, now, where)


def examined(place: Place, topics: frozenset[str], now: int) -> Iterator[Finding]:
    """The findings about the store of a ledger, wherever it is kept; `now` in µs."""
    return (
        of_file(place, topics, now) if isinstance(place, Path) else of_database(place, topics, now)
    )


def remedy(said: str) -> str:
    """What to do about a database that cannot be used, by the sentence that says so."""
    reason = said.rpartition("cannot be used: ")[2]
    return next((do for words, do in REMEDIES if words in reason), UNREACHABLE)


def _settings(rows: sqlite3.Connection, where: str) -> Finding:
    journal = rows.execute("PRAGMA journal_mode").fetchone()[0]
    size = rows.execute("PRAGMA page_size").fetchone()[0]
    said = f"journal {journal}, pages of {size} bytes, SQLite {sqlite3.sqlite_version}"
    if journal != "wal":
        do = "somebody changed it: stop slamon and run `sqlite3 FILE 'PRAGMA journal_mode=WAL'`"
        return Finding("store", "wrong", where, said, do)
    return Finding("store", "ok", where, said)


def _whole(rows: sqlite3.Connection, where: str) -> Finding:
    said = rows.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said == "ok":
        return Finding("integrity", "ok", where, "every page is in its place")
    return Finding("integrity", "wrong", where, f"the file is damaged: {said}", RESTORE)


def _server(shows: dict[str, str], where: str) -> Finding:
    off = [f"{name} is {shows[name]}" for name, wanted in DURABLE.items() if shows[name] != wanted]
    if shows["synchronous_commit"] not in SYNCHRONOUS:
        off.append(f"synchronous_commit is {shows['synchronous_commit']}")
    said = f"PostgreSQL {shows['server_version']}"
    if int(shows["server_version_num"]) < OLDEST_SERVER:
        off.append("it is older than PostgreSQL 14")
    if off:
        do = "what was acknowledged may be lost: set it in postgresql.conf and restart the server"
        return Finding("store", "wrong", where, f"{said}: {', '.join(off)}", do)
    return Finding("store", "ok", where, f"{said}, durable when acknowledged")


def told_gaps(streams: list[str], where: str) -> Finding:
    """What to say of streams in which a version is missing."""
    if not streams:
        return Finding("streams", "ok", where, "no stream has a gap")
    said = f"facts are missing in {', '.join(streams)}"
    return Finding("streams", "wrong", where, said, f"run `slamon ledger verify`, then {RESTORE}")


def told_names(unknown: set[str], where: str) -> Finding:
    """What to say of facts whose names this program does not know."""
    if not unknown:
        return Finding("facts", "ok", where, "this program knows every name of a fact")
    said = f"this program cannot read {', '.join(sorted(unknown))}"
    return Finding(
        "facts", "wrong", where, said, "install the slamon that wrote them, or a newer one"
    )


def told_clock(newest_at: int, now: int, where: str) -> Finding:
    """What to say of the instant (µs) the newest fact was recorded at, by the clock of this machine."""
    ahead = (newest_at - now) / 1_000_000
    if ahead <= 1:
        return Finding("recorded", "ok", where, "no fact was recorded in the future")
    said = f"the newest fact was recorded {ahead:.0f} s in the future: the clock ran ahead or was set back"
    do = "set the clock right; until it has caught up, facts keep the last instant"
    return Finding("recorded", "wrong" if ahead > 60 else "warning", where, said, do)  # noqa: PLR2004
