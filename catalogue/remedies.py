"""What is due when an objective is missed."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from catalogue.document import Document, Text3
from catalogue.instants import InstantError, parse_duration
from catalogue.references import PartyRef
from catalogue.values import Amount, Duration, Percent, wrong


class CreditTier(Document):
    """The percent credited below a figure."""

    below: Percent
    percent: Percent


class Credit(Document):
    """A service credit in tiers, with its caps in the currency of the charge.

    `deductible` is the bad time of a period that earns nothing. `round_pct` are the decimals to which the contract
    rounds the percent, half-up, before the tiers are looked up; without it nothing is rounded. A credit is claimed
    within `claim_within` of the end of its period, or by the end of the so-manieth calendar month after it.
    """

    kind: Literal["credit"]
    tiers: tuple[CreditTier, ...] = Field(min_length=1)
    cap_percent: Percent
    minimum: Amount | None = None
    cap_year: Amount | None = None
    deductible: Duration | None = None
    round_pct: int | None = Field(default=None, ge=0, le=6)
    claim_within: Duration | None = None
    claim_cycles: int | None = Field(default=None, ge=1)
    base: Literal["monthly_charge_of_service"]
    settlement: Text3

    @model_validator(mode="after")
    def _worse_costs_more(self) -> Self:
        for index, (upper, lower) in enumerate(pairwise(self.tiers), start=1):
            place = ("tiers", index)
            if lower.below >= upper.below:
                said = f"tiers must fall: below {lower.below} stands after below {upper.below}"
                raise wrong(said, at=(*place, "below"))
            if lower.percent <= upper.percent:
                said = f"credits must rise: {lower.percent} percent stands after {upper.percent}"
                raise wrong(said, at=(*place, "percent"))
        return self

    @model_validator(mode="after")
    def _times_can_be_kept(self) -> Self:
        if self.deductible is not None:
            try:
                parse_duration(self.deductible).exact()
            except InstantError as fault:
                raise wrong(str(fault), at=("deductible",)) from None
        if self.claim_within is not None and self.claim_cycles is not None:
            said = 'a credit is claimed within a time or a number of months: keep "claim_within" or "claim_cycles"'
            raise wrong(said, at=("claim_cycles",))
        return self


class Action(Document):
    """A remedy without money, due after so many consecutive breached periods."""

    kind: Literal["justification", "escalation", "review_item", "suspension"]
    after_periods: int = Field(ge=1)
    to: PartyRef | None = None


Remedy = Annotated[Credit | Action, Field(discriminator="kind")]


def agrees_with_target(remedy: Credit | Action, threshold: Decimal) -> None:
    """Check that the first tier of a credit begins at the target.

    Raises:
        PydanticCustomError: it begins elsewhere.

    """
    if isinstance(remedy, Credit) and remedy.tiers[0].below != threshold:
        raise wrong(
            f"the first tier is below {remedy.tiers[0].below}, but the target is {threshold}",
            f'"{threshold}"',
            at=("remedy", "tiers", 0, "below"),
        )
