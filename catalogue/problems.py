"""What is wrong with a document, where, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple


class Place(NamedTuple):
    """A place in a file; lines and columns count from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Position:
    """A place and the file it stands in."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One fault of a document; `proposal` is a correction ready to be typed.

    Line 0 is no place in a file: the message names what it is about.
    """

    file: str
    line: int
    column: int
    message: str
    proposal: str | None = None

    @property
    def told(self) -> str:
        """The message, with what was probably meant."""
        hint = f" (did you mean {self.proposal}?)" if self.proposal else ""
        return f"{self.message}{hint}"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: " if self.line else ""
        return f"{place}{self.told}"


def problem_at(position: Position, message: str, proposal: str | None = None) -> Problem:
    """Put a fault at a position."""
    return Problem(position.file, position.line, position.column, message, proposal)


def closest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Name the known word most like this one, quoted; null if none is as near as `likeness` (0 to 1)."""
    matches = get_close_matches(word, list(known), n=1, cutoff=likeness)
    return f'"{matches[0]}"' if matches else None


class DocumentsRefused(Exception):  # noqa: N818 - a refusal is the answer, not a malfunction
    """The documents have faults; nothing of them is used."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
