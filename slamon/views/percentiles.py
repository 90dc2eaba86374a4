"""Percentiles of how long attempts took; those of several days, checks or places are of all their counts together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from catalogue.instants import format_instant
from probes.latency import percentile
from slamon.sla.runs import DAY_US
from slamon.views.answers import LatencyDay, LatencyFigures
from slamon.views.counting import unpack
from slamon.views.tables import latency_day

HALF, MOST = 500, 950  # per mille

Place = tuple[str, str]
"""Check and location."""


def counts_of(
    connection: Connection, checks: Iterable[str], first: int, last: int
) -> dict[int, Counter[int]]:
    """Counts by bucket, over checks and all places, of each UTC day (since the epoch) from `first` to `last`."""
    asked = select(latency_day.c.day, latency_day.c.counts).where(
        latency_day.c.check.in_(list(checks)), latency_day.c.day.between(first, last)
    )
    found: dict[int, Counter[int]] = {}
    for row in connection.execute(asked.order_by(latency_day.c.day)):
        found.setdefault(row.day, Counter()).update(unpack(row.counts))
    return found


def of_days(
    connection: Connection, checks: Iterable[str], now: int, *, back: int
) -> tuple[tuple[LatencyDay, ...], LatencyFigures | None]:
    """The percentiles of the last `back` UTC days (at `now`, µs), each by itself, and of all of them together."""
    today = now // DAY_US
    days = counts_of(connection, checks, today - back + 1, today)
    told = tuple(
        LatencyDay(date=format_instant(day * DAY_US)[:10], **figures.model_dump())
        for day, counts in days.items()
        if (figures := overall([counts]))
    )
    return told, overall(days.values())


def overall(counts: Iterable[Counter[int]]) -> LatencyFigures | None:
    """The percentiles of all counts together; None without any."""
    merged: Counter[int] = Counter()
    for each in counts:
        merged.update(each)
    half, most = percentile(merged, HALF), percentile(merged, MOST)
    if half is None or most is None:
        return None
    return LatencyFigures(p50_us=half, p95_us=most, count=merged.total())


def newest(connection: Connection, seen: Mapping[Place, int]) -> dict[Place, int]:
    """The 95th percentile (µs) of each check at a place on the UTC day named, or on the day before.

    `seen` has the day (since the epoch) of the newest result.
    """
    days = {day - back for day in seen.values() for back in (0, 1)}
    table = latency_day.c
    asked = select(latency_day).where(
        table.check.in_({check for check, _ in seen}),
        table.location.in_({location for _, location in seen}),
        table.day.in_(days),
    )
    found: dict[Place, int] = {}
    for row in connection.execute(asked.order_by(table.day)):
        place = row.check, row.location
        figure = percentile(unpack(row.counts), MOST)
        if figure is not None and place in seen and 0 <= seen[place] - row.day <= 1:
            found[place] = figure
    return found
