"""The catalogue as documents: what the ledger has of a set, as its files would say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection

from catalogue.agreements import Agreement
from catalogue.editing import edited
from catalogue.exporting import WrittenFile, documents_of, exported, sets_of
from catalogue.instants import moment_of
from catalogue.kinds import KINDS, stream_of
from catalogue.periods import Period
from catalogue.plan import Plan, plan
from catalogue.reader import read_text
from catalogue.records import Key
from catalogue.terms import Terms, TermsEdited
from catalogue.writing import section
from slamon.views.biography import Step, Versions, steps, versions
from slamon.views.kept import closed_labels
from slamon.views.promised import Promises, promises
from slamon.views.proposed import as_documents
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


TEXT = "text"
"""How messages call what came as a text and not from a file."""

NOTHING: Mapping[str, WrittenFile] = MappingProxyType({})


@dataclass(frozen=True)
class SetOfDocuments:
    """A set with its newest terms and its lifecycle as it stands at a position; `files` are texts by name."""

    name: str
    position: int
    files: Mapping[str, str]


@dataclass(frozen=True)
class Draft:
    """What recording a text past the documents would mean, at a position; it may be recorded on nothing else."""

    plan: Plan
    known: Mapping[Key, Terms]
    position: int


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

    def editors(self) -> dict[Key, str]:
        """When and by whom each record was edited that its documents are behind of, in words."""
        return {
            key: said
            for key, held in self._promised().records.items()
            if held.known.edited or held.known.born
            for said in self._last_edit(key)
        }

    def _last_edit(self, key: Key) -> Iterator[str]:
        entries = self._ledger.stream(stream_of(*key), upto=self._upto)
        edits = [entry for entry in entries if isinstance(entry.fact, TermsEdited)]
        for last in edits[-1:]:
            yield f"on {moment_of(last.recorded_at).date()} by {last.actor}"

    def written(self, kind: str, record: str) -> str | None:
        """A record as a text that can be edited; None where there is none, or it was withdrawn."""
        held = self._promised()
        found = held.records.get((kind, record))
        if found is None or found.known.withdrawn:
            return None
        document = documents_of({(kind, record): found.known}, found.known.catalogue)[kind, record]
        alone = KINDS[kind].single
        return section(KINDS[kind].section, document if alone else [document])

    def biography(self, kind: str, record: str) -> tuple[Step, ...]:
        """Everything recorded of a record, the oldest first."""
        return steps(self._ledger, kind, record, self._upto)

    def compared(self, kind: str, record: str) -> Versions | None:
        """The versions of a record side by side; None where there is none."""
        held = self._promised().records.get((kind, record))
        return versions(held.known) if held else None

    def draft(self, text: str, name: str, now: int) -> Draft:
        """What recording a text of some records of a set would mean.

        Raises:
            DocumentsRefused: the text has faults.

        """
        held = self._promised()
        states, position = held.states(), self._store.position()
        documents = read_text(text, TEXT, name, as_documents(held))
        planned = plan(documents, states, moment_of(now).date(), self.closed(), self.editors())
        return Draft(edited(planned, states), states, position)

    def _promised(self) -> Promises:
        with self._store.reading() as connection:
            return promises(connection)
