"""How often somebody may come: so many times a second, each counted by a name."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256

SECOND = 1_000_000  # µs
MOST_NAMES = 10_000  # the one that came longest ago is forgotten first


class Pace:
    """Lets each name in so many times in any second; of names only hashes are held."""

    def __init__(self, per_second: int, clock: Callable[[], int]) -> None:
        self._most = per_second
        self._clock = clock
        self._seen: OrderedDict[bytes, list[int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, name: str) -> int:
        """Count a visit; the seconds after which to come again where it is one too many, else 0."""
        now, key = self._clock(), sha256(name.encode()).digest()
        with self._lock:
            seen = [at for at in self._seen.pop(key, []) if 0 <= now - at < SECOND]
            self._seen[key] = seen
            while len(self._seen) > MOST_NAMES:
                self._seen.popitem(last=False)
            if len(seen) >= self._most:
                return 1
            seen.append(now)
        return 0
