"""Which objectives nothing speaks about now, and since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from catalogue.instants import format_instant
from slamon.views.answers import Answer
from slamon.views.objectives import Judged, objectives
from slamon.views.promised import promises
from slamon.views.tables import probe_last

Newest = Mapping[tuple[str, str], int]


class Silence(Answer):
    """An objective about which no result speaks now; `since` is its newest result (null: never one).

    `tz` is the zone in which the agreement counts.
    """

    agreement: str
    objective: str
    service: str
    since: str | None
    tz: str


def silences(connection: Connection, now: int) -> Iterator[Silence]:
    """The objectives whose sources have all been silent for longer than their results speak."""
    rows = connection.execute(select(probe_last.c.check, probe_last.c.location, probe_last.c.at))
    newest = {(row.check, row.location): row.at for row in rows}
    latest = {
        (each.agreement, each.terms.objective): each
        for each in objectives(promises(connection))
        if isinstance(each, Judged)
    }
    for judged in latest.values():
        if _speaks(judged, newest, now):
            continue
        since = _newest_of(judged, newest)
        yield Silence(
            agreement=judged.agreement,
            objective=judged.terms.objective,
            service=judged.terms.service,
            since=None if since is None else format_instant(since),
            tz=judged.tz,
        )


def _speaks(judged: Judged, newest: Newest, now: int) -> bool:
    return any(
        newest[source.check, source.location] + source.validity >= now
        for source in judged.sources
        if (source.check, source.location) in newest
    )


def _newest_of(judged: Judged, newest: Newest) -> int | None:
    found = (newest.get((source.check, source.location)) for source in judged.sources)
    return max((at for at in found if at is not None), default=None)
