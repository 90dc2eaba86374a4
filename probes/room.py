"""Room in a spool: what goes first when it is full, and how it is told that something was lost."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from probes.batch import ObservationsRecorded
from probes.closing import DAY
from probes.keeping import Keeping
from probes.parcels import Parcels
from probes.spec import ProbingInterrupted
from probes.spool_file import SpoolFile

ROOM = 10  # of the limit, a tenth is made free at once: what is lost is told in few gaps
PARTS = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Room:
    """Keeps a spool within its limits: what the centre has goes first, then the oldest of what it has not."""

    file: SpoolFile
    parcels: Parcels
    keeping: Keeping

    def make(self, now: int) -> None:
        """Let go of what is too old at `now` (µs) or too much, within a transaction; the newest parcel stays."""
        self._age(now - max(1, self.keeping.days) * DAY)
        limit = self.keeping.limit
        if self.file.used() <= limit:
            return
        self.parcels.forget_delivered(limit)
        lost: list[ObservationsRecorded] = []
        while self.file.used() > (limit if not lost else limit - limit // ROOM):
            some = self._oldest()
            if not some:
                break
            lost += some
        self._told(lost, "the spool was full")

    def _age(self, before: int) -> None:
        """Let go of days that ended before an instant (µs) and that the centre still does not have."""
        day = datetime.fromtimestamp(before // 1_000_000, UTC).date().isoformat()
        gone = self.file.db.execute(
            "delete from batch where acknowledged is null and day < ? returning bytes", [day]
        )
        lost = [ObservationsRecorded.from_bytes(data) for (data,) in gone.fetchall()]
        self._told(lost, f"the centre did not take them for {self.keeping.days} days")

    def _oldest(self) -> list[ObservationsRecorded]:
        """Throw away a part of what waits, the oldest of it, and return it."""
        (waiting,) = self.file.db.execute(
            "select count(*) from batch where acknowledged is null"
        ).fetchone()
        gone = self.file.db.execute(
            "delete from batch where rowid in (select rowid from batch"
            " where acknowledged is null order by day, sequence limit ?) returning bytes",
            [min(waiting - 1, max(1, waiting // PARTS))],
        )
        return [ObservationsRecorded.from_bytes(data) for (data,) in gone.fetchall()]

    def _told(self, lost: Sequence[ObservationsRecorded], why: str) -> None:
        """Explain what was lost, and let the rest go out as if nothing had been before it."""
        if not lost:
            return
        begin, end = min(each.begin for each in lost), max(each.end for each in lost)
        rows = sum(each.rows for each in lost)
        said = f"{why}: {rows} results seen from {_text(begin)} to {_text(end)} were dropped"
        log.error("%s", said)
        gap = ProbingInterrupted(from_=begin, to=end, reason=said)
        self.file.db.execute(
            "insert or ignore into interruption values (?, null)", [gap.model_dump_json()]
        )
        self.parcels.rename()


def _text(instant: int) -> str:
    return datetime.fromtimestamp(instant // 1_000_000, UTC).isoformat().replace("+00:00", "Z")
