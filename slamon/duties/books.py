"""Keeping the books: close what nobody closed in time or what closes by itself, restate what later facts changed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from catalogue.instants import moment_of
from slamon.app.acts import Records
from slamon.app.books import Books
from slamon.app.fallback import close_due
from slamon.app.lifecycles import close_what_came_about
from slamon.app.restating import restate_due
from slamon.duties.schedule import Duty
from slamon.ledger.store import Ledger

LOG = logging.getLogger("slamon")


@dataclass
class Bookkeeping:
    """The books of one ledger and its catalogue; `clock` tells µs. What was looked at is remembered while this runs."""

    ledger: Ledger
    books: Books
    clock: Callable[[], int]
    catalogue: Callable[[], Records]
    _looked: dict[tuple[str, str], int] = field(default_factory=dict)

    def duties(self) -> Mapping[str, Duty]:
        """What there is to do, by name."""
        return {"closing": self.close, "restating": self.restate, "fulfilling": self.fulfil}

    def close(self) -> None:
        """Close the periods whose closing time is over."""
        for agreement, label, position in close_due(self.ledger, self.books, self.clock()):
            LOG.info("%s %s closed by itself at position %s", agreement, label, position)

    def restate(self) -> None:
        """Restate the closed periods that later facts have changed."""
        for done in restate_due(self.ledger, self.books, self.clock(), self._looked):
            LOG.info("%s %s restated at position %s", done.agreement, done.label, done.position)

    def fulfil(self) -> None:
        """Close the commitments whose terms name what has come about since."""
        today = moment_of(self.clock()).date()
        for commitment in close_what_came_about(self.ledger, self.catalogue(), today):
            LOG.info("commitment %s closed by itself", commitment)
