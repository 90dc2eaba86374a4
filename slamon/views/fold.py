"""The fold: facts in ledger order into tables, rows and position in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice

from sqlalchemy import Connection

from catalogue.terms import TermsFact
from probes.pausing import ProbePaused, ProbeResumed
from probes.spec import AgentAssigned, ProbingInterrupted
from slamon.ledger.actors import ActorErased
from slamon.ledger.archives import ArchiveFact
from slamon.ledger.codec import Entry, Row
from slamon.ledger.epochs import EpochBegun
from slamon.ledger.format import FormatRaised
from slamon.ledger.seals import LedgerSealed
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.sla.announcing import AnnouncingFact
from slamon.sla.attesting import AttestationAnswered
from slamon.sla.closing import PeriodClosed, PeriodRestated
from slamon.sla.corrections import ObservationsCorrected, ObservationsVoided
from slamon.sla.declaring import DeclarationEnded, DeclarationWithdrawn, StateDeclared
from slamon.sla.disputing import CounterEvidenceImported
from slamon.sla.enrolment import AgentEnrolled, AgentRevoked
from slamon.sla.heartbeats import (
    HeartbeatFact,
    HeartbeatKeyIssued,
    HeartbeatKeyRevoked,
)
from slamon.sla.imports import ObservationsImported
from slamon.sla.intake import BatchQuarantined, SpoolBegan, SpoolConflictFound
from slamon.sla.levels import LevelsImported
from slamon.sla.review import BreachFound, BreachUpheld, BreachWaived, BreachWithdrawn
from slamon.sla.tickets import FileSigned, TicketsImported
from slamon.views import (
    alarms,
    attested,
    claims,
    corrected,
    declared,
    enrolled,
    excluded,
    heartbeats,
    keeping,
    paused,
    reviewed,
    signatures,
)
from slamon.views.ahead import Ahead, parts
from slamon.views.carried import Carried
from slamon.views.chains import RECORDED, Chain, MisfitError, Read, in_chains
from slamon.views.hand import Hand, HandError
from slamon.views.observed import Observed
from slamon.views.promised import Catalogue
from slamon.views.sealed import keep_seal
from slamon.views.settling import Settling, settle_with
from slamon.views.store import ViewStore
from slamon.views.uncollected import uncollected

BATCH = 500  # facts per transaction: enough to pay for the commit, few enough to be seen soon
MANY = 40  # times as many where the views are far behind
PARTS = 4  # of what a hand reads ahead, in a transaction
BEGINNING = 5_000  # positions folded without it, as it takes a moment to start
FAR_BEHIND = 5_000  # positions
AT_ONCE = 100  # rows in memory at a time
AT_LENGTH = 60.0  # seconds of one transaction of settling, where nobody waits for a fact
LIFECYCLE = "lifecycle-asserted/1"


class FoldError(Exception):
    """A fact could not be applied: the view stands still at the position before it."""

    def __init__(self, name: str, position: int, stream: str, wrong: Exception) -> None:
        super().__init__(f"cannot fold {name} at position {position} ({stream}): {wrong}")
        self.position = position


@dataclass
class Folder:
    """Folds a ledger into a view store. One folder at a time: the data folder's lock decides."""

    ledger: Ledger
    store: ViewStore
    batch: int = BATCH
    _carried: Carried | None = None
    _at_end: bool = False

    def catch_up(
        self,
        *,
        upto: int | None = None,
        progress: Callable[[int], None] | None = None,
        hand: Hand | None = None,
    ) -> int:
        """Fold everything up to a position (default: all), read ahead by a hand; returns the position reached.

        Raises:
            FoldError: a fact could not be applied; nothing after it was.

        """
        reached: int | None = None
        ahead = self._read_ahead(hand) if hand and upto is None else ()
        for reached in chain(ahead, self._batches(upto)):
            if progress:
                progress(reached)
        return self.store.position() if reached is None else reached

    def _batches(self, upto: int | None) -> Iterator[int]:
        self._at_end = False
        while not self._at_end and (position := self.step(upto)) is not None:
            yield position

    def _read_ahead(self, hand: Hand) -> Iterator[int]:
        """Fold what the hand has read; whatever is amiss is met again, and told, by who goes on without it."""
        last = self.ledger.position()
        begun = min(self.store.position() + BEGINNING, last)
        with suppress(HandError, FoldError):
            found = parts(hand, self.ledger, begun, last)
            while (position := self.step(begun)) is not None:
                yield position  # while the hand starts
            begun = self.store.position()  # lower, where there are gaps
            while True:
                with uncollected(), self.store.folding() as (connection, position):
                    if position != begun:
                        return  # somebody else has folded
                    carried = self._taken_up(begun, connection)
                    ahead = Ahead(islice(found, PARTS))
                    items = ahead.items(self.ledger, carried.observed.assignment, begun)
                    begun = apply_all(connection, items, ahead, self.ledger, carried)
                if not begun:
                    return
                self._carried = None if carried.observed.promises_changed else carried
                yield begun

    def step(self, upto: int | None = None) -> int | None:
        """Fold some facts in one transaction; the position reached, None if there was no fact.

        Raises:
            FoldError: a fact could not be applied; all before it were, and nothing after it.

        """
        try:
            return self._step(upto)
        except FoldError as wrong:
            while self._step(wrong.position - 1) is not None:
                pass
            raise

    def _step(self, upto: int | None) -> int | None:
        known = self._carried
        rows = self._some(known.position, self.batch, upto) if known else []
        if known and not rows:
            # A transaction that finds nothing would cost as much as one that finds a fact.
            return None
        with uncollected(), self.store.folding() as (connection, begun):
            carried = self._taken_up(begun, connection)
            if carried is not known:
                rows = self._some(begun, self.batch, upto)
            read = Read(self._rows(rows, upto))
            items = in_chains(read, carried.observed.assignment)
            reached = apply_all(connection, items, read, self.ledger, carried)
        self._carried = None if carried.observed.promises_changed else carried
        return reached or None

    def _taken_up(self, position: int, connection: Connection) -> Carried:
        """What was left by the transaction before, if nobody has folded since; else it begins with nothing."""
        carried, self._carried = self._carried, None
        if carried is None or not carried.holds(position, connection):
            return Carried.at(position, connection)
        carried.go_on(connection)
        return carried

    def _some(self, position: int, left: int, upto: int | None) -> list[Row]:
        """The rows behind a position, no more than fit into memory; notes whether these are all there are."""
        limit = min(left, AT_ONCE)
        rows = self.ledger.rows(position, limit=limit, upto=upto)
        self._at_end = len(rows) < limit
        return rows

    def _rows(self, rows: list[Row], upto: int | None) -> Iterator[Row]:
        """The rows of one transaction; many where there is much to catch up with, as each transaction has its price."""
        yield from rows
        left = 0 if self._at_end else self._most(rows[0].position) - len(rows)
        while left > 0:
            rows = self._some(rows[-1].position, left, upto)
            yield from rows
            left = 0 if self._at_end else left - len(rows)
        if self._at_end:
            return
        # Nobody may see a record without the lifecycle that was stated with it.
        for row in self.ledger.rows(rows[-1].position, limit=1, upto=upto):
            if row.name == LIFECYCLE:
                yield row

    def _most(self, first: int) -> int:
        """How many facts one transaction takes in, from this position on."""
        return self.batch * (MANY if self.ledger.position() - first >= FAR_BEHIND else 1)

    def settle(self, now: int, *, hand: Hand | None = None) -> None:
        """Keep the figures of days that are over (at `now`, µs), so that reading a month is a sum.

        A hand works out its share; where it fails, all is done without it.
        """
        if hand:
            with suppress(HandError), uncollected(), self.store.writing() as connection:
                settle_with(hand, connection, self.store, now)
                return
        round_of = Settling(now)
        while not self.settle_some(round_of, seconds=AT_LENGTH):
            pass

    def settle_some(self, settling: Settling, *, seconds: float) -> bool:
        """Go on keeping figures for about so long, in one transaction; true when there is nothing left to keep."""
        with uncollected(), self.store.writing() as connection:
            return settling.keep_some(connection, seconds)


def apply_all(
    connection: Connection,
    items: Iterable[Row | Chain],
    read: Read | Ahead,
    ledger: Ledger,
    carried: Carried,
) -> int:
    """Apply facts in order, forget figures they touch, and move the position; the one reached, 0 without facts.

    `read` knows the last row that the items come from.
    """
    observed = carried.observed
    try:
        for each in items:
            if isinstance(each, Chain):
                observed.recorded(each)
                continue
            entry = ledger.entry(each)
            if not isinstance(entry.fact, TermsFact):
                carried.catalogue.flush()  # others may read what was promised
            observed.mark(each.position)
            observed.promises_changed |= _apply(connection, carried, entry)
            carried.touching.seen(entry)
        if read.last is None:
            return 0
        carried.flush(connection, read.last)
    except MisfitError as wrong:
        raise FoldError(RECORDED, wrong.position, wrong.stream, wrong) from wrong
    except Exception as wrong:
        if read.last is None:
            raise
        raise FoldError(read.last.name, read.last.position, read.last.stream, wrong) from wrong
    carried.settle(connection, ledger)
    return read.last.position


def _apply(connection: Connection, carried: Carried, entry: Entry) -> bool:
    """Apply one fact; true when it changes what is promised."""
    observed = carried.observed
    match entry.fact:
        case fact if isinstance(fact, TermsFact):
            carried.catalogue.stated(entry, fact)
            return True
        case AgentAssigned() as fact:
            observed.assigned(entry, fact)
            return True
        case LedgerFounded() | EpochBegun() | FormatRaised() | ActorErased() | ArchiveFact():
            pass  # whose ledger it is, who may read it, whose name is gone, what is where: no figure rests on it
        case LedgerSealed() as fact:
            keep_seal(connection, entry, fact)
        case ObservationsVoided() | ObservationsCorrected() as fact:
            corrected.applied(connection, observed, entry, fact)
        case BatchQuarantined() | SpoolBegan() | SpoolConflictFound() as fact:
            alarms.applied(connection, entry, fact)
            observed.set_aside(entry)
        case other if not (
            _observed(observed, entry)
            or _decided(connection, carried.catalogue, entry)
            or _admitted(connection, entry)
        ):
            message = f"no view knows what to do with {type(other).__name__}"
            raise TypeError(message)
    return False


def _admitted(connection: Connection, entry: Entry) -> bool:
    """Apply a fact that changes no figure: who may hand in, who leaves whom in peace, what a provider claims."""
    match entry.fact:
        case AgentEnrolled() | AgentRevoked() as fact:
            enrolled.applied(connection, entry, fact)
        case HeartbeatKeyIssued() | HeartbeatKeyRevoked() as fact:
            heartbeats.applied(connection, entry, fact)
        case ProbePaused() | ProbeResumed() as fact:
            paused.applied(connection, entry, fact)
        case CounterEvidenceImported() as fact:
            claims.taken_in(connection, entry, fact)
        case FileSigned() as fact:
            signatures.applied(connection, entry, fact)
        case AttestationAnswered() as fact:
            attested.applied(connection, entry, fact)
        case _:
            return False
    return True


def _observed(observed: Observed, entry: Entry) -> bool:
    """Apply a fact about results; false when it is none."""
    match entry.fact:
        case ObservationsImported() as fact:
            observed.imported(entry, fact)
        case fact if isinstance(fact, HeartbeatFact):
            observed.heard(entry, fact)
        case ProbingInterrupted() as fact:
            observed.interrupted(entry, fact)
        case TicketsImported() as fact:
            observed.tickets(entry, fact)
        case LevelsImported() as fact:
            observed.levels(entry, fact)
        case _:
            return False
    return True


def _decided(connection: Connection, catalogue: Catalogue, entry: Entry) -> bool:
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
            catalogue.changed()
        case StateDeclared() | DeclarationEnded() | DeclarationWithdrawn() as fact:
            keeping.forget_service(connection, declared.applied(connection, entry, fact))
            catalogue.changed()
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
