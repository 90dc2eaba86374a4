"""Facts in a list: the ledger's or one stream's, from a position on or the newest."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

from catalogue.instants import format_instant
from probes.batch import ObservationsRecorded
from slamon.cli.sheet import print_table
from slamon.cli.wording import counted
from slamon.ledger.codec import Entry
from slamon.ledger.seals import LedgerSealed
from slamon.ledger.store import Ledger

TEXT_WIDTH = 110
CONTENT_WIDTH = 40  # of its column, where the screen is narrow
COLUMNS = ("position", "recorded at", "stream", "version", "fact", "by", "content")


def facts_after(
    ledger: Ledger, stream: str | None, after: int, limit: int, upto: int | None
) -> list[Entry]:
    """So many facts after a position, the oldest first."""
    if stream is None:
        return ledger.since(after, limit=limit, upto=upto)
    found = (entry for entry in ledger.stream(stream, upto=upto) if entry.position > after)
    return list(islice(found, limit))


def last_facts(ledger: Ledger, stream: str | None, count: int, upto: int | None) -> list[Entry]:
    """The newest facts, so many, the oldest of them first."""
    if stream is not None:
        return list(deque(ledger.stream(stream, upto=upto), maxlen=count))
    end = ledger.position() if upto is None else upto
    span = count
    while True:  # positions may have gaps
        begin = max(0, end - span)
        found = ledger.since(begin, limit=span, upto=end)
        if len(found) >= count or not begin:
            return found[-count:]
        span *= 2


def print_facts(entries: Sequence[Entry]) -> None:
    """Print a line for each."""
    print_table(COLUMNS, list(_rows(entries)), empty="no fact", folds={"content": CONTENT_WIDTH})


def _rows(entries: Iterable[Entry]) -> Iterable[Sequence[object]]:
    for e in entries:
        at = format_instant(e.recorded_at)
        yield (e.position, at, e.stream, e.version, e.name, e.actor, _text(e))


def _text(entry: Entry) -> str:
    if isinstance(batch := entry.fact, ObservationsRecorded):
        rows, edges = counted(batch.rows, "row"), counted(len(batch.edges), "edge")
        said = f"{rows}, {edges}, {len(batch.missing)} missing"
        said += ", single results in an archive" if batch.away else ""
        return f"{said}, until {format_instant(batch.end)}"
    if isinstance(seal := entry.fact, LedgerSealed):
        return f"seal {seal.number} over positions {seal.first} to {seal.last}, hash {seal.hash}"
    text = entry.payload.decode()
    return text if len(text) <= TEXT_WIDTH else text[: TEXT_WIDTH - 1] + "…"
