"""Generations of views: tables folded from one ledger, of which one is asked while another may be folded beside it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol, Self

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.pool import ConnectionPoolEntry

from slamon.views.asking import ask
from slamon.views.tables import view_state

_POSITION = select(view_state.c.position)


class Generations(Protocol):
    """Where the tables stand. Transactions end when their connection is closed; what was not committed is undone.

    Who has claimed the generation that is asked is the only one to write it, and the only one who may put another
    in its place: so nothing is ever folded into tables that nobody asks any more.
    """

    def snapshot(self) -> Connection:
        """A transaction that sees one state of the generation that is asked, and cannot write."""

    def trial(self) -> Connection:
        """The same, but what is written in it is seen by it alone and never kept."""

    def claim(self) -> Connection:
        """A transaction that may write the generation that is asked; waits for the one that does."""

    def claim_at(self) -> tuple[Connection, int]:
        """The same, and the position up to which facts were folded into it."""

    def rebuilding(self) -> AbstractContextManager[Self]:
        """Another generation, empty; removed at the end unless it was put in the place of the one that is asked.

        Raises:
            HeldError: another process is folding one.

        """

    def put(self, draft: Self, claim: Connection) -> bool:
        """Let a draft be the one that is asked, once the claim is committed; false when that is not possible now."""

    def take_over(self) -> None:
        """These tables are complete: dashboards read them, and those that nobody needs any more are removed."""

    def close(self) -> None:
        """Let all connections go."""


def read_position(connection: Connection) -> int:
    """How far the ledger had been folded in what this connection sees."""
    ((position,),) = ask(connection, _POSITION)
    return int(position)


def retire(engine: Engine) -> None:
    """Close the connections that nobody uses now, and each of the others when it is given back."""
    event.listen(engine.pool, "checkin", _given_back)
    engine.dispose()


def _given_back(_: object, entry: ConnectionPoolEntry) -> None:
    entry.invalidate()
