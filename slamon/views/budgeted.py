"""A calendar year by funding source: what was charged, what is to be expected, and what the budget leaves."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection

from catalogue.budgets import Budget
from catalogue.charging import ChargeError
from catalogue.exchange import Converted, RateKind, Rates
from catalogue.funding import shares
from catalogue.invoicing import NOTHING, Invoice
from catalogue.money import written
from catalogue.months import MONTHS, Month
from catalogue.services import UNSPECIFIED, Lifecycle, Service
from catalogue.tariffs import ExchangeRate
from slamon.views.answers import Answer
from slamon.views.credited import Credits, Uncomputed, uncomputed
from slamon.views.priced import Prices
from slamon.views.promised import promises
from slamon.views.words import Words

GIVEN: tuple[Lifecycle, ...] = ("trial", "live", "retained", "integrating")
"""Stages of life in which a service costs something."""

Verdict = Literal["covered", "exceeded", "no_budget", "no_source", "not_computed", "not_converted"]


class NamedService(Answer):
    """A service by its id and name."""

    service: str
    name: Words


class MonthOfSource(Answer):
    """What a source bears of a month, surcharges included; null where it cannot be computed.

    A month that is not over is `expected`: by the tariffs and quantities that hold in it as far as they are stated.
    """

    month: str
    amount: str | None
    expected: bool


class SourceOfYear(Answer):
    """A funding source in a calendar year, in one currency: charged and expected, less the credits granted.

    `total` is what remains to be paid by it, `left` what the `budget` then leaves. The sums are null where a month
    cannot be computed; `left` also where the source bears something in another currency that was not converted.
    """

    source: str
    services: tuple[NamedService, ...]
    currency: str
    months: tuple[MonthOfSource, ...]
    charged: str | None
    expected: str | None
    credit: str | None
    total: str | None
    budget: str | None
    budget_id: str | None
    left: str | None
    verdict: Verdict
    illustrative: bool


class UncomputedMonth(Uncomputed):
    """A month of a provider that cannot be charged, and why."""

    provider: str
    month: str


class UnpricedInYear(Answer):
    """An offering that is used and that no tariff prices, on so many days of the year: they are in no sum."""

    offering: str
    name: Words
    days: int


class BudgetYear(Answer):
    """A calendar year by funding source; `rate_kind` is null where nothing is converted.

    `without_source` are the services that are given and for which nobody is named who pays.
    """

    year: int
    rate_kind: RateKind | None
    sources: tuple[SourceOfYear, ...]
    without_source: tuple[NamedService, ...]
    uncomputed: tuple[UncomputedMonth, ...]
    unpriced: tuple[UnpricedInYear, ...]


def budget_year(
    connection: Connection, year: int, today: dt.date, kind: RateKind | None = None
) -> BudgetYear:
    """A calendar year by funding source, on a day that parts what is over from what is expected.

    With a kind of rates what a source bears is converted to the currency of its budget, each line by itself, by the
    rate of the last day of the month; without one, currencies stand apart.
    """
    return _Year(connection, year, today, kind).told()


@dataclass
class _Borne:
    """What a source bears in one currency."""

    services: set[str] = field(default_factory=set)
    months: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    credit: Decimal = NOTHING
    illustrative: bool = False


class _Year:
    """One year, added up invoice by invoice."""

    def __init__(
        self, connection: Connection, year: int, today: dt.date, kind: RateKind | None
    ) -> None:
        held = promises(connection)
        self._year, self._today, self._kind = year, today, kind
        self._services = tuple(held.of(Service))
        self._budgets = {e.funding_source: e for e in held.of(Budget) if e.year == year}
        self._prices = Prices(held)
        self._credits = Credits(connection, self._prices, year)
        self._rates = Rates(held.of(ExchangeRate), kind) if kind else None
        self._bearer = {
            name: each.service.funding_source for name, each in self._prices.offered.items()
        }
        self._borne: defaultdict[tuple[str, str], _Borne] = defaultdict(_Borne)
        self._uncomputed: list[UncomputedMonth] = []

    def told(self) -> BudgetYear:
        months = [Month(self._year, number + 1) for number in range(MONTHS)]
        for provider in sorted({each.provider for each in self._services}):
            for month in months:
                self._add(provider, month)
        for source, budget in self._budgets.items():
            if not any(name == source for name, _ in self._borne):
                self._borne[source, budget.currency].illustrative = budget.illustrative
        given = [each for each in self._services if each.lifecycle in GIVEN]
        return BudgetYear(
            year=self._year,
            rate_kind=self._kind,
            sources=tuple(self._source(*key) for key in sorted(self._borne)),
            without_source=tuple(
                _named(each) for each in given if each.funding_source == UNSPECIFIED
            ),
            uncomputed=tuple(self._uncomputed),
            unpriced=tuple(self._unpriced(months)),
        )

    def _add(self, provider: str, month: Month) -> None:
        try:
            borne = [
                (source, currency, invoice, amount)
                for invoice in self._prices.invoices(provider, month)
                for source, currency, amount in self._shared(invoice)
            ]
            credits_due = list(self._credited(provider, month))
        except ChargeError as wrong:
            said = uncomputed(wrong)
            self._uncomputed.append(
                UncomputedMonth(
                    provider=provider, month=str(month), code=said.code, message=said.message
                )
            )
            return
        for source, currency, invoice, amount in borne:
            self._bear(self._borne[source, currency], source, invoice, amount)
        for source, currency, amount in credits_due:
            self._borne[source, currency].credit += amount

    def _bear(self, borne: _Borne, source: str, invoice: Invoice, amount: Decimal) -> None:
        own = [each for each in invoice.lines if self._bearer[each.offering] == source]
        borne.services |= {self._prices.offered[each.offering].service.id for each in own}
        borne.months[invoice.month.number] += amount
        borne.illustrative |= any(self._prices.tariff(each.tariff).illustrative for each in own)

    def _shared(self, invoice: Invoice) -> Iterator[tuple[str, str, Decimal]]:
        """What each source bears of an invoice, in the currency of its budget where rates were named."""
        for source, share in shares(invoice, self._bearer).items():
            wanted = self._wanted(source, invoice.currency)
            borne, currency = share, invoice.currency
            if wanted != invoice.currency:
                converted = self._converted(
                    invoice.amounts, invoice.currency, wanted, invoice.month
                )
                borne, currency = shares(invoice, self._bearer, converted)[source], wanted
            yield source, currency, NOTHING if invoice.absorbed else borne.total

    def _wanted(self, source: str, currency: str) -> str:
        budget = self._budgets.get(source)
        return budget.currency if budget and self._rates else currency

    def _converted(
        self, amounts: tuple[Decimal, ...], source: str, target: str, month: Month
    ) -> Converted:
        if self._rates is None:
            message = "nothing is converted without a kind of rates"
            raise LookupError(message)
        return self._rates.convert(amounts, source, target, month.days[-1])

    def _credited(self, provider: str, month: Month) -> Iterator[tuple[str, str, Decimal]]:
        """What is credited to each source for a month.

        Raises:
            ChargeError: a credit cannot be computed.

        """
        for each in self._credits.of_provider(provider, month):
            if each.error:
                raise ChargeError(each.error.code, each.error.message)
            if each.sum is None:
                continue
            amount, currency = Decimal(each.sum.granted.amount), each.sum.currency
            wanted = self._wanted(each.funding_source, currency)
            if wanted != currency:
                amount = self._converted((amount,), currency, wanted, month).total
            yield each.funding_source, wanted, amount

    def _source(self, source: str, currency: str) -> SourceOfYear:
        borne = self._borne[source, currency]
        providers = {each.provider for each in self._services if each.funding_source == source}
        failed = {
            Month.named(each.month).number
            for each in self._uncomputed
            if each.provider in providers
        }
        budget = self._budgets.get(source)
        sums = None if failed else self._sums(borne)
        apart = budget is not None and any(
            name == source and other != budget.currency for name, other in self._borne
        )
        own = budget if budget and budget.currency == currency else None
        left = own.amount - sums.total if own and sums and not apart else None

        def shown(amount: Decimal | None) -> str | None:
            return None if amount is None else written(amount, currency)

        return SourceOfYear(
            source=source,
            services=tuple(_named(e) for e in self._services if e.id in borne.services),
            currency=currency,
            months=tuple(self._months(borne, currency, failed)),
            charged=shown(sums.charged if sums else None),
            expected=shown(sums.expected if sums else None),
            credit=shown(sums.credit if sums else None),
            total=shown(sums.total if sums else None),
            budget=shown(own.amount if own else None),
            budget_id=own.id if own else None,
            left=shown(left),
            verdict="not_converted" if sums and apart else _verdict(source, sums, left),
            illustrative=borne.illustrative or bool(own and own.illustrative),
        )

    def _months(self, borne: _Borne, currency: str, failed: set[int]) -> Iterator[MonthOfSource]:
        for number in range(1, MONTHS + 1):
            amount = borne.months.get(number, NOTHING)
            yield MonthOfSource(
                month=str(Month(self._year, number)),
                amount=None if number in failed else written(amount, currency),
                expected=self._is_expected(number),
            )

    def _is_expected(self, number: int) -> bool:
        return Month(self._year, number).days[-1] >= self._today

    def _sums(self, borne: _Borne) -> _Sums:
        to_come = [amount for number, amount in borne.months.items() if self._is_expected(number)]
        expected = sum(to_come, NOTHING)
        return _Sums(sum(borne.months.values(), NOTHING) - expected, expected, borne.credit)

    def _unpriced(self, months: Iterable[Month]) -> Iterator[UnpricedInYear]:
        days: defaultdict[str, int] = defaultdict(int)
        for month in months:
            for each in self._prices.list.unpriced(list(self._prices.offered), month):
                days[each.offering] += len(each.days)
        for name, count in days.items():
            called = self._prices.offered[name].offering.name
            yield UnpricedInYear(offering=name, name=called, days=count)


@dataclass(frozen=True)
class _Sums:
    """A source in a year: what is over, what is expected, and what was credited."""

    charged: Decimal
    expected: Decimal
    credit: Decimal

    @property
    def total(self) -> Decimal:
        return self.charged + self.expected - self.credit


def _named(service: Service) -> NamedService:
    return NamedService(service=service.id, name=service.name)


def _verdict(source: str, sums: _Sums | None, left: Decimal | None) -> Verdict:
    if sums is None:
        return "not_computed"
    if source == UNSPECIFIED:
        return "no_source"
    if left is None:
        return "no_budget"
    return "exceeded" if left < 0 else "covered"
