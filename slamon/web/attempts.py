"""A limit on sign-in attempts, so that links cannot be guessed by trying."""

from __future__ import annotations

import threading
from collections import deque

WINDOW = 60 * 1_000_000
ADDRESSES = 1_000


class Attempts:
    """Counts failed attempts per address within the last minute."""

    def __init__(self, limit: int = 10) -> None:
        """Allow `limit` failures a minute from one address."""
        self._limit = limit
        self._failed: dict[str, deque[int]] = {}
        self._lock = threading.Lock()

    def blocked(self, address: str, now: int) -> bool:
        """Tell whether this address has to wait."""
        with self._lock:
            return len(self._recent(address, now)) >= self._limit

    def failed(self, address: str, now: int) -> None:
        """Note a failed attempt; beyond a thousand addresses the oldest is forgotten."""
        with self._lock:
            recent = self._recent(address, now)
            recent.append(now)
            self._failed[address] = recent
            while len(self._failed) > ADDRESSES:
                del self._failed[next(iter(self._failed))]

    def _recent(self, address: str, now: int) -> deque[int]:
        recent = self._failed.pop(address, deque(maxlen=self._limit))
        while recent and recent[0] <= now - WINDOW:
            recent.popleft()
        if recent:
            self._failed[address] = recent
        return recent
