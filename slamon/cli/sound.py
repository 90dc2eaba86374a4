"""A ledger that is to be gone on from is read whole first: every fact, its order, its seals."""

from __future__ import annotations

from slamon.app.refused import Refused
from slamon.cli.terminal import progress
from slamon.history import NAMES
from slamon.ledger.soundness import faults
from slamon.ledger.store import Ledger


def must_be_sound(ledger: Ledger) -> None:
    """Read every fact of a ledger, with a progress bar.

    Raises:
        Refused: a fact cannot be read or does not follow the one before it; the message names the first.

    """
    with progress("reading every fact", ledger.position()) as bar:
        found = next(
            faults(ledger, NAMES, lambda at: bar.update(bar.task_ids[0], completed=at)), None
        )
    if found is not None:
        message = f"position {found.position} ({found.stream}): {found.what}; nothing was changed"
        raise Refused(message)
