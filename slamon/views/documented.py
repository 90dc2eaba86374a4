"""The catalogue as documents: what the ledger has of a set, as its files would say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from catalogue.exporting import WrittenFile, documents_of, exported, sets_of
from catalogue.records import Key
from catalogue.terms import Terms
from slamon.views.promised import Promises, promises
from slamon.views.watching import Watching

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
