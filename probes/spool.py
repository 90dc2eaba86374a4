"""The spool: a file in which rows and batches are safe from the moment they are committed until acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from probes.assembly import Row, assemble
from probes.batch import ObservationsRecorded
from probes.closing import pieces
from probes.evidence import Evidence
from probes.keeping import Keeping
from probes.outcome import NOTHING, Outcome, packed, unpacked
from probes.parcels import Parcels
from probes.patience import Pauses
from probes.room import Room
from probes.spec import AgentAssigned, ProbingInterrupted
from probes.spool_file import SpoolFile


@dataclass(frozen=True)
class Span:
    """The time since `begin` (µs) under one assignment that no batch holds yet; `until` None: it goes on.

    `state` packs the last outcome of each probe.
    """

    assignment: AgentAssigned
    begin: int
    until: int | None
    state: bytes

    @property
    def before(self) -> dict[int, Outcome]:
        """The last outcome of each probe that had one."""
        return unpacked(self.state)


class Spool:
    """A spool file; used from one thread at a time, and by one process only.

    Raises:
        SpoolError: the file cannot serve as a spool.
        sqlite3.Error: it cannot be read or written.

    """

    def __init__(self, path: Path, keeping: Keeping | None = None) -> None:
        """Open the file, a new one if there is none; `keeping` limits what it may hold."""
        self._file = SpoolFile(path)
        self._db = self._file.db
        self.parcels = Parcels(self._file)
        self.pauses = Pauses(self._file)
        self._room = Room(self._file, self.parcels, keeping or Keeping())
        self._lists: dict[int, AgentAssigned] = {}
        # What was written in this run need not be read again to be handed in.
        self._evidence: dict[tuple[int, int, int], Evidence] = {}

    @property
    def id(self) -> str:
        """The name under which the centre knows it."""
        return self.parcels.spool

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
            "select version, begin, until, before from span order by begin, until is null"
        ).fetchall()
        self._lists = {version: self._list(version) for version, *_ in found}
        return tuple(
            Span(self._lists[version], begin, until, before)
            for version, begin, until, before in found
        )

    def _list(self, version: int) -> AgentAssigned:
        # A long list takes long to read; it is the same at each closing.
        known = self._lists.get(version)
        if known is not None:
            return known
        (body,) = self._db.execute("select body from list where version = ?", [version]).fetchone()
        return AgentAssigned.model_validate_json(body)

    def follow(self, assignment: AgentAssigned, since: int) -> None:
        """End the span that goes on at `since` (µs), and begin one of another assignment there."""
        with self._transaction():
            self._db.execute("update span set until = ? where until is null", [since])
            self._db.execute(
                "insert into span values (?, ?, null, ?)", [assignment.version, since, NOTHING]
            )
            self._db.execute(
                "insert or replace into list values (?, ?)",
                [assignment.version, assignment.model_dump_json()],
            )
            self._db.execute("delete from list where version not in (select version from span)")
        self._lists[assignment.version] = assignment

    def record(self, version: int, rows: Iterable[Row]) -> None:
        """Commit rows of an assignment's version."""
        rows = list(rows)
        with self._transaction():
            self._db.executemany(
                # A commit that failed may have been made all the same.
                "insert or ignore into result values (?, ?, ?, ?, ?, ?, ?)",
                (
                    (version, r.due, r.probe, r.started, r.outcome, r.latency, _json(r.evidence))
                    for r in rows
                ),
            )
        self._evidence.update(((version, r.due, r.probe), r.evidence) for r in rows if r.evidence)

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
            batch, after = assemble(span.assignment, begin, upto, rows, before)
            span = self._close_one(batch, span, after)
            before = after
        self._db.execute("update span set begin = ? where version = ?", [end, version])
        self._db.execute("delete from span where version = ? and until <= ?", [version, end])

    def held(self) -> tuple[int, int]:
        """How many batches the centre does not have, and how many bytes of the file hold something."""
        (waiting,) = self._db.execute(
            "select count(*) from batch where acknowledged is null"
        ).fetchone()
        return int(waiting), self._file.used()

    def interrupted(self, gap: ProbingInterrupted) -> None:
        """Remember an interruption until it is reported."""
        self._db.execute(
            "insert or ignore into interruption values (?, null)", [gap.model_dump_json()]
        )

    def interruptions(self) -> tuple[ProbingInterrupted, ...]:
        """Return the interruptions not yet reported."""
        found = self._db.execute(
            "select body from interruption where reported is null order by body"
        ).fetchall()
        return tuple(ProbingInterrupted.model_validate_json(body) for (body,) in found)

    def reported(self, gap: ProbingInterrupted, at: int) -> None:
        """Note that the centre has an interruption, and since when (µs)."""
        self._db.execute(
            "update interruption set reported = ? where body = ?", [at, gap.model_dump_json()]
        )

    def report_again(self) -> None:
        """Let all interruptions that are kept go out again; known ones change nothing at the centre."""
        self._db.execute("update interruption set reported = null")

    @property
    def centre(self) -> str | None:
        """Id and epoch of the ledger that this spool was handed in to last."""
        found = self._db.execute("select ledger from centre").fetchone()
        return None if found is None else str(found[0])

    def met(self, ledger: str) -> None:
        """Remember the ledger that this spool is handed in to."""
        with self._transaction():
            self._db.execute("delete from centre")
            self._db.execute("insert into centre values (?)", [ledger])

    def begin_at(self, instant: int) -> None:
        """Let the span that goes on begin at an instant (µs) that is before its begin: the clock was set back."""
        self._evidence.clear()
        with self._transaction():
            self._db.execute("delete from result where due >= ?", [instant])
            self._db.execute("delete from span where until is not null and begin >= ?", [instant])
            self._db.execute(
                "update span set begin = ?, before = ? where until is null", [instant, NOTHING]
            )

    def _rows(self, version: int, end: int) -> list[Row]:
        found = self._db.execute(
            "select probe, due, started, outcome, latency, evidence from result"
            " where version = ? and due < ?",
            [version, end],
        )
        known = self._evidence
        return [
            Row(
                *(probe, due, started, Outcome(outcome), latency),
                None if text is None else known.pop((version, due, probe), None) or _read(text),
            )
            for probe, due, started, outcome, latency, text in found
        ]

    def _close_one(
        self, batch: ObservationsRecorded, span: Span, after: Mapping[int, Outcome]
    ) -> Span:
        """Keep a batch and let the span go on behind it."""
        rest = replace(span, begin=batch.end, state=packed(after, len(span.assignment.probes)))
        with self._transaction():
            self.parcels.put(batch, span.state, span.assignment)
            self._db.execute(
                "delete from result where version = ? and due < ?", [batch.assignment, batch.end]
            )
            self._db.execute(
                "update span set begin = ?, before = ? where version = ?",
                [rest.begin, rest.state, batch.assignment],
            )
            self._room.make(batch.end)
        return rest

    def _transaction(self) -> AbstractContextManager[None]:
        return self._file.transaction()


def _json(evidence: Evidence | None) -> str | None:
    return None if evidence is None else evidence.model_dump_json()


def _read(text: str) -> Evidence:
    return Evidence.model_validate_json(text)
