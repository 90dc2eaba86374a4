"""Tickets taken in from a file: when each was opened, answered and resolved, and who signed the file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from pydantic import model_validator

from slamon.sla.fact import Fact

Span = tuple[int, int]
Side = Literal["signed", "counter_signed"]
"""Whose signature: that of the party which hands the file in, or that of the other one."""


class TicketsImported(Fact):
    """Tickets as a file had them, in columns of equal length; stream `tickets:{source}`.

    Instants are in µs; an answer or a solution that had not come is None. The clock stood while somebody else was
    waited for: in `pauses`, or for `paused_us` of agreed time where only their sum is known. `priority` is the word a
    ticket is judged under; `priorities` holds from when it had which, and nothing where it never changed. Of rows about
    one ticket the one recorded last holds.
    """

    file: str
    sha256: str
    ticket: tuple[str, ...]
    opened: tuple[int, ...]
    responded: tuple[int | None, ...]
    resolved: tuple[int | None, ...]
    priority: tuple[str, ...]
    paused_us: tuple[int, ...]
    pauses: tuple[tuple[Span, ...], ...]
    priorities: tuple[tuple[tuple[int, str], ...], ...]

    @model_validator(mode="after")
    def _columns_are_equally_long(self) -> TicketsImported:
        others = (
            self.opened,
            self.responded,
            self.resolved,
            self.priority,
            self.paused_us,
            self.pauses,
            self.priorities,
        )
        if {len(column) for column in others} != {len(self.ticket)}:
            message = "columns of different length"
            raise ValueError(message)
        return self


class FileSigned(Fact):
    """A party stands by a file, named by its digest; stream `signatures:{source}`, the actor signs for the party."""

    file: str
    sha256: str
    side: Side
    party: str


class SigningError(Exception):
    """The file cannot be signed so; the message says why."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that was given, and who gave it."""

    said: FileSigned
    actor: str


def sign(given: Collection[Signature], wanted: FileSigned, *, actor: str) -> tuple[FileSigned, ...]:
    """Sign a file for one side; the same side again changes nothing.

    Raises:
        SigningError: the same person signed for the other side.

    """
    own = [each for each in given if each.said.sha256 == wanted.sha256]
    if any(each.said.side == wanted.side for each in own):
        return ()
    if any(each.actor == actor for each in own):
        message = f"{actor} has signed {wanted.file} for the other side: two signatures are those of two people"
        raise SigningError(message)
    return (wanted,)
