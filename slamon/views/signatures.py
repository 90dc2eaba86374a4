"""Which files of tickets both parties stand by: a file waits until each side that its record names has signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, select

from catalogue.probing import Import
from slamon.ledger.codec import Entry
from slamon.sla.tickets import FileSigned, Side
from slamon.views.filetables import file_signature
from slamon.views.promised import Promises
from slamon.views.writing import insert

File = tuple[str, str]
"""A source, and the digest of a file of it."""


def applied(connection: Connection, entry: Entry, fact: FileSigned) -> None:
    """A party signed a file."""
    source = entry.stream.partition(":")[2]
    row = {"source": source, "sha256": fact.sha256, "side": fact.side, "position": entry.position}
    connection.execute(insert(file_signature).values(row).on_conflict_do_nothing())


def waiting(connection: Connection, held: Promises, files: Iterable[File]) -> frozenset[File]:
    """Those of some files that lack a signature."""
    wanted = frozenset(files)
    signed: defaultdict[File, set[Side]] = defaultdict(set)
    columns = file_signature.c
    sources = {source for source, _ in wanted}
    query = select(columns.source, columns.sha256, columns.side).where(columns.source.in_(sources))
    for source, digest, side in connection.execute(query):
        signed[source, digest].add(side)
    return frozenset(file for file in wanted if sides(held.get(Import, file[0])) - signed[file])


def sides(record: Import | None) -> set[Side]:
    """The sides whose signatures a record asks for."""
    named: dict[Side, str | None] = {
        "signed": record.signed_by if record else None,
        "counter_signed": record.counter_signed_by if record else None,
    }
    return {side for side, party in named.items() if party}
