"""Parcels: closed batches on their way to the centre, and those it has, kept for the day it loses them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from probes.assembly import relisted, without_evidence
from probes.batch import ObservationsRecorded
from probes.outcome import NOTHING, unpacked
from probes.spec import AgentAssigned
from probes.spool_file import SpoolFile, new_id

AT_ONCE = 500  # rows of one transaction when old parcels are thrown away


@dataclass(frozen=True)
class Parcel:
    """A closed batch on its way: the `sequence`-th of the UTC day of its begin, dense from 1."""

    spool: str
    day: str
    sequence: int
    data: bytes
    fingerprint: str | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        """What names it at the centre."""
        return self.spool, self.day, self.sequence


class Parcels:
    """The parcels of a spool file; a parcel that is acknowledged is kept until `empty` lets go of it."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file
        self._db = file.db

    @property
    def spool(self) -> str:
        """The spool's name, under which new parcels are numbered."""
        return str(self._db.execute("select id from spool").fetchone()[0])

    def put(self, batch: ObservationsRecorded, state: bytes, assigned: AgentAssigned) -> None:
        """Number a batch, within a transaction; `state` packs the outcomes that it goes on from."""
        day = datetime.fromtimestamp(batch.begin // 1_000_000, UTC).date().isoformat()
        spool = self.spool
        sequence = self._next_number(spool, day)
        self._remember(assigned)
        self._db.execute(
            "insert into batch values (?, ?, ?, ?, ?, ?, null)",
            [spool, day, sequence, batch.to_bytes(), state, assigned.fingerprint],
        )

    def _remember(self, assigned: AgentAssigned) -> None:
        """Keep a probe list, as a centre may forget it."""
        known = "select 1 from assignment where fingerprint = ?"
        if self._db.execute(known, [assigned.fingerprint]).fetchone() is None:
            body = assigned.model_dump_json()
            self._db.execute("insert into assignment values (?, ?)", [assigned.fingerprint, body])

    def assignment(self, parcel: Parcel) -> AgentAssigned | None:
        """The probe list that a parcel was made under, if it is known."""
        found = self._db.execute(
            "select body from assignment where fingerprint = ?", [parcel.fingerprint]
        ).fetchone()
        return None if found is None else AgentAssigned.model_validate_json(found[0])

    def oldest(self) -> Parcel | None:
        """The parcel to push next."""
        found = self._db.execute(
            "select spool, day, sequence, bytes, fingerprint from batch"
            " where acknowledged is null order by day, sequence limit 1"
        ).fetchone()
        return None if found is None else Parcel(*found)

    def acknowledge(self, parcel: Parcel, at: int) -> None:
        """Note that the centre has a parcel, and since when (µs)."""
        self._db.execute(
            "update batch set acknowledged = ? where spool = ? and day = ? and sequence = ?",
            [at, *parcel.key],
        )

    def set_aside(self, parcel: Parcel, at: int) -> None:
        """Note that the centre has a parcel and does not count it: the next one must go on from nothing."""
        with self._file.transaction():
            self.acknowledge(parcel, at)
            self._begin_anew()

    def lighten(self, parcel: Parcel) -> bool:
        """Throw away the evidence of a parcel that is too large; false when there is none."""
        batch = ObservationsRecorded.from_bytes(parcel.data)
        if not batch.evidence:
            return False
        self._db.execute(
            "update batch set bytes = ? where spool = ? and day = ? and sequence = ?",
            [without_evidence(batch).to_bytes(), *parcel.key],
        )
        return True

    def days(self) -> tuple[tuple[str, str], ...]:
        """Spool and day of all parcels, acknowledged or not."""
        found = self._db.execute("select distinct spool, day from batch order by day, spool")
        return tuple(found.fetchall())

    def send_again(self, spool: str, day: str, sequence: int) -> bool:
        """Let the parcels of a day from a number on go out again; false when that number is not kept."""
        with self._file.transaction():
            key = [spool, day, sequence]
            held = self._db.execute(
                "select 1 from batch where spool = ? and day = ? and sequence = ?", key
            ).fetchone()
            self._db.execute(
                "update batch set acknowledged = null"
                " where spool = ? and day = ? and sequence >= ? and acknowledged is not null",
                key,
            )
        return held is not None

    def numbered(self, spool: str, day: str) -> int:
        """How many parcels of a day there have been."""
        found = self._db.execute(
            "select batches from day where spool = ? and day = ?", [spool, day]
        ).fetchone()
        return 0 if found is None else int(found[0])

    def renew(self) -> str:
        """Give the spool another name, and all that waits with it; what was acknowledged keeps the old one."""
        with self._file.transaction():
            return self.rename()

    def rename(self) -> str:
        """The same within a transaction."""
        self._db.execute("update spool set id = ?", [name := new_id()])
        waiting = self._db.execute(
            "select spool, day, sequence from batch where acknowledged is null"
            " order by day, sequence"
        ).fetchall()
        for spool, day, sequence in waiting:
            self._db.execute(
                "update batch set spool = ?, sequence = ?"
                " where spool = ? and day = ? and sequence = ?",
                [name, self._next_number(name, day), spool, day, sequence],
            )
        self._begin_anew()
        return name

    def empty(self, before: int, limit: int) -> int:
        """Throw away what was acknowledged before an instant (µs), and more while the file holds over `limit` bytes.

        Returns how many bytes it still holds; what is not acknowledged is left to `probes.room`.
        """
        self._db.execute("delete from batch where acknowledged < ?", [before])
        self._db.execute("delete from interruption where reported < ?", [before])
        self._db.execute(
            "delete from assignment where fingerprint not in"
            " (select fingerprint from batch where fingerprint is not null)"
        )
        self.forget_delivered(limit)
        return self._file.used()

    def forget_delivered(self, limit: int) -> None:
        """Throw away what was acknowledged, the oldest first, while the file holds over `limit` bytes."""
        while self._file.used() > limit:
            gone = self._db.execute(
                "delete from batch where rowid in (select rowid from batch"
                " where acknowledged is not null order by acknowledged, day, sequence limit ?)",
                [AT_ONCE],
            )
            if not gone.rowcount:
                break

    def _next_number(self, spool: str, day: str) -> int:
        (number,) = self._db.execute(
            "insert into day values (?, ?, 1)"
            " on conflict do update set batches = batches + 1 returning batches",
            [spool, day],
        ).fetchone()
        return int(number)

    def _begin_anew(self) -> None:
        """List every probe as an edge in the next batch to go out, be it closed or still open."""
        found = self._db.execute(
            "select rowid, bytes, before, fingerprint from batch"
            " where acknowledged is null order by day, sequence limit 1"
        ).fetchone()
        if found is None:
            self._db.execute("update span set before = ?", [NOTHING])
            return
        row, data, state, fingerprint = found
        assigned = self.assignment(Parcel("", "", 0, data, fingerprint))
        if assigned is None or state is None:
            return  # it was closed by a program that did not know this: an edge will come
        batch = relisted(ObservationsRecorded.from_bytes(data), assigned, unpacked(state))
        self._db.execute("update batch set bytes = ? where rowid = ?", [batch.to_bytes(), row])
