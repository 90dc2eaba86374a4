"""What is due when an objective is missed."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from catalogue.document import Document, Text3
from catalogue.references import PartyRef
from catalogue.values import Amount, Percent, wrong


class CreditTier(Document):
    """The percent credited below a figure."""

    below: Percent
    percent: Percent


class Credit(Document):
    """A service credit in tiers, with its caps in the currency of the charge."""

    kind: Literal["credit"]
    tiers: tuple[CreditTier, ...] = Field(min_length=1)
    cap_percent: Percent
    minimum: Amount | None = None
    cap_year: Amount | None = None
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


class Action(Document):
    """A remedy without money, due after so many consecutive breached periods."""

    kind: Literal["justification", "escalation", "review_item"]
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
