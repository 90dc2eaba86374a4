"""As known at: the views folded anew up to what the ledger held at an instant."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalogue.instants import format_instant
from slamon.app.refused import Refused
from slamon.cli.house import House, now
from slamon.cli.terminal import progress
from slamon.views.fold import Folder
from slamon.views.reading import Reading
from slamon.views.store import ViewStore


@contextmanager
def as_known_at(house: House, instant: int) -> Iterator[Reading]:
    """A read side that knows only what was recorded at or before an instant (µs).

    Raises:
        Refused: the instant has not come, or lies before the ledger's first fact.

    """
    if instant > now():
        message = f"{format_instant(instant)} has not come: nobody knows yet what is known then"
        raise Refused(message)
    upto = house.ledger.position_at(instant)
    if not upto:
        (first,) = house.ledger.since(0, limit=1)
        message = (
            f"at {format_instant(instant)} the ledger knew nothing yet: "
            f"its first fact was recorded at {format_instant(first.recorded_at)}"
        )
        raise Refused(message)
    with tempfile.TemporaryDirectory() as folder:
        store = ViewStore(Path(folder), house.founded)
        try:
            with progress("folding up to that day", upto) as bar:
                task = bar.task_ids[0]
                Folder(house.ledger, store).catch_up(
                    upto=upto, progress=lambda at: bar.update(task, completed=at)
                )
            yield Reading(store, house.ledger, house.founded)
        finally:
            store.close()
