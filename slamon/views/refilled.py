"""What agents handed in once more after the ledger went on from a backup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from catalogue.instants import format_instant
from probes.batch import ObservationsRecorded
from slamon.ledger.epochs import EpochBegun
from slamon.ledger.store import LEDGER_STREAM, Ledger
from slamon.sla.runs import DAY_US
from slamon.views.store import read_position
from slamon.views.tables import spool_day


class Gap(NamedTuple):
    """The position of the last fact that a backup held, and when the ledger went on from it (µs)."""

    position: int
    at: int


def refilled(connection: Connection, ledger: Ledger) -> Mapping[str, int]:
    """For each agent that filled the newest gap, from which instant (µs) on, as the views know it.

    A spool that was known to the backup filled it if what it handed in next began before the ledger went on.
    """
    upto = read_position(connection)
    gap = _newest_gap(ledger, upto)
    if gap is None:
        return {}
    found: dict[str, int] = {}
    query = select(spool_day).order_by(spool_day.c.agent, spool_day.c.spool, spool_day.c.day)
    rows = connection.execute(query).all()
    for (agent, _), days in groupby(rows, key=lambda row: (row.agent, row.spool)):
        begin = _next_begin(ledger, list(days), gap.position, upto)
        if begin is not None and begin < gap.at:
            found[agent] = min(begin, found.get(agent, begin))
    return found


def _newest_gap(ledger: Ledger, upto: int) -> Gap | None:
    gap = None
    for entry in ledger.stream(LEDGER_STREAM, upto=upto):
        if isinstance(entry.fact, EpochBegun):
            gap = Gap(entry.fact.position, entry.recorded_at)
    return gap


def _next_begin(ledger: Ledger, days: Sequence[Row[Any]], after: int, upto: int) -> int | None:
    """Where the first batch of a spool begins that came after a position; None for a spool that began after it."""
    known = [row for row in days if row.position <= after]
    if not known:
        return None
    for row in (known[-1], *(row for row in days if row.position > after)):
        stream = f"observations:{row.agent}:{row.spool}:{format_instant(row.day * DAY_US)[:10]}"
        for entry in ledger.stream(stream, after=_versions(ledger, stream, after), upto=upto):
            if isinstance(entry.fact, ObservationsRecorded):
                return entry.fact.begin
    return None


def _versions(ledger: Ledger, stream: str, upto: int) -> int:
    """How many facts of a stream stand up to a position."""
    low, high = 0, ledger.version(stream)
    while low < high:
        middle = (low + high + 1) // 2
        if next(ledger.stream(stream, after=middle - 1, upto=upto, limit=1), None):
            low = middle
        else:
            high = middle - 1
    return low
