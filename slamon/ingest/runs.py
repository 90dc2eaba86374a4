"""Runs: each start of an agent names itself, so that two that use one key are noticed by their turns."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from threading import Lock

REMEMBERED = 16  # former runs of an agent
ENOUGH = 2  # one return may be a request that was long on its way


@dataclass
class Runs:
    """Which run of each agent spoke last, and which before; known since this process began."""

    _former: dict[str, deque[str]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=REMEMBERED))
    )
    _returns: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def turns(self, agent: str, run: str) -> str | None:
        """Note which run speaks; the one it takes turns with, where it had been followed by another."""
        with self._lock:
            former = self._former[agent]
            if not former or former[-1] != run:
                other = former[-1] if run in former else None
                if other is not None:
                    former.remove(run)
                    self._returns[agent] += 1
                former.append(run)
                return other if self._returns[agent] >= ENOUGH else None
        return None
