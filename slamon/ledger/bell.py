"""The bell of a ledger: whoever waits in this process hears at once that something was appended."""

from __future__ import annotations

import threading


class Bell:
    """Counts the appends of this process; other processes are noticed by other means."""

    def __init__(self) -> None:
        self._rung = threading.Condition()
        self._count = 0

    def ring(self) -> None:
        """Tell everybody who waits."""
        with self._rung:
            self._count += 1
            self._rung.notify_all()

    def wait(self, seen: int, seconds: float) -> int:
        """Wait until it has rung more often than `seen` times, or the time is over; how often it has."""
        with self._rung:
            self._rung.wait_for(lambda: self._count > seen, seconds)
            return self._count
