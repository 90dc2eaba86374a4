"""Fold the views anew beside those that are read, and put them in their place."""

from __future__ import annotations

from collections.abc import Callable

from slamon.ledger.store import Ledger
from slamon.views.fold import Folder
from slamon.views.hand import helped
from slamon.views.latencies import count_latencies
from slamon.views.store import ViewStore


def rebuild(
    ledger: Ledger, store: ViewStore, now: int, progress: Callable[[int], None] | None = None
) -> None:
    """Fold everything from nothing, with the days kept that are over at an instant (µs); slamon may be up meanwhile.

    Raises:
        HeldError: another process is rebuilding, or dashboards ask all the time.
        FoldError: a fact cannot be applied; what is read stays as it was.

    """

    def whole(draft: ViewStore) -> None:
        folder, facts = Folder(ledger, draft), ledger.position()
        # A hand for each: what it needed for one it would keep in memory for the others.
        with helped(facts) as hand:
            folder.catch_up(progress=progress, hand=hand)
        with helped(facts) as hand:
            folder.settle(now, hand=hand)
        with helped(facts) as hand:
            count_latencies(ledger, draft, hand)

    def rest(draft: ViewStore) -> None:
        Folder(ledger, draft).catch_up(progress=progress)

    store.rebuild(whole, rest)
