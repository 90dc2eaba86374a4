"""From `record` to the catalogue's models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar, cast

from sqlalchemy import Connection, func, select

from catalogue.calendars import Calendar, Hours
from catalogue.document import Document
from catalogue.kinds import KINDS
from catalogue.probing import Location
from catalogue.recorded import recorded
from catalogue.service_hours import ServiceHours
from catalogue.terms import Known, Terms, TermsFact, Version
from slamon.ledger.codec import Entry
from slamon.sla.declared import Declared
from slamon.sla.exclusions import Announcement
from slamon.views import declared, excluded
from slamon.views.stating import Key, Stating, thawed
from slamon.views.tables import record

D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class Held:
    """A record as the ledger has it."""

    kind: str
    id: str
    known: Known
    position: int

    def model(self, version: Version | None = None) -> Document:
        """The record as a model, of a version or of the newest one."""
        return recorded(self.kind, self.id, self.known.document(version or self.known.newest))


class Promises:
    """The catalogue as folded up to a position, with what was announced and declared about it.

    `declared` holds by service what people declared of its state.
    """

    def __init__(
        self,
        records: Mapping[Key, Held],
        position: int,
        announced: tuple[Announcement, ...] = (),
        declared: Mapping[str, tuple[Declared, ...]] | None = None,
    ) -> None:
        self.records = records
        self.position = position
        self.announced = announced
        self.declared = declared or {}
        self._models: dict[Key, Document] = {}

    @property
    def default_locations(self) -> tuple[str, ...]:
        """Every place an agent may measure from: for those who name none."""
        return tuple(location.id for location in self.of(Location))

    def of(self, model: type[D]) -> Iterator[D]:
        """All records of a kind that were not withdrawn, in the order of their ids."""
        for (kind, name), held in self.records.items():
            if KINDS[kind].model is model and not held.known.withdrawn:
                yield cast("D", self._model(kind, name))

    def get(self, model: type[D], name: str) -> D | None:
        """The record of a kind by its id; None where there is none."""
        kind = _kind_of(model)
        held = self.records.get((kind, name))
        if held is None or held.known.withdrawn:
            return None
        return cast("D", self._model(kind, name))

    def need(self, model: type[D], name: str) -> D:
        """The record of a kind that must be there, since documents with dangling references are refused.

        Raises:
            LookupError: it is not.

        """
        found = self.get(model, name)
        if found is None:
            message = f"the catalogue has no {_kind_of(model)} {name!r}"
            raise LookupError(message)
        return found

    def once_held(self, model: type[D], name: str) -> D:
        """The record of a kind, also one that was withdrawn: what was closed under it still rests on it.

        Raises:
            LookupError: there never was one of that name.

        """
        kind = _kind_of(model)
        if (kind, name) not in self.records:
            message = f"the catalogue never had a {kind} {name!r}"
            raise LookupError(message)
        return cast("D", self._model(kind, name))

    def hours(self, name: str) -> ServiceHours:
        """Service hours with the holidays of their calendar; days to be confirmed are not applied.

        Raises:
            LookupError: the catalogue has none of that name.

        """
        hours = self.need(Hours, name)
        return hours.agreed(self.get(Calendar, hours.holidays) if hours.holidays else None)

    def catalogue_of(self, kind: str, name: str) -> str:
        """The set of documents a record stands in."""
        return self.records[kind, name].known.catalogue

    def versions(self, kind: str, name: str) -> Iterator[tuple[Document, date | None, date | None]]:
        """The versions of a record with the days from and before which they hold."""
        held = self.records[kind, name]
        known = held.known.versions
        for version, later in zip(known, [*known[1:], None], strict=True):
            yield held.model(version), version.from_, later.from_ if later else None

    def states(self) -> dict[Key, Terms]:
        """What the ledger knows of each record, as `catalogue.plan` takes it."""
        return {key: held.known for key, held in self.records.items()}

    def _model(self, kind: str, name: str) -> Document:
        if (kind, name) not in self._models:
            self._models[kind, name] = self.records[kind, name].model()
        return self._models[kind, name]


@lru_cache(maxsize=32)
def _kind_of(model: type[Document]) -> str:
    return next(name for name, kind in KINDS.items() if kind.model is model)


_newest: dict[tuple[str, int, int, int], Promises] = {}


def promises(connection: Connection) -> Promises:
    """The catalogue as this connection sees it."""
    position = int(connection.execute(select(func.max(record.c.position))).scalar() or 0)
    told = (position, excluded.position_of(connection), declared.position_of(connection))
    key = (str(connection.engine.url), *told)
    # Other threads read other states, and clear what is held: it is looked up once.
    found = _newest.get(key)
    if found is None:
        _newest.clear()
        _newest[key] = found = _read(connection, position)
    return found


class Catalogue:
    """The catalogue as the fold sees it, transaction after transaction: read anew only after it was changed."""

    def __init__(self, connection: Connection) -> None:
        self._held: Promises | None = None
        self.go_on(connection)

    def go_on(self, connection: Connection) -> None:
        """Serve another transaction that sees what the one before it has written, and no more."""
        self._connection = connection
        self._stating = Stating(connection)

    def stated(self, entry: Entry, fact: TermsFact) -> None:
        """Fold a fact about terms; before anybody else reads the records it has to be flushed."""
        self._stating.stated(entry, fact)
        self.changed()

    def flush(self) -> None:
        """Write the records of which something was stated."""
        self._stating.flush()

    def held(self) -> Promises:
        """The catalogue with all that was folded into it."""
        if self._held is None:
            self.flush()
            self._held = promises(self._connection)
        return self._held

    def changed(self) -> None:
        """A fact about terms, an announcement or a declaration was folded."""
        self._held = None


def _read(connection: Connection, position: int) -> Promises:
    rows = connection.execute(select(record).order_by(record.c.kind, record.c.id))
    records = {
        (row.kind, row.id): Held(row.kind, row.id, thawed(row.state), row.position) for row in rows
    }
    by_service: defaultdict[str, list[Declared]] = defaultdict(list)
    for service, each in declared.declarations(connection):
        by_service[service].append(each)
    said = {service: tuple(many) for service, many in by_service.items()}
    return Promises(records, position, excluded.announcements(connection), said)
