"""Following the ledger: fold as facts arrive while this process holds the lock, and stand by while another does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from slamon.ledger.trouble import passing
from slamon.views.counting import UncountableError
from slamon.views.fold import Folder
from slamon.views.latencies import Latencies
from slamon.views.settling import Settling

LOG = logging.getLogger("slamon")

SETTLE_EVERY = 60.0  # s
COUNT_EVERY = 20.0  # s
SLICE_SECONDS = 0.05  # of settling or counting, between two looks for new facts
IDLE_SECONDS = 0.5  # without a change, how long until the lock and the hour are looked at
STANDBY_SECONDS = 0.25  # between two looks whether the lock is free
PAUSES = (
    0.1,
    0.2,
    0.5,
    1.0,
    2.0,
    5.0,
)  # s, before trying again for the first, second, … time in a row

Role = Literal["standing by", "folding", "stopped"]


class Lock(Protocol):
    """What lets one process at a time fold."""

    def try_take(self) -> bool:
        """Take it if it is free."""

    def still_held(self) -> bool:
        """Was it taken, and was it not lost since?"""

    def release(self) -> None:
        """Let it go."""


class Office(Protocol):
    """What is done by the process that folds, and by no other."""

    def attend(self) -> None:
        """The views have caught up: start what does not run yet, and heed what was folded."""

    def stand_still(self) -> None:
        """The views stand still: decide nothing on them any more."""

    def end(self) -> None:
        """Stop: another process folds now, or this one ends."""


@dataclass(frozen=True)
class Pulse:
    """How the fold of this process stands.

    `trouble` says what keeps it from its work, None while nothing does; `failures` counts the attempts that failed
    since the start; `folded_at` is when it last was at the ledger's end (µs, 0: never).
    """

    role: Role
    trouble: str | None = None
    failures: int = 0
    folded_at: int = 0


class Following:
    """Folds in a thread that calls `run`; other threads ask how it goes, and wait for a position.

    Trouble that may pass is tried again with growing pauses. A fact that cannot be applied stops the views, with the
    lock held: nobody else could do better, and everything before it can still be read.
    """

    def __init__(
        self,
        folder: Folder,
        lock: Lock,
        office: Office,
        clock: Callable[[], int],
        *,
        home: Path | None = None,
    ) -> None:
        """Take what it folds with; `home` is the data folder, whose disk is asked where nothing can be written."""
        self._folder = folder
        self._lock = lock
        self._office = office
        self._clock = clock
        self._home = home
        self._in_office = False
        self._tries = 0
        self._settling: Settling | None = None
        self._settled = -SETTLE_EVERY
        self._latencies: Latencies | None = Latencies(folder.ledger, folder.store)
        self._counting = False
        self._counted = -COUNT_EVERY
        self._moved = threading.Condition()
        self._position = -1
        self._pulse = Pulse("standing by")

    @property
    def pulse(self) -> Pulse:
        """How it goes now."""
        return self._pulse

    def run(self, stop: Callable[[], bool]) -> None:
        """Follow until told to stop; a fact that cannot be applied is waited at."""
        try:
            while not stop():
                try:
                    self._attend(stop)
                except Exception as wrong:  # noqa: BLE001 - what may not pass stops the views, loudly
                    if not self._try_again(wrong, stop):
                        break
            self._await_end(stop)
        finally:
            self._leave()
            self._lock.release()

    def _await_end(self, stop: Callable[[], bool]) -> None:
        """Hold the lock of views that stand still."""
        while not stop():
            _pause(IDLE_SECONDS, stop)

    def wait_for(self, position: int, seconds: float) -> bool:
        """Wait until the views have reached a position; false when the time is over or the fold is not done here."""
        with self._moved:
            self._moved.wait_for(lambda: self._position >= position or self._idle(), seconds)
            return self._position >= position

    def _idle(self) -> bool:
        return self._pulse.role != "folding"

    def _attend(self, stop: Callable[[], bool]) -> None:
        """Fold while the lock is held; wait for it while another process has it."""
        if not (self._lock.still_held() or self._lock.try_take()):
            self._stand_by()
            _pause(STANDBY_SECONDS, stop)
            return
        self._tell(replace(self._pulse, role="folding"))
        changes = self._folder.ledger.changes()
        try:
            while not stop() and self._lock.still_held():
                self._round(stop)
                busy = self._settling or self._counting
                changes.wait(0 if busy else IDLE_SECONDS, stop=stop)
        finally:
            changes.close()

    def _round(self, stop: Callable[[], bool]) -> None:
        self._fold(stop)
        if stop() or not self._lock.still_held():
            return
        self._in_office = True
        self._office.attend()
        self._settle()
        if self._settling is None:
            self._count()
        self._tries = 0
        self._tell(replace(self._pulse, trouble=None, folded_at=self._clock()))

    def _fold(self, stop: Callable[[], bool]) -> None:
        """Fold what there is; whoever has lost the lock begins no transaction more."""
        if self._position < 0:
            self._reached(self._folder.store.position())
        while not stop() and self._lock.still_held():
            position = self._folder.step()
            if position is None:
                return
            self._reached(position)

    def _settle(self) -> None:
        if self._settling is None and time.monotonic() - self._settled >= SETTLE_EVERY:
            self._settled = time.monotonic()
            self._settling = Settling(self._clock())
        if self._settling and self._folder.settle_some(self._settling, seconds=SLICE_SECONDS):
            self._settling = None

    def _count(self) -> None:
        """Go on counting latencies; where they cannot be counted any more, all else goes on."""
        if self._latencies is None or not (
            self._counting or time.monotonic() - self._counted >= COUNT_EVERY
        ):
            return
        self._counted = time.monotonic()
        try:
            reached = self._latencies.step(seconds=SLICE_SECONDS)
        except UncountableError as wrong:
            LOG.error("latencies are not counted any more: %s", wrong)  # noqa: TRY400 - it says all
            self._latencies, reached = None, None
        self._counting = reached is not None and reached < self._position

    def _try_again(self, wrong: Exception, stop: Callable[[], bool]) -> bool:
        """Say what is wrong; true after a pause, where another attempt makes sense."""
        said = passing(wrong, self._home)
        if said is None:
            self._stand_still(wrong)
            return False
        pause = PAUSES[min(self._tries, len(PAUSES) - 1)]
        self._tries += 1
        LOG.warning("folding failed and is tried again in %s s: %s", pause, wrong)
        self._trouble(f"the views do not follow the ledger: {said}")
        _pause(pause, stop)
        return True

    def _stand_still(self, wrong: Exception) -> None:
        LOG.error("the views stand still", exc_info=wrong)
        self._reached(self._folder.store.position())
        self._tell(replace(self._pulse, role="stopped"))
        self._trouble(f"the views stand still at position {self._position}: {wrong}")
        self._in_office = True
        self._office.stand_still()

    def _trouble(self, said: str) -> None:
        self._tell(replace(self._pulse, trouble=said, failures=self._pulse.failures + 1))

    def _stand_by(self) -> None:
        if self._pulse.role == "folding":
            LOG.warning("another process folds now: this one stands by")
        self._leave()
        self._tell(replace(self._pulse, role="standing by", trouble=None))

    def _leave(self) -> None:
        if self._in_office:
            self._in_office = False
            self._office.end()

    def _reached(self, position: int) -> None:
        with self._moved:
            self._position = position
            self._moved.notify_all()

    def _tell(self, pulse: Pulse) -> None:
        with self._moved:
            self._pulse = pulse
            self._moved.notify_all()


def _pause(seconds: float, stop: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not stop() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.05))
