"""Results as they were known at a position: days, bounds of latency, how far agents had reported, newest results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, exists, func, select

from catalogue.instants import format_instant
from probes.batch import ObservationsRecorded
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.sla.runs import DAY_US
from slamon.views.daybook import unpack
from slamon.views.observed import OUTCOMES
from slamon.views.paced import bounds_of, follow_promises
from slamon.views.pastdays import FOLDED, SCRATCH, PastDays
from slamon.views.pastveil import Sight, Veil, recorded
from slamon.views.promised import promises
from slamon.views.tables import (
    corrected_day,
    covered,
    pace_bound,
    pace_day,
    probe_day,
    probe_last,
    spool_day,
)

UNTRACED = 0
"""Instead of a position: the fact that holds a newest result has to be looked for, where anybody asks."""

UNCOUNTED = -1
"""Instead of a number of results: they have to be counted, where anybody asks."""

_LAST = (
    select(probe_day.c.runs)
    .where(
        probe_day.c.check == bindparam("check"),
        probe_day.c.location == bindparam("location"),
    )
    .order_by(probe_day.c.day.desc())
    .limit(1)
)


def veil_results(veil: Veil, ledger: Ledger) -> None:
    """Show results as they were known, once the promises and assignments of that time are shown."""
    _lay_bounds(veil)
    for table in SCRATCH:
        veil.lay(table)
    days = PastDays(veil, ledger)
    days.fold()
    # Bounds that were promised then and are no more: their days are filled in from the ledger.
    follow_promises(veil.connection, ledger, veil.position)
    for table in FOLDED:
        veil.join(table, _followed if table is pace_day else recorded)
    veil.join(spool_day)
    veil.only(corrected_day)
    if reported := list(_covered(veil, ledger)):
        veil.connection.execute(covered.insert(), reported)
    _veil_newest(veil, days)


def _followed(sight: Sight, stored: Table) -> ColumnElement[bool]:
    """Results by bounds that were promised then."""
    bounds = sight.laid(pace_bound).c
    own = exists().where(bounds.check == stored.c.check, bounds.bound == stored.c.bound)
    return recorded(sight, stored) & own


def _lay_bounds(veil: Veil) -> None:
    """Follow those bounds that are followed now and were promised then: their days are at hand."""
    wanted = bounds_of(promises(veil.connection))
    rows = veil.connection.execute(select(veil.stored(pace_bound))).mappings().all()
    both = (dict(row) for row in rows if row["bound"] in wanted.get(row["check"], ()))
    veil.lay(pace_bound, both)


def _covered(veil: Veil, ledger: Ledger) -> Iterator[Mapping[str, Any]]:
    """How far each spool had reported; which outcome came last matters to nobody who only reads."""
    begun, newest = veil.stored(spool_day), veil.stored(spool_day).alias()
    last = select(func.max(newest.c.day)).where(
        newest.c.agent == begun.c.agent,
        newest.c.spool == begun.c.spool,
        newest.c.position <= veil.position,
    )
    rows = veil.connection.execute(select(begun).where(begun.c.day == last.scalar_subquery()))
    for row in rows.mappings().all():
        stream = f"observations:{row['agent']}:{row['spool']}:{_date(row['day'])}"
        until, assignment = row["until"], row["assignment"]
        if batch := _last_batch(ledger, stream, veil.position):
            until, assignment = batch.end, batch.assignment
        if assignment:
            spool = {"agent": row["agent"], "spool": row["spool"]}
            yield {**spool, "until": until, "assignment": assignment, "outcomes": []}


def _last_batch(ledger: Ledger, stream: str, upto: int) -> ObservationsRecorded | None:
    low, high = 0, ledger.version(stream)
    if _at(ledger, stream, high, upto) is not None:
        low = high
    while low < high:
        middle = (low + high + 1) // 2
        if _at(ledger, stream, middle, upto) is None:
            high = middle - 1
        else:
            low = middle
    for version in range(low, 0, -1):  # what was set aside says nothing
        entry = _at(ledger, stream, version, upto)
        if entry and isinstance(entry.fact, ObservationsRecorded):
            return entry.fact
    return None


def _at(ledger: Ledger, stream: str, version: int, upto: int) -> Entry | None:
    return next(ledger.stream(stream, after=version - 1, upto=upto, limit=1), None)


def _veil_newest(veil: Veil, days: PastDays) -> None:
    """Show the newest results: those of which nothing was told since as they are, the others by their last day."""
    stored, moved = veil.stored(probe_last), _moved(veil)
    rows = veil.connection.execute(select(stored)).mappings().all()
    kept = [dict(row) for row in rows if (row["check"], row["location"]) not in moved]
    found = kept + list(_last_days(veil, days, moved))
    if found:
        veil.connection.execute(probe_last.insert(), found)


def _moved(veil: Veil) -> set[tuple[str, str]]:
    """Check and location of which something was told, or taken back, after the position."""
    found: set[tuple[str, str]] = set()
    for table in (probe_day, corrected_day):
        stored = veil.stored(table).c
        query = select(stored.check, stored.location).where(stored.position > veil.position)
        found |= {(row.check, row.location) for row in veil.connection.execute(query.distinct())}
    return found


def _last_days(
    veil: Veil, days: PastDays, moved: set[tuple[str, str]]
) -> Iterator[Mapping[str, Any]]:
    """The newest results of what moved, by the days as they were: of some nothing may stand any more."""
    for check, location in sorted(moved):
        runs = veil.connection.execute(_LAST, {"check": check, "location": location}).scalar()
        if runs is not None:
            last = unpack(runs)[-1]
            at, position = days.newest.get((check, location), (0, UNTRACED))
            yield {
                "check": check,
                "location": location,
                "at": last.last,
                "outcome": int(last.outcome),
                "position": position if at == last.last else UNTRACED,
                **dict.fromkeys(OUTCOMES, UNCOUNTED),
            }


def _date(day: int) -> str:
    return format_instant(day * DAY_US)[:10]
