"""Fold a ledger into empty views, and say how long that took and how much memory: `python -m benchmarks.refold`.

It is a program of its own, so that the memory is that of folding and of nothing else.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from contextlib import closing
from pathlib import Path

from benchmarks.history import LEDGER_ID
from slamon.history import NAMES
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger
from slamon.views.fold import Folder
from slamon.views.hand import helped
from slamon.views.latencies import Latencies
from slamon.views.store import ViewStore

DAY = 86_400_000_000
SELF, CHILDREN = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN


def refold(place: Place, views: Place) -> dict[str, float]:
    """Fold everything; seconds and MiB."""
    imported = _memory()
    with closing(Ledger(place, NAMES)) as ledger:
        store = ViewStore(views, ledger.found(LEDGER_ID))
        begun = time.perf_counter()
        with helped(ledger.position()) as hand:
            folder = Folder(ledger, store, hand=hand)
            position = folder.catch_up()
            folded = time.perf_counter() - begun
            (last,) = ledger.rows(position - 1, limit=1)
            folder.settle(ledger.entry(last).recorded_at + DAY)
            availability = time.perf_counter() - begun
            Latencies(ledger, store, hand).catch_up()
            latency = time.perf_counter() - begun
        store.close()
    return {
        "folded": folded,
        "availability": availability,
        "latency": latency,
        "memory": _memory(),
        "imported": imported,
    }


def _memory() -> float:
    """The most this process and its hand have had so far, in MiB, as if both had it at once."""
    own, hand = (resource.getrusage(who).ru_maxrss for who in (SELF, CHILDREN))
    return (own + hand) / 1024


def _place(text: str) -> Place:
    return text if "://" in text else Path(text)


if __name__ == "__main__":
    print(json.dumps(refold(_place(sys.argv[1]), _place(sys.argv[2]))))
