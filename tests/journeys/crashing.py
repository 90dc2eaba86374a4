"""Programs that are killed: one hands in an agent's batches, one folds; each says what it has done as it goes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.fates import Fleet
from benchmarks.history import AGENT, SPOOL, batches, stream
from slamon.app.agents import take_batch
from slamon.cli.house import House, now, place_in
from slamon.history import NAMES
from slamon.ledger.lock import folding_lock
from slamon.ledger.store import Ledger
from slamon.views.following import Following


def say(word: object) -> None:
    """Print a line at once: what was printed was acknowledged."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def write(folder: Path, database: str, probes: str, days: str) -> None:
    """Hand in batch after batch, first again the newest that is there, and say which was taken in."""
    ledger = Ledger(place_in(folder, database), NAMES)
    fleet = Fleet(int(probes), int(days))
    for day in range(fleet.days):
        name = stream(fleet, day)
        known = ledger.version(name)
        date = name.rpartition(":")[2]
        for sequence, batch in enumerate(batches(fleet, day), 1):
            if sequence >= known:
                payload, instant = batch.to_bytes(), batch.end
                taken = take_batch(ledger, AGENT, SPOOL, date, sequence, payload, now=instant)
                say(f"{day} {taken.sequence}")


class Nothing:
    """Duties of a process that has none."""

    def attend(self) -> None:
        """Say that the views have caught up."""
        say("caught up")

    def stand_still(self) -> None:
        """Decide nothing, as always."""

    def end(self) -> None:
        """Leave nothing behind."""


def fold(folder: Path, database: str) -> None:
    """Fold for ever."""
    house = House(folder, database)
    lock = folding_lock(house.place, folder, "a test")
    say("folding")
    Following(house.folder_of_views(), lock, Nothing(), now).run(lambda: False)
    say("stopped")


COMMANDS: dict[str, Callable[..., None]] = {"write": write, "fold": fold}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
