"""A fact as it is told to people: the envelope, and the content decoded."""

from __future__ import annotations

from pydantic import BaseModel
from sqlalchemy import Connection

from catalogue.instants import format_instant
from probes.batch import ObservationsRecorded
from slamon.ledger.archives import whereabouts
from slamon.ledger.codec import Entry, Fact
from slamon.ledger.seals import LedgerSealed
from slamon.ledger.store import Ledger
from slamon.views import sealed
from slamon.views.answers import Answer, SealLine
from slamon.views.batchtold import BatchTold
from slamon.views.decoding import decoded


class FactTold(Answer):
    """A fact of the ledger with its envelope; `content` is what it says, batches decoded."""

    position: int
    recorded_at: str
    stream: str
    version: int
    fact: str
    actor: str
    cause: str | None
    content: object


class FactInFull(FactTold):
    """One fact with the seal it is under, and what it says as people read it where it is a batch."""

    seal: SealLine | None = None
    batch: BatchTold | None = None


def fact_at(
    connection: Connection, ledger: Ledger, position: int, upto: int | None = None
) -> FactInFull | None:
    """The fact at a position up to another; None where there is none, as positions may have gaps."""
    found = ledger.since(position - 1, limit=1, upto=upto) if position > 0 else []
    if not found or found[0].position != position:
        return None
    return FactInFull(
        **dict(told(ledger, found[0])),
        seal=sealed.over(connection, position),
        batch=decoded(connection, ledger, found[0]),
    )


def told(ledger: Ledger, entry: Entry) -> FactTold:
    """Tell one fact; of a batch in an archive, in which."""
    said = content(entry.fact)
    if isinstance(entry.fact, ObservationsRecorded) and entry.fact.away and isinstance(said, dict):
        said["archived"] = whereabouts(ledger, entry.position)
    return FactTold(
        position=entry.position,
        recorded_at=format_instant(entry.recorded_at),
        stream=entry.stream,
        version=entry.version,
        fact=entry.name,
        actor=entry.actor,
        cause=entry.cause,
        content=said,
    )


def content(fact: Fact) -> object:
    """What a fact says, as JSON can hold it; None where it can be read as bytes only.

    Of a batch in an archive evidence and hash of the content are not known here.
    """
    if isinstance(fact, ObservationsRecorded):
        return _batch(fact)
    if isinstance(fact, LedgerSealed):  # its marks are for finding faults, thousands of them
        return fact.model_dump(mode="json", exclude={"marks", "positions"})
    return fact.model_dump(mode="json", by_alias=True) if isinstance(fact, BaseModel) else None


def _batch(batch: ObservationsRecorded) -> dict[str, object]:
    return {
        "assignment": batch.assignment,
        "from": format_instant(batch.begin),
        "to": format_instant(batch.end),
        "rows": batch.rows,
        "edges": [
            {"probe": e.probe, "at": format_instant(e.at), "outcome": e.outcome.name.lower()}
            for e in batch.edges
        ],
        "missing": [{"probe": m.probe, "due": format_instant(m.due)} for m in batch.missing],
        **({} if batch.away else _cold(batch)),
    }


def _cold(batch: ObservationsRecorded) -> dict[str, object]:
    return {
        "evidence": {str(n): e.model_dump() for n, e in batch.evidence.items()},
        "content_hash": batch.content_hash,
    }
