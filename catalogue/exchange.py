"""Conversion: the newest rate of one kind that is effective, line by line, each line rounded by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from catalogue.charging import ChargeError
from catalogue.money import rounded
from catalogue.tariffs import ExchangeRate

DOLLAR = "USD"
RateKind = Literal["market", "demo", "unore"]


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of a currency for one US dollar; `effective` is None for the dollar itself."""

    currency: str
    per_usd: Decimal
    effective: dt.date | None


@dataclass(frozen=True, slots=True)
class Converted:
    """Amounts in another currency, with the rates they were converted by; the total is their sum."""

    amounts: tuple[Decimal, ...]
    total: Decimal
    rates: tuple[Rate, Rate]

    @property
    def currency(self) -> str:
        """The currency of the amounts."""
        return self.rates[1].currency


class Rates:
    """The exchange rates of one kind; kinds are never mixed."""

    def __init__(self, known: Iterable[ExchangeRate], kind: RateKind) -> None:
        self._kind = kind
        self._known = [each for each in known if each.kind == kind]

    def on(self, currency: str, day: dt.date) -> Rate:
        """The rate with the newest effective day on or before a day.

        Raises:
            ChargeError: `missing_rate`, there is none of this kind.

        """
        if currency == DOLLAR:
            return Rate(DOLLAR, Decimal(1), None)
        held = [each for each in self._known if each.currency == currency and each.effective <= day]
        if not held:
            message = f"there is no rate of {currency} of the kind {self._kind} on {day} or before"
            raise ChargeError("missing_rate", message)
        newest = max(held, key=lambda each: each.effective)
        return Rate(currency, newest.per_usd, newest.effective)

    def convert(
        self, amounts: Sequence[Decimal], source: str, target: str, day: dt.date
    ) -> Converted:
        """Convert rounded amounts, each by itself; the cross rate is not rounded.

        Raises:
            ChargeError: `missing_rate`.

        """
        given, wanted = self.on(source, day), self.on(target, day)
        ratio = Fraction(wanted.per_usd) / Fraction(given.per_usd)
        found = tuple(rounded(Fraction(each) * ratio, target) for each in amounts)
        return Converted(found, sum(found, Decimal(0)), (given, wanted))
