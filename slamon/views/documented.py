"""The catalogue as documents: what the ledger has of a set, as its files would say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection

from catalogue.agreements import Agreement
from catalogue.exporting import WrittenFile, documents_of, exported, sets_of
from catalogue.periods import Period
from catalogue.records import Key
from catalogue.terms import Terms
from slamon.views.kept import closed_labels
from slamon.views.promised import Promises, promises
from slamon.views.watching import Watching


def closed_periods(connection: Connection, held: Promises) -> dict[str, tuple[Period, ...]]:
    """The closed periods of each agreement that has any, the newest first."""
    found = {}
    for kind, name in held.records:
        labels = closed_labels(connection, name) if kind == "agreement" else ()
        if labels:
            agreement = held.once_held(Agreement, name)
            found[name] = tuple(agreement.period(label) for label in labels)
    return found


NOTHING: Mapping[str, WrittenFile] = MappingProxyType({})


@dataclass(frozen=True)
class SetOfDocuments:
    """A set with its newest terms and its lifecycle as it stands at a position; `files` are texts by name."""

    name: str
    position: int
    files: Mapping[str, str]


class Documenting(Watching):
    """Answers as documents; each call sees one state."""

    def sets(self) -> tuple[str, ...]:
        """The names of the sets of documents."""
        return tuple(sets_of(self._promised().states()))

    def states(self) -> dict[Key, Terms]:
        """What the ledger knows of each record."""
        return self._promised().states()

    def closed(self) -> dict[str, tuple[Period, ...]]:
        """The closed periods of each agreement that has any, the newest first."""
        with self._store.reading() as connection:
            return closed_periods(connection, promises(connection))

    def documents(
        self, name: str, files: Mapping[str, WrittenFile] = NOTHING
    ) -> SetOfDocuments | None:
        """A set as documents, written into the files that are there already; None where there is no such set."""
        held = self._promised()
        documents = documents_of(held.states(), name)
        if not documents:
            return None
        return SetOfDocuments(name, self._store.position(), exported(documents, name, files))

    def _promised(self) -> Promises:
        with self._store.reading() as connection:
            return promises(connection)
