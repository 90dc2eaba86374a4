"""Commitments: dated deliverables, who owes them to whom, and the evidence that closes them."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import model_validator

from catalogue.document import Document, PartialDate, Record, Text3
from catalogue.references import (
    AgreementRef,
    CommitmentRef,
    PartyRef,
    RecommendationRef,
    StepRef,
    SummaryItemRef,
    TariffRef,
)
from catalogue.values import Duration, Id, wrong


class ClosesOn(Document):
    """What closes a commitment without a hand: an event of a tariff, or a check of the catalogue."""

    event: Literal["TariffPublished"] | None = None
    tariff: TariffRef | None = None
    check: str | None = None

    @model_validator(mode="after")
    def _event_or_check(self) -> Self:
        if (self.event is None) == (self.check is None) or (self.event is None) != (
            self.tariff is None
        ):
            raise wrong('a commitment closes on an "event" of a "tariff", or on a "check"')
        return self


class Commitment(Record):
    """Who owes what to whom by when."""

    id: Id
    recommendation: RecommendationRef | None
    summary_item: SummaryItemRef | None = None
    order: StepRef | None
    agreement: AgreementRef | None = None
    disputed_citation: RecommendationRef | None = None
    debtor: PartyRef
    creditor: PartyRef
    what: Text3
    due: date | None
    recur: Duration | None = None
    state: Literal["fulfilled"] | None = None
    fulfilled_on: PartialDate | None = None
    evidence: tuple[str, ...]
    closes_on: ClosesOn | None = None
    depends_on: tuple[CommitmentRef, ...] = ()
