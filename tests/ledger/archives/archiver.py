"""A real program beside the test: archives everything into a file, or brings it back, until it is done or killed."""

from __future__ import annotations

import sys
from pathlib import Path

from slamon.history import NAMES
from slamon.ledger import archiving
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger


def say(word: object) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(work: str, said: str, file: str, many: str) -> None:
    """Move so many facts in one transaction."""
    place: Place = said if "://" in said else Path(said)
    ledger, path = Ledger(place, NAMES), Path(file)
    founded = ledger.founded()
    assert founded is not None
    archiving.AT_ONCE = int(many)
    say("begun")
    if work == "archive":
        found = archiving.gather(ledger, ledger.position(), lambda _: True)
        archived = archiving.copied(founded, path, found)
        assert archived is not None
        archiving.put_away(ledger, archived, lambda _: True, actor="ann")
    else:
        archiving.bring_back(ledger, archiving.whole(path, founded), 1, 2**62, actor="ann")
    say("done")


if __name__ == "__main__":
    say("ready")
    sys.stdin.readline()
    main(*sys.argv[1:])
