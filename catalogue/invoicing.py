"""The invoice of a provider for a month: net, surcharges on it, and at last whether it is too small to be paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from catalogue.charging import PERCENT, ChargeLine
from catalogue.money import rounded
from catalogue.months import Month
from catalogue.tariffs import Tariff

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class SurchargeLine:
    """A percentage on the net of the tariff that carries it, never on another surcharge."""

    tariff: str
    surcharge: str
    net: Decimal
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Invoice:
    """Everything a provider charges for a month in one currency; a small one is `absorbed`, and nothing is payable."""

    provider: str
    month: Month
    currency: str
    lines: tuple[ChargeLine, ...]
    surcharges: tuple[SurchargeLine, ...]
    absorbed: bool

    @property
    def last_charged(self) -> str:
        """The tariff in force on the last day charged."""
        return max(self.lines, key=_last_day).tariff

    @property
    def net(self) -> Decimal:
        """The sum of the rounded lines."""
        return sum((each.amount for each in self.lines), NOTHING)

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """The rounded lines, then the surcharges."""
        lines = (each.amount for each in self.lines)
        return (*lines, *(each.amount for each in self.surcharges))

    @property
    def total(self) -> Decimal:
        """Net and surcharges; a sum of rounded amounts is not rounded again."""
        return sum(self.amounts, NOTHING)

    @property
    def payable(self) -> Decimal:
        """What is to be paid."""
        return NOTHING if self.absorbed else self.total


def invoices(
    provider: str, month: Month, lines: Sequence[ChargeLine], tariffs: Iterable[Tariff]
) -> tuple[Invoice, ...]:
    """Put the lines of a month together, one invoice a currency."""
    known = {each.id: each for each in tariffs}
    currencies = dict.fromkeys(each.currency for each in lines)
    return tuple(
        _invoice(provider, month, currency, [e for e in lines if e.currency == currency], known)
        for currency in currencies
    )


def _invoice(
    provider: str,
    month: Month,
    currency: str,
    lines: Sequence[ChargeLine],
    tariffs: dict[str, Tariff],
) -> Invoice:
    named = dict.fromkeys(each.tariff for each in lines)
    net = {
        name: sum((each.amount for each in lines if each.tariff == name), NOTHING) for name in named
    }
    surcharges = tuple(made for name in named for made in surcharged(tariffs[name], net[name]))
    invoice = Invoice(provider, month, currency, tuple(lines), surcharges, absorbed=False)
    return replace(invoice, absorbed=is_absorbed(tariffs[invoice.last_charged], invoice.total))


def surcharged(tariff: Tariff, net: Decimal) -> tuple[SurchargeLine, ...]:
    """The surcharges of a tariff on its net."""
    return tuple(
        SurchargeLine(
            tariff.id,
            each.id,
            net,
            each.rate,
            rounded(Fraction(net) * Fraction(each.rate) / PERCENT, tariff.currency or ""),
        )
        for each in tariff.surcharges
    )


def is_absorbed(tariff: Tariff, total: Decimal) -> bool:
    """Whether an invoice is so small that nothing is payable; at the limit it is."""
    return tariff.de_minimis is not None and total <= tariff.de_minimis.amount


def _last_day(line: ChargeLine) -> dt.date:
    return line.ordered or line.segments[-1].last
