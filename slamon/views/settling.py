"""Settle days: the figures of every day that is over are kept, so that reading a month is a sum."""

from __future__ import annotations

import marshal
import pickle
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from sqlalchemy import Connection

from catalogue.intervals import intersect
from catalogue.periods import Period, local_days, period_at
from slamon.views import horizon, keeping
from slamon.views.days import Desk, consecutive
from slamon.views.hand import Hand
from slamon.views.objectives import Judged, Key, judged_objectives
from slamon.views.store import ViewStore

DAYS_AT_ONCE = 400  # what is computed between two looks at the time
SHARE = 4  # objectives that one process takes on at a time
AHEAD = 2  # questions


@dataclass
class Settling:
    """One round over all objectives at an instant (µs): done in slices, so that no fact waits for its end.

    What is kept depends on the results alone: one that arrives later makes its days be forgotten.
    """

    now: int
    _left: list[Key] | None = None

    def keep_some(self, connection: Connection, seconds: float) -> bool:
        """Keep the figures of days in force that are over and reported, or overdue; true when none is left.

        It takes about as long as it may, one stretch of days at the least.
        """
        deadline = time.monotonic() + seconds
        reported = horizon.covered_until(connection)
        judged = {each.key: each for each in judged_objectives(connection)}
        if self._left is None:
            self._left = list(judged)
        while self._left:
            each = judged.get(self._left[-1])  # gone, if what is promised has changed meanwhile
            for rows in _figures(connection, each, reported, self.now) if each else ():
                keeping.write(connection, rows)
                if time.monotonic() > deadline:
                    return False
            self._left.pop()
            if time.monotonic() > deadline:
                break
        return not self._left


def settle_with(hand: Hand, connection: Connection, store: ViewStore, now: int) -> None:
    """Keep the figures of all days at once; the hand works out its share of the objectives.

    Raises:
        HandError: the hand has ended, or something is wrong with its share; nothing is to be kept of this.

    """
    reported = horizon.covered_until(connection)
    judged = {each.key: each for each in judged_objectives(connection)}
    left, asked = list(judged), 0
    while left or asked:
        while left and asked < AHEAD:
            hand.ask(figures_of, pickle.dumps(store), _taken(left), now)
            asked += 1
        if asked and (not left or hand.ready()):
            keeping.write(connection, marshal.loads(hand.answer()))  # noqa: S302  # our own hand's
            asked -= 1
            continue
        own = (_figures(connection, judged[key], reported, now) for key in _taken(left))
        keeping.write(connection, [row for each in own for rows in each for row in rows])


def _taken(left: list[Key]) -> list[Key]:
    """Take a share away."""
    found = left[-SHARE:]
    del left[-SHARE:]
    return found


def figures_of(store: bytes, keys: Collection[Key], now: int) -> bytes:
    """The rows of some objectives, as the views stand: this is what the hand does."""
    with _opened(store).reading() as connection:
        reported = horizon.covered_until(connection)
        judged = {each.key: each for each in judged_objectives(connection)}
        found = (_figures(connection, judged[key], reported, now) for key in keys)
        return marshal.dumps([row for each in found for rows in each for row in rows])


@lru_cache(maxsize=1)
def _opened(store: bytes) -> ViewStore:
    return cast("ViewStore", pickle.loads(store))  # noqa: S301  # its owner's


def _figures(
    connection: Connection, judged: Judged, reported: horizon.Reported, now: int
) -> Iterator[list[keeping.Row]]:
    """The rows of the days of an objective that are not kept yet, stretch by stretch."""
    desk, until = Desk(connection), horizon.known_until(judged, reported, now)
    begin = desk.first_result(judged)
    if judged.terms.slices is not None:
        return  # a run of slices over midnight belongs to both days: they are judged together, each time
    if begin is None or begin >= until:
        return
    held = intersect(judged.in_force, ((begin, until),))
    days = [day for span in held for day in _days(span, judged.tz) if day.end <= until]
    if not days:
        return
    known = keeping.kept(desk.connection, judged.key, days[0].label, days[-1].label)
    for stretch in consecutive(day for day in days if day.label not in known):
        for few in _cut(stretch):
            yield keeping.rows_of(judged, desk.computed(judged, few, until))


def _days(span: tuple[int, int], tz: str) -> tuple[Period, ...]:
    """The local days of a span; services that are asked within a minute of each other begin on the same day."""
    first = period_at("day", span[0], tz)
    return _days_from(first.begin, span[1], tz)


@lru_cache(maxsize=64)
def _days_from(begin: int, end: int, tz: str) -> tuple[Period, ...]:
    return tuple(local_days((begin, end), tz))


def _cut(stretch: list[Period]) -> Iterator[list[Period]]:
    for first in range(0, len(stretch), DAYS_AT_ONCE):
        yield stretch[first : first + DAYS_AT_ONCE]
