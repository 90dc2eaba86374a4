"""`latency_day`: how long attempts took, by UTC day, in buckets of 3 % (`probes.latency`).

It is folded behind the other views, at a position of its own: no promise is judged by it, so nobody waits for it.
Every attempt of a batch counts once, whatever became of its result later; read it by `views.percentiles`. A batch that
was handed in twice, under two names of its spool, has its attempts counted twice here, and here only.
"""

from __future__ import annotations

import logging
import marshal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from slamon.ledger.codec import Names, Row
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger
from slamon.views.ahead import assignment, opened
from slamon.views.batches import assigned_to
from slamon.views.chains import Assignments
from slamon.views.counting import Counted, Counting, Key, UncountableError, added
from slamon.views.hand import Hand, HandError
from slamon.views.store import ViewStore, read_position
from slamon.views.tables import latency_day, latency_state, view_state
from slamon.views.uncollected import uncollected
from slamon.views.writing import insert, write_many

LOG = logging.getLogger("slamon")

FACTS = 20_000  # in one transaction
AT_ONCE = 500  # rows in memory at a time
AT_LENGTH = 3_600.0  # s
OWN_SHARE, SHARE_OF_HAND = 4_000, 5_000  # positions: this process writes what both have counted
FAR = 2**62


@dataclass
class Latencies:
    """Folds latencies into `latency_day`, a transaction at a time."""

    ledger: Ledger
    store: ViewStore

    def catch_up(self, hand: Hand | None = None) -> int:
        """Fold all there is, a share of it counted by a hand; the position reached.

        Raises:
            UncountableError: a batch is damaged.

        """
        reached = 0
        with suppress(
            HandError, UncountableError
        ):  # what is amiss is met again by who goes on alone
            for reached in self._count_with(hand) if hand else ():  # noqa: B007
                pass
        while (position := self.step()) is not None:
            reached = position
        return reached

    def step(self, facts: int = FACTS, *, seconds: float = AT_LENGTH) -> int | None:
        """Fold so many facts at the most, for about so long; the position reached, None if there was none.

        Raises:
            UncountableError: a batch is damaged; nothing of this step was counted.

        """
        deadline = time.monotonic() + seconds
        with uncollected(), self.store.writing() as connection:
            begun, newest = _claimed(connection)
            counting = Counting(partial(assigned_to, connection))
            position = begun
            # What the other views have not folded yet waits: the assignment of a batch must be there.
            for row in _rows(self.ledger, begun, read_position(connection), facts):
                counting.take(row)
                position = row.position
                if time.monotonic() > deadline:
                    break
            if position == begun:
                return None
            _move(connection, position, _write(connection, counting.counted(), newest))
        return position

    def _count_with(self, hand: Hand) -> Iterator[int]:
        """Count two stretches of the ledger in each transaction, the second by the hand; gives positions reached."""
        with self.store.reading() as connection:
            spans = list(_shares(_state(connection)[0], read_position(connection)))
        for number, (begin, middle, end) in enumerate(spans):
            if not number:
                self._ask(hand, middle, end)
            with uncollected(), self.store.writing() as connection:
                begun, newest = _claimed(connection)
                if begun != begin:
                    return  # somebody else has counted
                own = _counted(self.ledger, partial(assigned_to, connection), begin, middle)
                answer: list[Counted] = marshal.loads(hand.answer())  # noqa: S302  # our own hand's
                for _, *following in spans[number + 1 : number + 2]:
                    self._ask(hand, *following)
                _move(connection, end, _write(connection, [*own, *answer], newest))
            yield end

    def _ask(self, hand: Hand, begin: int, end: int) -> None:
        hand.ask(counted, self.ledger.place, self.ledger.names, begin, end)


def _shares(begun: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Where each pair of stretches begins, is parted, and ends."""
    for begin in range(begun, last, OWN_SHARE + SHARE_OF_HAND):
        middle = min(begin + OWN_SHARE, last)
        yield begin, middle, min(middle + SHARE_OF_HAND, last)


def count_latencies(ledger: Ledger, store: ViewStore, hand: Hand | None = None) -> None:
    """Count all there is; where a batch is damaged it is said, and no more: no judgement rests on latencies."""
    try:
        Latencies(ledger, store).catch_up(hand)
    except UncountableError as wrong:
        LOG.warning("latencies are not counted: %s", wrong)


def counted(place: Place, names: Names, begin: int, end: int) -> bytes:
    """Count a stretch of the ledger: this is what the hand does."""
    ledger = opened(place, names)
    return marshal.dumps(_counted(ledger, partial(assignment, ledger), begin, end))


def _counted(ledger: Ledger, assignments: Assignments, begin: int, end: int) -> list[Counted]:
    counting = Counting(assignments)
    for row in _rows(ledger, begin, end, FAR):
        counting.take(row)
    return counting.counted()


def _rows(ledger: Ledger, position: int, upto: int, left: int) -> Iterator[Row]:
    while left > 0:
        rows = ledger.rows(position, limit=min(left, AT_ONCE), upto=upto)
        yield from rows
        if len(rows) < min(left, AT_ONCE):
            return
        left, position = left - len(rows), rows[-1].position


def _write(connection: Connection, found: Iterable[Counted], newest: int) -> int:
    """Add counts to those that are stored; the newest day that has a row then."""
    in_order = sorted(found)
    stored = _stored(connection, {Key(*each[:3]) for each in in_order if each[2] <= newest})
    rows: dict[Key, dict[str, Any]] = {}
    for check, location, day, fresh, position in in_order:
        key = Key(check, location, day)
        held = rows.get(key) or stored.get(key)
        rows[key] = {
            **key._asdict(),
            "counts": added(held["counts"], fresh) if held else fresh,
            "position": max(held["position"], position) if held else position,
        }
    write_many(connection, _WRITE, list(rows.values()))
    return max([newest, *(key.day for key in rows)])


def _stored(connection: Connection, keys: Iterable[Key]) -> dict[Key, RowMapping]:
    """The rows of these keys as they are stored."""
    found: dict[Key, RowMapping] = {}
    for (location, day), same in groupby(sorted(keys, key=_of_day), key=_of_day):
        checks = [key.check for key in same]
        for first in range(0, len(checks), AT_ONCE):
            few = {"checks": checks[first : first + AT_ONCE], "location": location, "day": day}
            rows = connection.execute(_STORED, few).mappings()
            found |= {Key(row["check"], location, day): row for row in rows}
    return found


_of_day = attrgetter("location", "day")
_STORED = select(latency_day.c.check, latency_day.c.counts, latency_day.c.position).where(
    latency_day.c.check.in_(bindparam("checks", expanding=True)),
    latency_day.c.location == bindparam("location"),
    latency_day.c.day == bindparam("day"),
)
_write_day = insert(latency_day)
_WRITE = _write_day.on_conflict_do_update(
    index_elements=["check", "location", "day"],
    set_={"counts": _write_day.excluded.counts, "position": _write_day.excluded.position},
)


def _claimed(connection: Connection) -> tuple[int, int]:
    """The position up to which latencies were counted, and the newest day that has a row; nobody else counts now."""
    # The write comes first, as in the fold: of two that count, one waits for the other.
    connection.execute(update(view_state).values(id=1))
    return _state(connection)


def _state(connection: Connection) -> tuple[int, int]:
    row = connection.execute(select(latency_state.c.position, latency_state.c.day)).first()
    return (row.position, row.day) if row else (0, 0)


def _move(connection: Connection, position: int, day: int) -> None:
    write = insert(latency_state).values(id=1, position=position, day=day)
    moved = {"position": position, "day": day}
    connection.execute(write.on_conflict_do_update(index_elements=["id"], set_=moved))


def counted_upto(connection: Connection) -> int:
    """The position up to which latencies were counted."""
    return _state(connection)[0]
