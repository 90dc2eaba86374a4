"""`record`: facts about terms, folded one upon the other, and written together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from sqlalchemy import Connection, select

from catalogue.changes import Change
from catalogue.terms import START, Known, TermsFact, Version, evolve
from slamon.ledger.codec import Entry
from slamon.views.tables import record
from slamon.views.writing import insert, write_many

Key = tuple[str, str]
"""Kind and id of a record."""

_STORED = select(record.c.kind, record.c.id, record.c.state)
_INSERT = insert(record)
_WRITE = _INSERT.on_conflict_do_update(
    index_elements=["kind", "id"],
    set_={name: _INSERT.excluded[name] for name in ("catalogue", "state", "position")},
)


class Stating:
    """What is stated within one transaction, of records as they are stored or of whole streams `anew`.

    Nobody may read the records before it was flushed.
    """

    def __init__(self, connection: Connection, *, anew: bool = False) -> None:
        self._connection = connection
        self._stored: dict[Key, Mapping[str, Any]] | None = {} if anew else None
        self._stated: dict[Key, tuple[Known, int]] = {}

    def stated(self, entry: Entry, fact: TermsFact) -> None:
        """Fold one fact about the terms of a record."""
        kind, _, name = entry.stream.partition(":")
        key = kind, name
        before, _ = self._stated.get(key) or (self._before(key), 0)
        after = cast("Known", evolve(before or START, fact))
        self._stated[key] = after, entry.position

    def _before(self, key: Key) -> Known | None:
        # Terms are stated many at once, and then all records are read anyway.
        if self._stored is None:
            rows = self._connection.execute(_STORED)
            self._stored = {(row.kind, row.id): row.state for row in rows}
        stored = self._stored.get(key)
        return None if stored is None else thawed(stored)

    def flush(self) -> None:
        """Write the records of which something was stated."""
        rows = [
            {
                "kind": kind,
                "id": name,
                "catalogue": known.catalogue,
                "state": json.dumps(_frozen(known)),
                "position": position,
            }
            for (kind, name), (known, position) in self._stated.items()
        ]
        self._stored = None
        self._stated.clear()
        write_many(self._connection, _WRITE, rows)


def _frozen(known: Known) -> dict[str, Any]:
    return {
        "catalogue": known.catalogue,
        "versions": [
            {"from": version.from_ and version.from_.isoformat(), "terms": version.terms}
            for version in known.versions
        ],
        "lifecycle": known.lifecycle,
        "withdrawn": known.withdrawn,
        "explained": sorted(
            ([day and day.isoformat(), reason, path] for day, reason, path in known.explained),
            key=lambda each: [text or "" for text in each],
        ),
        "edited": [change.model_dump(mode="json") for change in known.edited],
        "born": known.born,
    }


def thawed(stored: Mapping[str, Any]) -> Known:
    """The terms of a record as they are stored in `record`."""
    return Known(
        stored["catalogue"],
        tuple(Version(_day(v["from"]), v["terms"]) for v in stored["versions"]),
        stored["lifecycle"],
        stored["withdrawn"],
        frozenset((_day(day), reason, path) for day, reason, path in stored["explained"]),
        tuple(Change.model_validate(change) for change in stored["edited"]),
        stored["born"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
