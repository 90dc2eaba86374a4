"""Keeping the books: close what no reviewer closed in time, restate what later facts have changed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slamon.app.books import Books
from slamon.app.fallback import close_due
from slamon.app.restating import restate_due
from slamon.duties.schedule import Duty
from slamon.ledger.store import Ledger

LOG = logging.getLogger("slamon")


@dataclass
class Bookkeeping:
    """The books of one ledger; `clock` tells µs. What was looked at is remembered while this runs."""

    ledger: Ledger
    books: Books
    clock: Callable[[], int]
    _looked: dict[tuple[str, str], int] = field(default_factory=dict)

    def duties(self) -> Mapping[str, Duty]:
        """What there is to do, by name."""
        return {"closing": self.close, "restating": self.restate}

    def close(self) -> None:
        """Close the periods whose closing time is over."""
        for agreement, label, position in close_due(self.ledger, self.books, self.clock()):
            LOG.info("%s %s closed by itself at position %s", agreement, label, position)

    def restate(self) -> None:
        """Restate the closed periods that later facts have changed."""
        for done in restate_due(self.ledger, self.books, self.clock(), self._looked):
            LOG.info("%s %s restated at position %s", done.agreement, done.label, done.position)
