"""Tariffs, the quantities they are applied to, and exchange rates."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from catalogue.document import Document, Record, Text3
from catalogue.references import OfferingRef, PartyRef, RecommendationRef, TariffRef
from catalogue.values import Amount, Currency, Duration, Id, Percent, Rate, wrong


class Validity(Document):
    """Days on which a tariff holds, both ends included; null = open."""

    from_: dt.date = Field(alias="from")
    to: dt.date | None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to is not None and self.to < self.from_:
            said = f"the last day {self.to} is before the first day {self.from_}"
            raise wrong(said, at=("to",))
        return self


class QuantityTier(Document):
    """A price per unit up to a quantity; null = without end."""

    up_to: int | None
    amount: Amount


class FreeShare(Document):
    """A share of another quantity that is not charged."""

    percent: Percent
    of: OfferingRef


class Line(Document):
    """A price of an offering: an amount, or tiers."""

    id: Id
    offering: OfferingRef
    price_type: Literal["recurring", "usage", "one_time"]
    charge_period: Duration | None = None
    unit: str
    amount: Amount | None = None
    tiers: tuple[QuantityTier, ...] = ()
    tier_mode: Literal["graduated", "volume"] | None = None
    free_share: FreeShare | None = None

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        if (self.amount is None) == (not self.tiers):
            raise wrong("a line has either an amount or tiers")
        if bool(self.tiers) != (self.tier_mode is not None):
            raise wrong('tiers and "tier_mode" belong together')
        return self


class Surcharge(Document):
    """A percentage on top of the net sum."""

    id: Id
    kind: Literal["percent"]
    rate: Percent
    applies_to: Literal["all"]
    label: Text3


class DeMinimis(Document):
    """Invoices so small that they are absorbed."""

    amount: Amount
    currency: Currency
    per: Literal["invoice"]
    effect: Literal["absorbed"]


class Received(Document):
    """The paper or file in which a price list came, and on which day."""

    document: str = Field(min_length=1)
    on: dt.date


class Tariff(Record):
    """A price list; a requested one is still empty, a draft is never charged.

    `received` names the document in which a requested one came.
    """

    id: Id
    provider: PartyRef
    name: Text3
    status: Literal["draft", "requested", "received", "published", "superseded", "withdrawn"]
    recommendations: tuple[RecommendationRef, ...]
    list_kind: Literal["standard", "negotiated"] | None = None
    currency: Currency | None = None
    valid_for: Validity | None = None
    supersedes: TariffRef | None = None
    budget_line: str | None = None
    lines: tuple[Line, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    de_minimis: DeMinimis | None = None
    received: Received | None = None
    published_on: dt.date | None = None

    @model_validator(mode="after")
    def _priced_unless_requested(self) -> Self:
        given = {
            "list_kind": self.list_kind, "currency": self.currency,
            "valid_for": self.valid_for, "lines": self.lines or None,
        }  # fmt: skip
        for field, value in given.items():
            if self.status == "requested" and value is not None:
                raise wrong(f'a requested tariff has no "{field}" yet', at=(field,))
            never_came = self.status == "withdrawn" and self.received is None
            if self.status != "requested" and value is None and not never_came:
                raise wrong(f'a {self.status} tariff needs "{field}"')
        return self


class Quantity(Record):
    """How much of an offering: a level from a day on, or an order on a day."""

    offering: OfferingRef
    quantity: int = Field(ge=0)
    from_: dt.date | None = Field(default=None, alias="from")
    date: dt.date | None = None
    use: Literal["consumption", "comparison"] = "consumption"

    @model_validator(mode="after")
    def _one_day(self) -> Self:
        if (self.from_ is None) == (self.date is None):
            raise wrong('a quantity has either "from" (a level) or "date" (an order)')
        return self


class ExchangeRate(Record):
    """Units of a currency for one US dollar, from a day on."""

    currency: Currency
    per_usd: Rate
    effective: dt.date
    kind: Literal["market", "demo", "unore"]
    note: str | None = None
