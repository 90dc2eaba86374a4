"""A frame in which other promises hold: all is judged anew, and nothing of it outlives the question."""

from __future__ import annotations

from dataclasses import replace

from slamon.ledger.store import Ledger
from slamon.views import days, paced
from slamon.views.judging import Frame
from slamon.views.promised import Promises
from slamon.views.shadowing import shadow
from slamon.views.store import read_position
from slamon.views.tables import pace_bound, pace_day


def under(frame: Frame, held: Promises, ledger: Ledger) -> Frame:
    """The same instant under other promises; figures that were kept or closed do not count there.

    Its connection is one of `ViewStore.trying`. From here on it sees the bounds of latency that these promises
    name, and no others.
    """
    connection = frame.connection
    if paced.bounds_of(held) != paced.bounds_of(frame.held):
        for table in (pace_bound, pace_day):
            shadow(connection, table)
        paced.follow_promises(connection, ledger, read_position(connection), held)
    return replace(frame, held=held, desk=days.Desk(connection, anew=True))
