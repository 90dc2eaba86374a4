"""Listening for heartbeats: once a minute what did not come in time is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slamon.app.silence import Listener
from slamon.duties.schedule import Duty

LOG = logging.getLogger("slamon")


@dataclass
class Listening:
    """Listens for the heartbeats of one ledger; `clock` tells µs."""

    listener: Listener
    clock: Callable[[], int]

    def duties(self) -> Mapping[str, Duty]:
        """What there is to do, by name."""
        return {"heartbeats": self.listen}

    def listen(self) -> None:
        """Record what is overdue, and what could not be heard."""
        if told := self.listener.look(self.clock()):
            LOG.info("%s heartbeats are overdue or were not heard", told)
