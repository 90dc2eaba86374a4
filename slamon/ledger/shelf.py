"""Archives side by side, read once from beginning to end beside the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from heapq import merge
from operator import attrgetter
from pathlib import Path

from slamon.ledger.codec import Row
from slamon.ledger.coldfile import Cold, parts_of


class Shelf:
    """The cold parts of some archives, by growing positions; whoever asks must ask in that order."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._parts = merge(*map(parts_of, files), key=attrgetter("position"))
        self._next = next(self._parts, None)

    def compare(self, row: Row, digest: bytes) -> str | None:
        """What is wrong with the cold part of a fact, whose digest this is: nothing (""), or None where it is not here.

        Raises:
            ColdFileError: a file is not as it was written.
            OSError: a file cannot be read.

        """
        found = self._of(row.position)
        if not found:
            return None
        for each in found:
            if (each.stream, each.version) == (row.stream, row.version) and (
                sha256(each.cold).digest() == digest
            ):
                return ""
        return f"the archive holds other results for the fact of position {row.position} than those that were sealed"

    def _of(self, position: int) -> list[Cold]:
        found: list[Cold] = []
        while self._next is not None and self._next.position <= position:
            if self._next.position == position:
                found.append(self._next)
            self._next = next(self._parts, None)
        return found

    def read_on(self) -> None:
        """Read the files to their ends: only then is it known that they are as they were written.

        Raises:
            ColdFileError: a file is not as it was written.
            OSError: a file cannot be read.

        """
        while self._next is not None:
            self._next = next(self._parts, None)
