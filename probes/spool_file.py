"""The file of a spool: its tables, brought up to date in place, and its transactions."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from probes.outcome import Outcome, packed

FORMAT = 3
PATIENCE = 2.0  # seconds; an agent that is just ending lets go within them

TABLES = """
create table if not exists spool (id text not null, clean integer not null);
create table if not exists centre (ledger text not null);
create table if not exists span (
    version integer primary key, begin integer not null, until integer, before blob not null);
create table if not exists list (version integer primary key, body text not null);
create table if not exists result (
    version integer, due integer, probe integer, started integer not null, outcome integer not null,
    latency integer, evidence text, primary key (version, due, probe)) without rowid;
create table if not exists assignment (fingerprint text primary key, body text not null);
create table if not exists day (
    spool text, day text, batches integer not null, primary key (spool, day)) without rowid;
create table if not exists batch (
    spool text, day text, sequence integer, bytes blob not null, before blob, fingerprint text,
    acknowledged integer, primary key (spool, day, sequence));
create index if not exists waiting on batch (day, sequence) where acknowledged is null;
create index if not exists kept on batch (acknowledged) where acknowledged is not null;
create table if not exists interruption (body text primary key, reported integer);
create table if not exists pause (
    number integer primary key, paused text not null, spec text not null, resumed text,
    told integer not null);
"""

# Format 0, of the first releases, knew one spool to a file and let go of what was acknowledged.
FROM_0 = """
alter table batch rename to old_batch;
alter table day rename to old_day;
alter table interruption rename to old_interruption;
"""
INTO_2 = """
insert into day select spool.id, old_day.day, batches from old_day, spool;
insert into batch select spool.id, old_batch.day, sequence, bytes, null, null, null from old_batch, spool;
insert into interruption select body, null from old_interruption;
drop table old_batch;
drop table old_day;
drop table old_interruption;
"""


class SpoolError(Exception):
    """The file cannot serve as a spool: somebody else uses it, or a newer program has written it."""


class SpoolFile:
    """An open spool file; one process has it, and one thread at a time uses it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            self._open()
        except sqlite3.OperationalError as fault:
            self.db.close()
            if fault.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                message = "another agent uses this spool; each needs one of its own"
                raise SpoolError(message) from None
            raise
        except SpoolError:
            self.db.close()
            raise

    def _open(self) -> None:
        self.db.execute("pragma locking_mode = exclusive")
        self.db.execute("pragma journal_mode = wal")
        self.db.execute("pragma synchronous = full")
        with self.transaction():
            self._bring_up_to_date()
            if self.db.execute("select id from spool").fetchone() is None:
                self.db.execute("insert into spool values (?, 1)", [new_id()])

    def _bring_up_to_date(self) -> None:
        (found,) = self.db.execute("pragma user_version").fetchone()
        if found > FORMAT:
            message = f"this spool has format {found}, this program knows formats up to {FORMAT}"
            raise SpoolError(message)
        old = found == 0 and self.db.execute("select 1 from sqlite_master").fetchone() is not None
        script = FROM_0 + TABLES + INTO_2 if old else TABLES
        for statement in script.split(";"):
            self.db.execute(statement)
        if found < FORMAT:
            self._lighten_spans()
        self.db.execute(f"pragma user_version = {FORMAT}")

    def _lighten_spans(self) -> None:
        """Up to format 2 a span held its list, megabytes written anew with each batch, and outcomes as JSON."""
        if "assignment" not in {name for _, name, *_ in self.db.execute("pragma table_info(span)")}:
            return
        self.db.execute("insert into list select version, assignment from span")
        self.db.execute("alter table span drop column assignment")
        for version, text in self.db.execute("select version, before from span").fetchall():
            told = {int(probe): Outcome(number) for probe, number in json.loads(text).items()}
            state = packed(told, max(told, default=-1) + 1)
            self.db.execute("update span set before = ? where version = ?", [state, version])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.db.execute("begin immediate")
        try:
            yield
            self.db.execute("commit")
        except BaseException:
            if self.db.in_transaction:  # where the disk is full, the transaction is gone already
                self.db.execute("rollback")
            raise

    def used(self) -> int:
        """How many bytes of the file hold something."""
        (pages,) = self.db.execute("pragma page_count").fetchone()
        (free,) = self.db.execute("pragma freelist_count").fetchone()
        (size,) = self.db.execute("pragma page_size").fetchone()
        return int((pages - free) * size)


def new_id() -> str:
    """A name for a spool that no other has."""
    return secrets.token_hex(8)
