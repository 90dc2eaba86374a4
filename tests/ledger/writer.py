"""A real program beside the test: appends, founds or holds the lock, and prints what was acknowledged."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from pydantic import BaseModel

from slamon.ledger.codec import Names
from slamon.ledger.lock import folding_lock
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger, LedgerFounded


class Noted(BaseModel):
    text: str


NAMES = Names({"noted/1": Noted, "ledger-founded/1": LedgerFounded})


def say(word: object) -> None:
    """Print a line at once; to a reader, a printed number is an acknowledged fact."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def place_of(said: str) -> Place:
    """A path or the URL of a database."""
    return said if "://" in said else Path(said)


def opened(place: str, behind: str = "0") -> Ledger:
    """A ledger whose clock goes `behind` seconds behind."""
    return Ledger(place_of(place), NAMES, lambda: time.time_ns() // 1000 - int(behind) * 1_000_000)


def append(place: str, stream: str, many: str, behind: str = "0") -> None:
    """Append one note after the other, up to version `many`, and acknowledge each by its text."""
    ledger = opened(place, behind)
    begin = ledger.version(stream) + 1
    for number in count(begin) if many == "endless" else range(begin, int(many) + 1):
        ledger.append(stream, [Noted(text=str(number))], after=number - 1, actor=stream)
        say(number)


def found(place: str, new_id: str) -> None:
    """Found the ledger and say which id it has."""
    say(opened(place).found(new_id).ledger_id)


def race(place: str, stream: str, many: str) -> None:
    """Append many notes, one to twelve at a time, as fast as it goes."""
    ledger, chance, done = opened(place), random.Random(stream), 0
    while done < int(many):
        size = min(chance.randint(1, 12), int(many) - done)
        ledger.append(stream, [Noted(text=stream)] * size, after=done, actor=stream)
        done += size
    say(done)


def hold(place: str, folder: str, purpose: str) -> None:
    """Hold the lock of a ledger until the program is stopped."""
    with folding_lock(place_of(place), Path(folder), purpose):
        say("held")
        sys.stdin.read()


COMMANDS: dict[str, Callable[..., None]] = {
    "append": append,
    "found": found,
    "hold": hold,
    "race": race,
}

if __name__ == "__main__":
    say("ready")
    sys.stdin.readline()
    COMMANDS[sys.argv[1]](*sys.argv[2:])
