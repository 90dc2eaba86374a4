"""A ledger that is to be gone on from is read whole first: every fact, its order, its seals."""

from __future__ import annotations

from slamon.app.refused import Refused
from slamon.cli.terminal import progress
from slamon.ledger.store import Ledger
from slamon.ledger.verifying import verify


def must_be_sound(ledger: Ledger) -> None:
    """Read every fact of a ledger and check every seal, with a progress bar.

    Raises:
        Refused: a fact is not what was sealed, cannot be read or leaves a gap; the message names the first.

    """
    with progress("reading every fact", ledger.position()) as bar:
        found = verify(ledger, progress=lambda at: bar.update(bar.task_ids[0], completed=at))
    if found.first is not None:
        more = f", and {found.fault_count - 1} more faults" if found.fault_count > 1 else ""
        message = f"position {found.first.position}: {found.first.says}{more}; nothing was changed"
        raise Refused(message)
