"""The spool: a file in which rows and batches are safe from the moment they are committed until acknowledged."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from probes.assembly import Row, assemble
from probes.batch import ObservationsRecorded
from probes.closing import pieces
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.spec import AgentAssigned, ProbingInterrupted

SCHEMA = """
create table if not exists spool (id text not null, clean integer not null);
create table if not exists span (
    version integer primary key, assignment text not null,
    begin integer not null, until integer, before text not null);
create table if not exists result (
    version integer, due integer, probe integer, started integer not null, outcome integer not null,
    latency integer, evidence text, primary key (version, due, probe)) without rowid;
create table if not exists day (day text primary key, batches integer not null) without rowid;
create table if not exists batch (
    day text, sequence integer, bytes blob not null, primary key (day, sequence));
create table if not exists interruption (body text primary key);
"""


@dataclass(frozen=True)
class Span:
    """The time since `begin` (µs) under one assignment that no batch holds yet; `until` None: it goes on."""

    assignment: AgentAssigned
    begin: int
    until: int | None
    before: dict[int, Outcome]


@dataclass(frozen=True)
class Parcel:
    """A closed batch on its way: the `sequence`-th of the UTC day of its begin, dense from 1."""

    day: str
    sequence: int
    data: bytes


class Spool:
    """A spool file; used from one thread at a time, and by one process only."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._read: dict[str, AgentAssigned] = {}
        self._db.execute("pragma locking_mode = exclusive")
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(SCHEMA)
        with self._transaction():
            if self._db.execute("select id from spool").fetchone() is None:
                self._db.execute("insert into spool values (?, 1)", [secrets.token_hex(8)])
        self.id: str = self._db.execute("select id from spool").fetchone()[0]

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @property
    def clean(self) -> bool:
        """Whether the last run ended as it should."""
        return bool(self._db.execute("select clean from spool").fetchone()[0])

    def mark(self, *, clean: bool) -> None:
        """Note that a run has begun (not clean), or has ended as it should."""
        self._db.execute("update spool set clean = ?", [clean])

    def spans(self) -> tuple[Span, ...]:
        """Return the spans not yet closed, oldest first; only the last one goes on."""
        found = self._db.execute(
            "select assignment, begin, until, before from span order by begin, until is null"
        ).fetchall()
        # A long list takes long to read; it is the same at each closing.
        self._read = {
            body: self._read.get(body) or AgentAssigned.model_validate_json(body)
            for body, *_ in found
        }
        return tuple(
            Span(self._read[body], begin, until, _outcomes(before))
            for body, begin, until, before in found
        )

    def follow(self, assignment: AgentAssigned, since: int) -> None:
        """End the span that goes on at `since` (µs), and begin one of another assignment there."""
        with self._transaction():
            self._db.execute("update span set until = ? where until is null", [since])
            self._db.execute(
                "insert into span values (?, ?, ?, null, '{}')",
                [assignment.version, assignment.model_dump_json(), since],
            )

    def record(self, version: int, rows: Iterable[Row]) -> None:
        """Commit rows of an assignment's version."""
        with self._transaction():
            self._db.executemany(
                "insert into result values (?, ?, ?, ?, ?, ?, ?)",
                (
                    (version, r.due, r.probe, r.started, r.outcome, r.latency, _json(r.evidence))
                    for r in rows
                ),
            )

    def silent_since(self, span: Span, now: int) -> int:
        """Return the due instant (µs) of the first slot whose attempt was lost with the last run, or `now`."""
        version = span.assignment.version
        done = set(
            self._db.execute(
                "select due, probe from result where version = ?", [version]
            ).fetchall()
        )
        latest = max((due for due, _ in done), default=span.begin)
        longest = max((each.spec.timeout for each in span.assignment.probes), default=0)
        begin = max(span.begin, latest - longest)
        lost = (
            slot
            for cut in pieces(span.assignment, begin, now)
            for slot in span.assignment.plan(*cut)
        )
        return next((due for due, index in lost if (due, index) not in done), now)

    def close_until(self, version: int, end: int) -> None:
        """Turn the slots of a version's span due before `end` (µs) into batches that leave none out."""
        span = next(each for each in self.spans() if each.assignment.version == version)
        before = span.before
        for begin, upto in pieces(span.assignment, span.begin, end):
            rows = self._rows(version, upto)
            batch, before = assemble(span.assignment, begin, upto, rows, before)
            self._close_one(batch, before)
        self._advance(version, end, before)
        self._db.execute("delete from span where version = ? and until <= ?", [version, end])

    def oldest(self) -> Parcel | None:
        """Return the batch to push next."""
        found = self._db.execute(
            "select day, sequence, bytes from batch order by day, sequence limit 1"
        ).fetchone()
        return None if found is None else Parcel(*found)

    def acknowledge(self, parcel: Parcel) -> None:
        """Let go of a batch that the centre has."""
        key = [parcel.day, parcel.sequence]
        self._db.execute("delete from batch where day = ? and sequence = ?", key)

    def interrupted(self, gap: ProbingInterrupted) -> None:
        """Remember an interruption until it is reported."""
        self._db.execute("insert or ignore into interruption values (?)", [gap.model_dump_json()])

    def interruptions(self) -> tuple[ProbingInterrupted, ...]:
        """Return the interruptions not yet reported."""
        found = self._db.execute("select body from interruption order by body").fetchall()
        return tuple(ProbingInterrupted.model_validate_json(body) for (body,) in found)

    def reported(self, gap: ProbingInterrupted) -> None:
        """Forget an interruption that the centre has."""
        self._db.execute("delete from interruption where body = ?", [gap.model_dump_json()])

    def _rows(self, version: int, end: int) -> list[Row]:
        found = self._db.execute(
            "select probe, due, started, outcome, latency, evidence from result"
            " where version = ? and due < ?",
            [version, end],
        )
        return [
            Row(probe, due, started, Outcome(outcome), latency, _evidence(text))
            for probe, due, started, outcome, latency, text in found
        ]

    def _close_one(self, batch: ObservationsRecorded, before: dict[int, Outcome]) -> None:
        day = datetime.fromtimestamp(batch.begin // 1_000_000, UTC).date().isoformat()
        with self._transaction():
            (sequence,) = self._db.execute(
                "insert into day values (?, 1)"
                " on conflict do update set batches = batches + 1 returning batches",
                [day],
            ).fetchone()
            self._db.execute(
                "insert into batch values (?, ?, ?)", [day, sequence, batch.to_bytes()]
            )
            self._db.execute(
                "delete from result where version = ? and due < ?", [batch.assignment, batch.end]
            )
            self._advance(batch.assignment, batch.end, before)

    def _advance(self, version: int, end: int, before: dict[int, Outcome]) -> None:
        text = json.dumps({str(probe): int(outcome) for probe, outcome in before.items()})
        self._db.execute(
            "update span set begin = ?, before = ? where version = ?", [end, text, version]
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")


def _json(evidence: Evidence | None) -> str | None:
    return None if evidence is None else evidence.model_dump_json()


def _evidence(text: str | None) -> Evidence | None:
    return None if text is None else Evidence.model_validate_json(text)


def _outcomes(text: str) -> dict[int, Outcome]:
    return {int(probe): Outcome(number) for probe, number in json.loads(text).items()}
