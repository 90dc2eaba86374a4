"""Commitments: dated deliverables, who owes them to whom, and the evidence that closes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Literal, Self

from pydantic import Field, model_validator

from catalogue.document import Document, PartialDate, Record, Text3
from catalogue.instants import parse_duration
from catalogue.recurring import occurrences
from catalogue.references import (
    AgreementRef,
    CalendarRef,
    CommitmentRef,
    PartyRef,
    RecommendationRef,
    StepRef,
    SummaryItemRef,
    TariffRef,
)
from catalogue.values import Duration, Id, wrong

DeliveryState = Literal["fulfilled", "missed", "waived"]


class ClosesOn(Document):
    """What closes a commitment without a hand: an event of a tariff, or a check of the catalogue."""

    event: Literal["TariffPublished"] | None = None
    tariff: TariffRef | None = None
    check: Literal["no service with funding_source unspecified"] | None = None

    @model_validator(mode="after")
    def _event_or_check(self) -> Self:
        if (self.event is None) == (self.check is None) or (self.event is None) != (
            self.tariff is None
        ):
            raise wrong('a commitment closes on an "event" of a "tariff", or on a "check"')
        return self


class Evidence(Document):
    """What shows that something was delivered: one of the kinds the commitment names, and where it is found."""

    kind: str = Field(min_length=1)
    reference: str = Field(min_length=1)
    on: date


class Delivery(Document):
    """What was recorded of one due day; without a due day there is one delivery only.

    `moved_to` is the day agreed upon later, `on` the day it was fulfilled, missed or waived, `reason` says why.
    """

    due: date | None
    moved_to: date | None = None
    evidence: tuple[Evidence, ...] = ()
    state: DeliveryState | None = None
    on: PartialDate | None = None
    reason: str | None = None


class Commitment(Record):
    """Who owes what to whom by when.

    `state` and `fulfilled_on` tell of one that is due once; `deliveries` tell of each due day what people recorded.
    A due day on a weekend, or a holiday of the calendar, moves as `if_non_business` says. `grace` are days after it,
    business days where a calendar is named; `warn` are days of the calendar before it.
    """

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
    if_non_business: Literal["none", "next", "previous"] = "none"
    calendar: CalendarRef | None = None
    grace: Duration | None = None
    warn: Duration | None = None
    state: DeliveryState | None = None
    fulfilled_on: PartialDate | None = None
    deliveries: tuple[Delivery, ...] = ()
    evidence: tuple[str, ...]
    closes_on: ClosesOn | None = None
    depends_on: tuple[CommitmentRef, ...] = ()

    @model_validator(mode="after")
    def _counted_in_days(self) -> Self:
        for field in ("recur", "grace", "warn"):
            text: str | None = getattr(self, field)
            if text is None:
                continue
            length = parse_duration(text)
            idle = field == "recur" and not (length.months or length.days)
            if length.us or idle or (length.months and field != "recur"):
                allowed = "months or days" if field == "recur" else "days"
                raise wrong(
                    f'"{field}" of a dated deliverable is counted in {allowed}', at=(field,)
                )
        if self.recur and self.due is None:
            raise wrong("what recurs needs the day on which it is first due", at=("recur",))
        return self

    def delivery(self, due: date | None) -> Delivery:
        """What was recorded of a due day."""
        return next((each for each in self.deliveries if each.due == due), Delivery(due=due))

    def due_days(self) -> Iterator[date | None]:
        """The days on which it is due, in order and perhaps without end; one that is null where none is stated."""
        if self.due is None:
            return iter((None,))
        return occurrences(self.due, self.recur, date.max)

    def waiting(self) -> Delivery | None:
        """The first delivery that was neither fulfilled nor missed nor waived; null where none is left."""
        # Documents that say no more than "fulfilled" tell of the first due day.
        told = 1 if self.state and not self.deliveries else 0
        days = islice(self.due_days(), told, None)
        return next((each for day in days if (each := self.delivery(day)).state is None), None)

    @property
    def closed_as(self) -> DeliveryState | None:
        """How it ended, once nothing waits any more; null before."""
        if self.waiting() is not None:
            return None
        return self.deliveries[-1].state if self.deliveries else self.state

    @property
    def was_fulfilled(self) -> bool:
        """Whether it was delivered at least once."""
        return self.state == "fulfilled" or any(e.state == "fulfilled" for e in self.deliveries)

    def days(self, field: Literal["grace", "warn"]) -> int | None:
        """Return the days of grace or warning; null where none are stated."""
        text = self.grace if field == "grace" else self.warn
        return None if text is None else parse_duration(text).days
