"""Complaints: what is wrong for a while is said now and then, in words, and not at each attempt."""

from __future__ import annotations

import time
from threading import Lock

EVERY = 60.0  # seconds


class Complaints:
    """Which sentences were said lately; those who have something to say are in threads of their own."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}
        self._lock = Lock()

    def due(self, sentence: str) -> bool:
        """Whether a sentence is to be said now: it was not within the last minute; then it counts as said."""
        now = time.monotonic()
        with self._lock:
            self._said = {each: at for each, at in self._said.items() if now - at < EVERY}
            if sentence in self._said:
                return False
            self._said[sentence] = now
            return True
