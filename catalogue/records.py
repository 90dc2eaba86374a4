"""The catalogue as read: every record with its model, its text and its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from catalogue.document import Document
from catalogue.kinds import KINDS, Json
from catalogue.pages import Page
from catalogue.problems import Position
from catalogue.references import Path

Key = tuple[str, str]
D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class Written:
    """One record of a set: `document` is what is written (dates as ISO text), `model` what it means."""

    kind: str
    id: str
    catalogue: str
    model: Document
    document: Json
    page: Page
    base: Path

    @property
    def position(self) -> Position:
        """Where the record begins."""
        return self.page.at_value(self.base)

    def at(self, path: Path) -> Position:
        """Return where a value of the record stands."""
        return self.page.at_value(self.base + path)


@dataclass(frozen=True)
class Catalogue:
    """Records by kind and id, from one or more sets."""

    sets: tuple[str, ...]
    records: Mapping[Key, Written]

    def of(self, model: type[D]) -> Iterator[tuple[Written, D]]:
        """List the records of a kind with their models, in the order of the documents."""
        names = {name for name, kind in KINDS.items() if kind.model is model}
        for (kind, _), record in self.records.items():
            if kind in names and isinstance(record.model, model):
                yield record, record.model

    def find(self, model: type[D], name: str | None) -> D | None:
        """Return the model of a record by its id; null if there is none."""
        return next((found for record, found in self.of(model) if record.id == name), None)

    def get(self, model: type[D], name: str) -> D:
        """Return the model of a record that is known to be there.

        Raises:
            KeyError: it is not.

        """
        found = self.find(model, name)
        if found is None:
            raise KeyError(name)
        return found
