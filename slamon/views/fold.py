"""The fold: facts in ledger order into tables, rows and position in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, update

from catalogue.terms import LifecycleAsserted, TermsFact
from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned, ProbingInterrupted
from slamon.ledger.actors import ActorErased
from slamon.ledger.codec import Entry
from slamon.ledger.epochs import EpochBegun
from slamon.ledger.format import FormatRaised
from slamon.ledger.seals import LedgerSealed
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.sla.announcing import AnnouncingFact
from slamon.sla.closing import PeriodClosed, PeriodRestated
from slamon.sla.corrections import ObservationsCorrected, ObservationsVoided
from slamon.sla.declaring import DeclarationEnded, DeclarationWithdrawn, StateDeclared
from slamon.sla.imports import ObservationsImported
from slamon.sla.intake import BatchQuarantined, SpoolBegan, SpoolConflictFound
from slamon.sla.levels import LevelsImported
from slamon.sla.review import BreachFound, BreachUpheld, BreachWaived, BreachWithdrawn
from slamon.sla.tickets import TicketsImported
from slamon.views import (
    alarms,
    corrected,
    declared,
    excluded,
    keeping,
    paced,
    promised,
    reviewed,
    settling,
)
from slamon.views.observed import Observed
from slamon.views.sealed import keep_seal
from slamon.views.store import ViewStore, read_position
from slamon.views.tables import view_state
from slamon.views.touching import Touching

SETTLE_EVERY = 60_000_000
BATCH = (
    500  # facts per transaction: large enough to pay for the commit, small enough to stay in memory
)


class FoldError(Exception):
    """A fact could not be applied: the view stands still at the position before it."""


@dataclass
class Folder:
    """Folds a ledger into a view store. One folder at a time: the data folder's lock decides."""

    ledger: Ledger
    store: ViewStore
    batch: int = BATCH

    def catch_up(
        self, *, upto: int | None = None, progress: Callable[[int], None] | None = None
    ) -> int:
        """Fold everything up to a position (default: all); returns the position reached.

        Raises:
            FoldError: a fact could not be applied; nothing after it was.

        """
        for position in self._batches(upto):
            if progress:
                progress(position)
        return self.store.position()

    def _batches(self, upto: int | None) -> Iterator[int]:
        while (position := self.step(upto)) is not None:
            yield position

    def step(self, upto: int | None = None) -> int | None:
        """Fold one batch of facts in one transaction; the position reached, None if there was no fact."""
        with self.store.engine.begin() as connection:
            # The write comes first, so that the transaction never has to turn from reader to writer.
            connection.execute(update(view_state).values(id=1))
            entries = self._next(read_position(connection), upto)
            if not entries:
                return None
            apply_all(connection, entries, self.ledger)
        return entries[-1].position

    def _next(self, position: int, upto: int | None) -> list[Entry]:
        entries = self.ledger.since(position, limit=self.batch + 1, upto=upto)
        # Nobody may see a record without the lifecycle that was stated with it.
        if len(entries) > self.batch and not isinstance(entries[-1].fact, LifecycleAsserted):
            entries.pop()
        return entries

    def follow(
        self, stop: Callable[[], bool], clock: Callable[[], int], caught_up: Callable[[], None]
    ) -> None:
        """Fold as facts arrive until told to stop; a day that ended is judged and kept."""
        changes = self.ledger.changes()
        settled_at = 0
        try:
            while not stop():
                self.catch_up()
                caught_up()
                if clock() - settled_at > SETTLE_EVERY:
                    settled_at = clock()
                    self.settle(settled_at)
                changes.wait(1.0, stop=stop)
        finally:
            changes.close()

    def settle(self, now: int) -> None:
        """Keep the figures of days that are over, so that reading a month is a sum."""
        with self.store.engine.begin() as connection:
            connection.execute(update(view_state).values(id=1))
            settling.keep_finished(connection, now)


def apply_all(connection: Connection, entries: list[Entry], ledger: Ledger) -> None:
    """Apply facts in order, forget figures they touch, and move the position."""
    observed, touching = Observed(connection), Touching(connection)
    promises = False
    for entry in entries:
        observed.book.position = entry.position
        try:
            promises |= _apply(connection, observed, entry)
        except Exception as wrong:
            where = f"{entry.name} at position {entry.position} ({entry.stream})"
            message = f"cannot fold {where}: {wrong}"
            raise FoldError(message) from wrong
        touching.seen(entry)
    touched = observed.flush()
    touching.flush(observed.book.marks)
    last = entries[-1]
    if promises:
        paced.follow_promises(connection, ledger, last.position)
        keeping.forget_all(connection)
    else:
        keeping.forget(connection, touched)
    connection.execute(
        update(view_state).values(position=last.position, recorded_at=last.recorded_at)
    )


def _apply(connection: Connection, observed: Observed, entry: Entry) -> bool:
    """Apply one fact; true when it changes what is promised."""
    match entry.fact:
        case fact if isinstance(fact, TermsFact):
            promised.stated(connection, entry, fact)
            return True
        case AgentAssigned() as fact:
            observed.assigned(entry, fact)
            return True
        case LedgerFounded() | EpochBegun() | FormatRaised() | ActorErased():
            pass  # whose ledger it is, who may read it, whose name is gone: no figure rests on it
        case LedgerSealed() as fact:
            keep_seal(connection, entry, fact)
        case ObservationsVoided() | ObservationsCorrected() as fact:
            corrected.applied(connection, observed, entry, fact)
        case BatchQuarantined() | SpoolBegan() | SpoolConflictFound() as fact:
            alarms.applied(connection, entry, fact)
            observed.set_aside(entry)
        case other if not (_observed(observed, entry) or _decided(connection, entry)):
            message = f"no view knows what to do with {type(other).__name__}"
            raise TypeError(message)
    return False


def _observed(observed: Observed, entry: Entry) -> bool:
    """Apply a fact about results; false when it is none."""
    match entry.fact:
        case ObservationsRecorded() as fact:
            observed.recorded(entry, fact)
        case ObservationsImported() as fact:
            observed.imported(entry, fact)
        case ProbingInterrupted() as fact:
            observed.interrupted(entry, fact)
        case TicketsImported() as fact:
            observed.tickets(entry, fact)
        case LevelsImported() as fact:
            observed.levels(entry, fact)
        case _:
            return False
    return True


def _decided(connection: Connection, entry: Entry) -> bool:
    """Apply a fact that somebody decided; false when it is none."""
    match entry.fact:
        case PeriodClosed() as fact:
            reviewed.closed(connection, entry, fact)
        case PeriodRestated() as fact:
            reviewed.restated(connection, entry, fact)
        case BreachFound() as fact:
            reviewed.found(connection, entry, fact)
        case BreachUpheld() | BreachWaived() as fact:
            reviewed.decided(connection, entry, fact)
        case BreachWithdrawn() as fact:
            reviewed.withdrawn(connection, entry, fact)
        case fact if isinstance(fact, AnnouncingFact):
            keeping.forget_agreement(connection, excluded.applied(connection, entry, fact))
        case StateDeclared() | DeclarationEnded() | DeclarationWithdrawn() as fact:
            keeping.forget_service(connection, declared.applied(connection, entry, fact))
        case _:
            return False
    return True


def wait_for(store: ViewStore, position: int, *, seconds: float) -> bool:
    """Wait until the views have reached a position; false when the time is over."""
    deadline = time.monotonic() + seconds
    while store.position() < position:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
