"""Which batches of results may leave their latencies and evidence to an archive: no view must ever need them again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache, partial

from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned
from slamon.app.agents import assignment
from slamon.ledger.codec import Row, payload_of
from slamon.ledger.store import Ledger


@dataclass
class Choice:
    """Chooses batches that ended before an instant (µs), and counts those that must stay whole.

    `bounded` are the checks of which somebody promised how long a result may take: their views rest on latencies.
    """

    ledger: Ledger
    before: int
    bounded: Collection[str]
    promised: int = 0
    """Left whole because of a promised bound."""
    older: int = 0
    """Left whole because they are of layout 1, which has no buckets."""
    younger: int = 0
    """Not as old as was asked for."""
    oldest: int | None = None
    """When the oldest that has its latencies ended (µs)."""
    _assigned: Callable[[str, int], AgentAssigned | None] = field(init=False)

    def __post_init__(self) -> None:
        """Look each assignment up once."""
        self._assigned = cache(partial(assignment, self.ledger))

    def count_anew(self) -> None:
        """Forget what was counted."""
        self.promised = self.older = self.younger = 0
        self.oldest = None

    def __call__(self, row: Row) -> bool:
        """Whether the batch of a row may be archived."""
        batch = ObservationsRecorded.from_bytes(payload_of(row))
        if batch.away:
            return False
        self.oldest = min(self.oldest or batch.end, batch.end)
        if batch.end > self.before:
            self.younger += 1
            return False
        if not batch.movable:
            self.older += 1
            return False
        if self.needs(row.stream, batch):
            self.promised += 1
            return False
        return True

    def needs(self, stream: str, batch: ObservationsRecorded) -> bool:
        """Whether views rest on the latencies of a batch."""
        if not self.bounded:
            return False
        under = self._assigned(stream.split(":")[1], batch.assignment)
        return under is None or any(each.probe in self.bounded for each in under.probes)
