"""What providers claim of their own downtime, as told last."""

from __future__ import annotations

from sqlalchemy import Connection, select

from catalogue.intervals import Span
from slamon.ledger.codec import Entry
from slamon.sla.disputing import Claim, CounterEvidenceImported
from slamon.views.filetables import claimed_outage
from slamon.views.writing import insert


def taken_in(connection: Connection, entry: Entry, fact: CounterEvidenceImported) -> None:
    """Keep what a provider claims as known now."""
    source = entry.stream.partition(":")[2]
    rows = [
        {
            "source": source,
            "service": service,
            "begin": begin,
            "end": end,
            "cause": cause,
            "position": entry.position,
        }
        for service, begin, end, cause in zip(
            fact.service, fact.begin, fact.end, fact.cause, strict=True
        )
    ]
    write = insert(claimed_outage)
    named = {name: write.excluded[name] for name in ("end", "cause", "position")}
    keys = ["source", "service", "begin"]
    connection.execute(write.on_conflict_do_update(index_elements=keys, set_=named), rows)


def claims_of(connection: Connection, service: str, span: Span) -> tuple[Claim, ...]:
    """What is claimed of a service in a span (µs), in order of time."""
    columns = claimed_outage.c
    rows = connection.execute(
        select(columns.source, columns.begin, columns.end, columns.cause, columns.position)
        .where(columns.service == service, columns.begin < span[1], columns.end > span[0])
        .order_by(columns.begin, columns.source)
    )
    return tuple(Claim(*row) for row in rows)
