"""What people do with records of the catalogue after they were stated, each act with what has to be said of it."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from catalogue import fulfilling, publishing, resolving, signing, staging
from catalogue.agreements import Agreement
from catalogue.changes import Json
from catalogue.commitments import Commitment
from catalogue.document import Document, PartialDate
from catalogue.recommendations import Ambiguity, Recommendation
from catalogue.services import Lifecycle, Service
from catalogue.tariffs import Tariff
from catalogue.terms import Known, TermsFact

D = TypeVar("D", bound=Document)


class Records(Protocol):
    """The catalogue at a position of the ledger."""

    position: int

    def of(self, model: type[D]) -> Iterator[D]:
        """All records of a kind that were not withdrawn."""

    def get(self, model: type[D], name: str) -> D | None:
        """The record of a kind by its id; None where there is none."""


@dataclass(frozen=True, slots=True)
class Case:
    """What an act is decided on: the record, the history of its terms, and what stands beside it."""

    record: Document
    terms: Known
    records: Records

    def of(self, model: type[D]) -> D:
        """The record, of the kind that its noun names."""
        if not isinstance(self.record, model):
            message = f"{type(self.record).__name__} is no {model.__name__}"
            raise TypeError(message)
        return self.record


class Act(BaseModel):
    """Something somebody does with one record: `noun` and `verb` name it in addresses and commands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    noun: ClassVar[str]
    verb: ClassVar[str]

    @abstractmethod
    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide what to record of it.

        Raises:
            LifecycleError: it is not allowed now.

        """


class Move(Act):
    """The service reached another stage of its life."""

    noun = "service"
    verb = "move"

    to: Lifecycle
    on: dt.date
    reason: str = Field(min_length=1)

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the stage."""
        return staging.move(case.of(Service), self.to, self.on, self.reason)


class Publish(Act):
    """The tariff is charged by, on the days for which it is valid."""

    noun = "tariff"
    verb = "publish"

    on: dt.date

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the publication."""
        others = case.records.of(Tariff)
        return publishing.publish(case.of(Tariff), self.on, others, position=case.records.position)


class WithdrawTariff(Act):
    """The tariff is taken back before any day was charged by it."""

    noun = "tariff"
    verb = "withdraw"

    on: dt.date
    reason: str = Field(min_length=1)

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the withdrawal."""
        return publishing.withdraw(case.of(Tariff), self.on, self.reason)


class ReceiveTariff(Act):
    """The prices of a requested tariff came: what a document would state beside its name."""

    noun = "tariff"
    verb = "receive"

    document: str = Field(min_length=1)
    on: dt.date
    prices: Json

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the receipt."""
        tariff = case.of(Tariff)
        terms = case.terms
        stated, edits = terms.newest.terms, terms.edited
        return publishing.receive(tariff, stated, self.prices, self.document, self.on, edits)


class Negotiate(Act):
    """The parties talk about the agreement."""

    noun = "agreement"
    verb = "negotiate"

    on: dt.date

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the talks."""
        return signing.negotiate(case.of(Agreement), self.on)


class Sign(Act):
    """Both parties signed: from that day on the objectives bind, but those kept in shadow mode."""

    noun = "agreement"
    verb = "sign"

    on: PartialDate
    keep_in_shadow: tuple[str, ...] = ()

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the signature."""
        agreement = case.of(Agreement)
        return signing.sign(agreement, self.on, keep_in_shadow=self.keep_in_shadow)


class Begin(Act):
    """An agreement whose terms leave the first day open came into force, such as a trial."""

    noun = "agreement"
    verb = "begin"

    on: dt.date

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the begin."""
        return signing.begin(case.of(Agreement), self.on)


class Terminate(Act):
    """The agreement ends with a day, before its time."""

    noun = "agreement"
    verb = "terminate"

    on: dt.date
    reason: str = Field(min_length=1)

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the end."""
        return signing.terminate(case.of(Agreement), self.on, self.reason)


class _OfCommitment(Act):
    """Something about what is due on a day; without one, about what waits."""

    noun = "commitment"

    due: dt.date | None = None


class Reschedule(_OfCommitment):
    """Both sides agreed that it is due on another day."""

    verb = "reschedule"

    to: dt.date
    reason: str = Field(min_length=1)

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the day."""
        return fulfilling.reschedule(case.of(Commitment), self.due, self.to, self.reason)


class Show(_OfCommitment):
    """Evidence was shown, of one of the kinds that the commitment asks for."""

    verb = "show"

    kind: str = Field(min_length=1)
    reference: str = Field(min_length=1)
    on: dt.date

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the evidence."""
        commitment = case.of(Commitment)
        return fulfilling.show(commitment, self.due, self.kind, self.reference, self.on)


class Fulfil(_OfCommitment):
    """What was due is delivered."""

    verb = "fulfil"

    on: PartialDate

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the delivery."""
        commitment = case.of(Commitment)
        found = (case.records.get(Commitment, name) for name in commitment.depends_on)
        return fulfilling.fulfil(commitment, self.due, self.on, [each for each in found if each])


class Miss(_OfCommitment):
    """What was due will not be delivered any more."""

    verb = "miss"

    reason: str = Field(min_length=1)

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the miss."""
        return fulfilling.miss(case.of(Commitment), self.due, self.reason)


class Waive(_OfCommitment):
    """Whom it was promised does without what was due."""

    verb = "waive"

    reason: str = Field(min_length=1)

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the waiver."""
        return fulfilling.waive(case.of(Commitment), self.due, self.reason)


class TakeUp(Act):
    """Somebody acts on the recommendation."""

    noun = "recommendation"
    verb = "take-up"

    on: dt.date
    reason: str = Field(min_length=1)

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide to act."""
        return resolving.take_up(case.of(Recommendation), self.on, self.reason)


class NoAction(Act):
    """Nothing is done, and that decision is looked at again on a day."""

    noun = "recommendation"
    verb = "no-action"

    on: dt.date
    review_on: dt.date
    reason: str = Field(min_length=1)

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide not to act."""
        recommendation = case.of(Recommendation)
        return resolving.decide_no_action(recommendation, self.on, self.review_on, self.reason)


class CloseRecommendation(Act):
    """The recommendation was carried out, or something else took its place."""

    noun = "recommendation"
    verb = "close"

    on: dt.date
    ending: resolving.Closing = "fulfilled"
    reason: str = Field(min_length=1)

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the end."""
        return resolving.close(case.of(Recommendation), self.on, self.ending, self.reason)


class Resolve(Act):
    """It is decided how an ambiguous passage is read."""

    noun = "ambiguity"
    verb = "resolve"

    on: dt.date
    reading: str = Field(min_length=1)

    def decide(self, case: Case) -> Sequence[TermsFact]:
        """Decide on the reading."""
        return resolving.resolve(case.of(Ambiguity), self.on, self.reading)


ACTS: tuple[type[Act], ...] = (
    Move,
    ReceiveTariff,
    Publish,
    WithdrawTariff,
    Negotiate,
    Sign,
    Begin,
    Terminate,
    Reschedule,
    Show,
    Fulfil,
    Miss,
    Waive,
    TakeUp,
    NoAction,
    CloseRecommendation,
    Resolve,
)
"""All acts, those of one noun in the order in which they mostly happen."""
