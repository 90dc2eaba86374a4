"""What takes long to compute, as it was lately: the last answer is given while a newer one is computed beside."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

LOG = logging.getLogger("slamon")

PATIENCE = 0.25  # s; what is computed faster is computed for whoever asks
REST = 2.0  # times as long as it took, so that computing beside leaves time for answering


class _Answer(NamedTuple, Generic[K, T]):
    key: K
    value: T
    position: int
    took: float
    ended: float


class Lately(Generic[K, T]):
    """The newest answer to one question, for many threads; `key` tells answers apart, `position` what they know."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._answer: _Answer[K, T] | None = None
        self._needed = 0

    def need(self, position: int) -> None:
        """From now on give no answer that does not know the facts up to a position."""
        self._needed = max(self._needed, position)

    def get(self, key: K, position: int, compute: Callable[[], T]) -> T:
        """The answer for a key, computed at a position of the views; or the last one, if computing takes long."""
        last = self._answer
        if last is not None and last.key != key and last.position < self._needed:
            with self._one_at_a_time:
                return self._computed(key, position, compute)
        return self.lately(key, position, compute)

    def lately(self, key: K, position: int, compute: Callable[[], T]) -> T:
        """The same for who need not see what others need."""
        last = self._answer
        if last is not None and last.key == key:
            return last.value
        if last is None or last.took < PATIENCE:
            with self._one_at_a_time:
                return self._computed(key, position, compute)
        rested = time.monotonic() - last.ended >= REST * last.took
        if rested and self._one_at_a_time.acquire(blocking=False):
            threading.Thread(
                target=self._beside, args=(key, position, compute), name="beside", daemon=True
            ).start()
        return last.value

    def _beside(self, key: K, position: int, compute: Callable[[], T]) -> None:
        try:
            self._computed(key, position, compute)
        except Exception:
            LOG.exception("what was computed before is shown until it can be computed anew")
        finally:
            self._one_at_a_time.release()

    def _computed(self, key: K, position: int, compute: Callable[[], T]) -> T:
        last = self._answer
        if last is not None and last.key == key:  # another thread was first
            return last.value
        began = time.monotonic()
        value = compute()
        ended = time.monotonic()
        self._answer = _Answer(key, value, position, ended - began, ended)
        return value
