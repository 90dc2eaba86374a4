"""Commitments: dated deliverables, who owes them to whom, and the evidence that closes them."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import model_validator

from catalogue.document import Document, PartialDate, Record, Text3
from catalogue.instants import parse_duration
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
    """Who owes what to whom by when.

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
    state: Literal["fulfilled"] | None = None
    fulfilled_on: PartialDate | None = None
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

    def days(self, field: Literal["grace", "warn"]) -> int | None:
        """Return the days of grace or warning; null where none are stated."""
        text = self.grace if field == "grace" else self.warn
        return None if text is None else parse_duration(text).days
