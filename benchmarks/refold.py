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


def refold(place: Place, views: Place) -> dict[str, float]:
    """Fold everything; seconds and MiB."""
    imported = memory()
    with closing(Ledger(place, NAMES)) as ledger:
        store = ViewStore(views, ledger.found(LEDGER_ID))
        begun = time.perf_counter()
        folder, facts = Folder(ledger, store), ledger.position()
        with helped(facts) as hand:
            position = folder.catch_up(hand=hand)
            folded = time.perf_counter() - begun
        (last,) = ledger.rows(position - 1, limit=1)
        with helped(facts) as hand:
            folder.settle(ledger.entry(last).recorded_at + DAY, hand=hand)
            availability = time.perf_counter() - begun
        with helped(facts) as hand:
            Latencies(ledger, store).catch_up(hand)
            latency = time.perf_counter() - begun
        store.close()
    return {
        "folded": folded,
        "availability": availability,
        "latency": latency,
        "imported": imported,
    }


def memory() -> float:
    """The most this process has had so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _place(text: str) -> Place:
    return text if "://" in text else Path(text)


if __name__ == "__main__":
    print(json.dumps(refold(_place(sys.argv[1]), _place(sys.argv[2]))))
