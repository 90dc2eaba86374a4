"""Sealing the ledger: once the newest seal is old enough, what was recorded since gets one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slamon.app.program import ITSELF
from slamon.duties.schedule import Duty
from slamon.ledger import sealing
from slamon.ledger.store import LEDGER_STREAM, Ledger

LOG = logging.getLogger("slamon")

HOUR = 3_600_000_000


@dataclass
class Sealing:
    """Seals of one ledger, `every` so many µs; `clock` tells µs."""

    ledger: Ledger
    clock: Callable[[], int]
    every: int = HOUR

    def duties(self) -> Mapping[str, Duty]:
        """What there is to do, by name."""
        return {"sealing": self.seal}

    def seal(self) -> None:
        """Seal what is new, if the newest seal is old enough."""
        if self.clock() - self._since() < self.every:
            return
        for each in sealing.seal(self.ledger, actor=ITSELF, cause="schedule"):
            LOG.info("seal %s covers the facts up to position %s", each.number, each.last)

    def _since(self) -> int:
        """When the last seal was made, or else the ledger founded (µs)."""
        last = sealing.newest(self.ledger)
        if last is not None:
            return last.recorded_at
        founded = next(self.ledger.stream(LEDGER_STREAM, limit=1), None)
        return founded.recorded_at if founded else self.clock()
