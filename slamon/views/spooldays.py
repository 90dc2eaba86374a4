"""`spool_day`: what a spool's probes were before its first batch of a UTC day, so that a day can be folded alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from slamon.views.tables import spool_day
from slamon.views.writing import insert, write_many

_KEEP = insert(spool_day)

EPOCH = date(1970, 1, 1).toordinal()

Row = dict[str, Any]


def day_of(stream: str) -> int:
    """The UTC day of a stream of observations, in days since the epoch."""
    return date.fromisoformat(stream.rpartition(":")[2]).toordinal() - EPOCH


def row(
    stream: str, position: int, until: int, assignment: int, outcomes: Sequence[int | None]
) -> Row:
    """The row of the first fact of a stream; the rest is what was known of the spool before it."""
    _, agent, spool, _ = stream.split(":")
    return {
        "agent": agent,
        "spool": spool,
        "day": day_of(stream),
        "position": position,
        "until": until,
        "assignment": assignment,
        "outcomes": json.dumps(outcomes),
    }


def write(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep how days began."""
    write_many(connection, _KEEP, rows)
