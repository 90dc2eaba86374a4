"""What is promised of a figure: a percent, a share of cases, or a bound; and over which period."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Tag

from catalogue.document import Document
from catalogue.instants import parse_duration
from catalogue.values import Bounding, Duration, Percent, wrong

Op = Literal[">=", ">", "<=", "<"]
Unit = Literal[
    "calendar_day",
    "calendar_week",
    "calendar_month",
    "calendar_quarter",
    "calendar_year",
    "agreement_year",
    "whole_term",
]


class Share(Document):
    """The percent of cases that take at most `within`."""

    within: Duration
    share: Percent


class Bound(Document):
    """What a number or a length of time is compared with."""

    bound: Bounding

    @property
    def number(self) -> Decimal:
        """The bound itself; of a length of time in µs."""
        if isinstance(self.bound, Decimal):
            return self.bound
        return Decimal(parse_duration(self.bound).exact())

    @property
    def is_length(self) -> bool:
        """Tell whether it is a length of time."""
        return isinstance(self.bound, str)


def _form_of_target(target: Any) -> str:
    if isinstance(target, Bound) or (isinstance(target, dict) and "bound" in target):
        return "<bound>"
    return "<share>" if isinstance(target, dict | Share) else "<percent>"


Target = Annotated[
    Annotated[Percent, Tag("<percent>")]
    | Annotated[Share, Tag("<share>")]
    | Annotated[Bound, Tag("<bound>")],
    Discriminator(_form_of_target),
]


def _no_term(value: object) -> object:
    if value == "whole_term":
        raise wrong(
            "whole_term is a period of its own, not the length of a rolling window; "
            'write "period: whole_term", or a length like "P28D"'
        )
    return value


def _whole_days(text: str) -> str:
    length = parse_duration(text)
    if length.us:
        raise wrong(f'a rolling window is made of whole local days, like "P28D", not of {text}')
    if not length.days and not length.months:
        raise wrong('a rolling window of no time holds nothing; write a length like "P28D"')
    return text


class Rolling(Document):
    """The days before each instant, as a period that moves along."""

    rolling: Annotated[Duration, AfterValidator(_whole_days), BeforeValidator(_no_term)]


def _form_of_period(period: Any) -> str:
    return "<rolling>" if isinstance(period, dict | Rolling) else "<unit>"


Period = Annotated[
    Annotated[Unit, Tag("<unit>")] | Annotated[Rolling, Tag("<rolling>")],
    Discriminator(_form_of_period),
]


class Slice(Document):
    """Bad time counted in slices from the period's start on, not to the instant (rule §4.5).

    `entirely_down`: only slices that are bad from end to end count, and runs of them shorter than `min_run` do not.
    `mean`: the figure is the mean of the ratios of the slices.
    """

    length: Literal["PT1M", "PT5M"]
    rule: Literal["entirely_down", "mean"]
    min_run: Duration | None = None
