"""What the process that folds does besides: tells agents what to ask, runs ours, and does the duties."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from slamon.cli.assigning import AGENT
from slamon.cli.child import Child
from slamon.cli.hearing import listening
from slamon.cli.house import House, now
from slamon.cli.readiness import silence
from slamon.cli.settings import Settings
from slamon.cli.signing import Address
from slamon.cli.telling import Telling
from slamon.duties.books import Bookkeeping
from slamon.duties.schedule import Duties
from slamon.duties.sealing import Sealing

MINUTE = 60_000_000  # µs


class Office:
    """Agent and duties of one house; `child` starts the agent, None where it runs apart.

    `life` tells the instant (µs) of the last sign that anybody did the same before.

    Called from the thread that folds, and ended from the one that stops the process.
    """

    def __init__(
        self,
        house: House,
        telling: Telling,
        address: Address,
        child: Callable[[], Child] | None,
        life: Callable[[], int],
    ) -> None:
        self._house = house
        self._telling = telling
        self._address = address
        self._make_child = child
        self._lock = threading.Lock()
        self._closing = False
        self.closed = False
        self._attended_at = 0
        self._duties: Duties | None = None
        self._agent: Child | None = None
        self._life = life

    def attend(self) -> None:
        """Start what does not run yet, and tell agents what the catalogue says now, when it has changed."""
        if self._closing:  # the lock is kept by whoever waits for the agent to hand in what it has
            return
        with self._lock:
            self._telling.tell()
            if self._duties is None and not self._closing:
                self._begin()

    def _begin(self) -> None:
        self._attended_at = now()
        self._house.store.take_over()
        reading = self._house.reading
        books = Bookkeeping(self._house.ledger, reading, now, reading.catalogue)
        seals = Sealing(self._house.ledger, now, Settings().seal_minutes * MINUTE)
        ears = listening(self._house, Settings().location, self._life())
        self._duties = Duties({**books.duties(), **seals.duties(), **ears.duties()})
        self._duties.start()
        self._let_in()

    def _let_in(self) -> None:
        """Be found, and start the agent."""
        self._address.write()
        if self._make_child and self._agent is None:
            self._agent = self._make_child()
            self._agent.start()

    def stand_still(self) -> None:
        """Decide nothing on views that stand still; the agent goes on, so that nothing it sees is lost."""
        with self._lock:
            if self._duties is not None:
                self._duties.stop()
            if not self._closing:
                self._let_in()

    def end(self) -> None:
        """Stop the agent, which hands in what it has, and the duties."""
        with self._lock:
            if self._agent is not None:
                self._agent.stop()
                self._agent = None
            if self._duties is not None:
                self._duties.stop()
                self._duties = None
            self._address.remove()
            self._telling.forget()
            self._life = self._house.newest_fact_at

    def close(self) -> None:
        """End, and begin no more; `closed` once the agent has handed in what it had."""
        self._closing = True
        self.end()
        self.closed = True

    def complaints(self, log: Path) -> list[str]:
        """What is not as it should be; nothing where another process does this."""
        duties = self._duties
        if duties is None:
            return []
        heard = max(self._house.reading.reported_until(AGENT) or 0, self._attended_at)
        own = log if self._make_child else None
        late = silence(heard, now(), self._telling.fastest, own)
        return [*self._telling.wrong, *duties.failing(), *late]
