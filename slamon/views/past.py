"""As known at: the read side as it was when the ledger stood at a position."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from catalogue.instants import InstantError, format_instant, parse_instant
from slamon.ledger.codec import Envelope, Row, split
from slamon.ledger.store import Ledger
from slamon.views.filetables import attestation_answer, file_signature
from slamon.views.pastlatencies import veil_latencies
from slamon.views.pastrecords import veil_files, veil_records
from slamon.views.pastresults import veil_results
from slamon.views.pastrulings import veil_rulings
from slamon.views.pastveil import Veil
from slamon.views.store import read_position
from slamon.views.tables import (
    alarm,
    assignment,
    enrolment,
    heartbeat_key,
    objective_day,
    pause,
    seal,
)

BACK = 1_024  # positions looked through at once for the last fact before a gap, or before many recorded at once


class NotKnownError(Exception):
    """Nothing can be said of what was known then; the message says why, and what can be asked for."""


@dataclass(frozen=True)
class Moment:
    """What is asked to be known: all facts up to a position; the clock of the reading stands at `instant` (µs).

    A position `asked` that is in the middle of what was recorded at once stands for the one before all of that.
    """

    position: int
    instant: int
    asked: int | None = None


def moment(ledger: Ledger, asked: str, now: int) -> Moment:
    """The moment that `@12345` (a position) or an instant with its offset names.

    Raises:
        InstantError: it is neither.
        NotKnownError: it has not come, or lies before the ledger's first fact.

    """
    if asked.startswith("@"):
        return at_position(ledger, _number(asked))
    return at_instant(ledger, parse_instant(asked), now)


def at_instant(ledger: Ledger, instant: int, now: int) -> Moment:
    """What was recorded at or before an instant (µs).

    Raises:
        NotKnownError: it has not come, or lies before the ledger's first fact.

    """
    if instant > now:
        message = f"{format_instant(instant)} has not come: nobody knows yet what is known then"
        raise NotKnownError(message)
    position = ledger.position_at(instant)
    if not position:
        raise NotKnownError(f"at {format_instant(instant)} {_nothing_yet(ledger)}")
    return Moment(position, instant)


def at_position(ledger: Ledger, position: int) -> Moment:
    """What the ledger held up to a position; the clock stands at the instant that its last fact was recorded.

    Facts that follow each other with the same instant, actor and cause were recorded at once.

    Raises:
        NotKnownError: the ledger has not come so far, or the position is before its first fact.

    """
    last = ledger.position()
    if position > last:
        message = f"the ledger has not come to position {position}: it stands at {last}"
        raise NotKnownError(message)
    row = next(_backwards(ledger, position), None)
    asked = None
    if row is not None and _goes_on(ledger, row):
        # Nobody ever saw a part of what was recorded at once, and a part may name what is only in the rest.
        asked, at_once = position, _recorded(row)
        before = _backwards(ledger, row.position)
        row = next((each for each in before if _recorded(each) != at_once), None)
    if row is None:
        raise NotKnownError(f"at position {position} {_nothing_yet(ledger)}")
    return Moment(row.position, _recorded(row).recorded_at, asked)


def _goes_on(ledger: Ledger, row: Row) -> bool:
    """Whether the next fact was recorded at once with this one."""
    following = ledger.rows(row.position, limit=1)
    return bool(following) and _recorded(following[0]) == _recorded(row)


def _recorded(row: Row) -> Envelope:
    return split(row.state)[0]


def _backwards(ledger: Ledger, position: int) -> Iterator[Row]:
    """The rows up to a position, the last one first."""
    for begin in range(position - BACK, -BACK, -BACK):
        yield from reversed(ledger.rows(max(0, begin), limit=BACK, upto=begin + BACK))


def _number(asked: str) -> int:
    digits = asked[1:]
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 19):  # noqa: PLR2004 - 64 bits
        message = f"no position {asked!r}; write like @12345"
        raise InstantError(message)
    return int(digits)


def _nothing_yet(ledger: Ledger) -> str:
    (first,) = ledger.since(0, limit=1)
    recorded = format_instant(first.recorded_at)
    return f"the ledger knew nothing yet: its first fact was recorded at {recorded}"


class Tables(Protocol):
    """What can be read: the tables of now, or those of some moment."""

    def position(self) -> int:
        """How far the ledger has been folded into them."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for a block; everything inside the block sees one state."""

    def trying(self) -> AbstractContextManager[Connection]:
        """The same with tables of its own where a question needs them."""


class PastTables:
    """The tables as they were at a position, for as long as the block that opened them lasts."""

    def __init__(self, connection: Connection, position: int) -> None:
        self._connection = connection
        self._position = position

    def position(self) -> int:
        """The position that is known."""
        return self._position

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The connection that sees the past."""
        yield self._connection

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """The same: what a question puts before the tables of the past goes with it."""
        trial = self._connection.begin_nested()
        try:
            yield self._connection
        finally:
            trial.rollback()


@contextmanager
def as_known(now: Tables, ledger: Ledger, then: Moment) -> Iterator[PastTables]:
    """The tables as they were then; nothing of it is stored.

    Raises:
        NotKnownError: the views have not come so far.

    """
    with now.trying() as connection:
        reached = read_position(connection)
        if reached < then.position:
            behind = f"the views stand at position {reached} and not yet at {then.position}"
            raise NotKnownError(f"{behind}; ask again in a moment")
        lay_past(connection, ledger, then.position)
        yield PastTables(connection, then.position)


def lay_past(connection: Connection, ledger: Ledger, position: int) -> None:
    """Show a connection all tables as they were at a position, until its transaction ends."""
    (last,) = ledger.rows(position - 1, limit=1, upto=position)
    veil = Veil.over(connection, position, ledger.entry(last).recorded_at)
    for table in (
        assignment,
        alarm,
        attestation_answer,
        enrolment,
        file_signature,
        heartbeat_key,
        pause,
        seal,
    ):
        veil.only(table)
    veil_records(veil, ledger)
    veil_files(veil, ledger)
    veil_results(veil, ledger)
    veil_rulings(veil, ledger)
    veil_latencies(veil, ledger)
    veil.lay(objective_day)  # kept figures are those of now; days are computed from results
