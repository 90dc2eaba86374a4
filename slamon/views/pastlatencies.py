"""How long attempts took as it was known at a position: days that were told of later are counted anew up to it."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial

from sqlalchemy import select

from catalogue.instants import format_instant
from slamon.ledger.store import Ledger
from slamon.sla.runs import DAY_US
from slamon.views.batches import assigned_to
from slamon.views.counting import Counted, Counting, UncountableError
from slamon.views.pastveil import Veil
from slamon.views.tables import assignment, latency_day, latency_state, spool_day

LOG = logging.getLogger("slamon")

Place = tuple[str, str]
"""Check and location."""


def veil_latencies(veil: Veil, ledger: Ledger) -> None:
    """Show counts of latencies as they were, once the assignments of that time are shown.

    Every batch that was known is in them, also one that had not been counted yet when somebody asked then.
    """
    veil.lay(latency_day)
    for day, places in _moved(veil).items():
        rows = [
            dict(zip(latency_day.columns.keys(), each, strict=True))
            for each in _counted(veil, ledger, day, {location for _, location in places})
            if each[:2] in places
        ]
        if rows:
            veil.connection.execute(latency_day.insert(), rows)
    veil.join(latency_day)
    _lay_state(veil)


def _moved(veil: Veil) -> Mapping[int, set[Place]]:
    """By day: what has batches in its counts that came after the position, on days that had begun by then."""
    stored, begun = veil.stored(latency_day).c, veil.stored(spool_day).c
    days = select(begun.day).where(begun.position <= veil.position)
    query = select(stored.check, stored.location, stored.day).where(
        stored.position > veil.position, stored.day.in_(days)
    )
    found: dict[int, set[Place]] = defaultdict(set)
    for row in veil.connection.execute(query):
        found[row.day].add((row.check, row.location))
    return found


def _counted(veil: Veil, ledger: Ledger, day: int, locations: set[str]) -> list[Counted]:
    """All counts of a day of the agents at some locations; none where a batch is damaged."""
    counting = Counting(partial(assigned_to, veil.connection))
    try:
        for stream in _streams(veil, day, locations):
            for row in ledger.stream_rows(stream, upto=veil.position):
                counting.take(row)
    except UncountableError as wrong:
        LOG.warning("latencies of %s are not counted: %s", _date(day), wrong)
        return []
    return counting.counted()


def _streams(veil: Veil, day: int, locations: set[str]) -> Iterator[str]:
    stored = veil.stored(spool_day).c
    agents = select(assignment.c.agent).where(assignment.c.location.in_(locations))
    query = select(stored.agent, stored.spool).where(
        stored.day == day, stored.position <= veil.position, stored.agent.in_(agents)
    )
    for row in veil.connection.execute(query).all():
        yield f"observations:{row.agent}:{row.spool}:{_date(day)}"


def _lay_state(veil: Veil) -> None:
    """Say how far was counted: up to the position, unless counting is not even there yet today."""
    rows = veil.connection.execute(select(veil.stored(latency_state))).mappings().all()
    veil.lay(
        latency_state, [{**row, "position": min(row["position"], veil.position)} for row in rows]
    )


def _date(day: int) -> str:
    return format_instant(day * DAY_US)[:10]
