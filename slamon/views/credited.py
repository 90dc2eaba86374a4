"""Service credits in money: what the breaches of a service in a month are worth, by its charges of that month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import Connection, select

from catalogue.agreements import Agreement
from catalogue.charging import ChargeError, ErrorCode
from catalogue.money import written
from catalogue.months import Month
from catalogue.remedies import Credit
from catalogue.services import Service
from slamon.sla.credits import Amount, CreditTerms, Limit, credit_amount, credit_ratio, credit_terms
from slamon.views import kept
from slamon.views.answers import Answer, BreachDetail, ReviewStatus
from slamon.views.priced import Prices
from slamon.views.promised import promises
from slamon.views.remedied import figure_for, percent_of, remedy_of
from slamon.views.tables import breach

EARNING: tuple[ReviewStatus, ...] = ("open", "upheld")


class Uncomputed(Answer):
    """Why a figure cannot be computed: the kind of error, and what is wrong."""

    code: ErrorCode
    message: str


class CreditedBreach(Answer):
    """What a breach adds: the percent of the tier that its exact figure falls into, before any cap."""

    breach: str
    objective: str
    status: ReviewStatus
    percent: str


class Worth(Answer):
    """A credit: the exact amount before it was rounded, the amount, and what bounded it."""

    exact: str
    amount: str
    bounded_by: tuple[Limit, ...]


class CreditSum(Answer):
    """The credit of a service for a month, in the currency of its charges.

    `base` are its recurring charges and those for usage, on the days on which the agreement is in force, before
    surcharges; 0 where the invoice was `absorbed`. `granted` follows from the breaches that were upheld, `would_be`
    is what it came to if the open ones were upheld as well; null where none is open.
    """

    currency: str
    base: str
    absorbed: bool
    granted_before: str
    granted: Worth
    would_be: Worth | None


class ServiceCredit(Answer):
    """The breaches of a service under an agreement in a month, and the credit that follows.

    There is no `sum` where nothing is charged for the service, or where `error` says why it cannot be computed.
    """

    agreement: str
    service: str
    service_name: str
    provider: str
    funding_source: str
    month: str
    breaches: tuple[CreditedBreach, ...]
    sum: CreditSum | None
    error: Uncomputed | None


class BreachInMoney(BreachDetail):
    """A breach with the credit of its service and month; null where it earns none, or none by the month."""

    credit: ServiceCredit | None = None


def in_money(connection: Connection, detail: BreachDetail) -> BreachInMoney:
    """A breach with the credit of its service and month, where it stands or waits for its review."""
    found = BreachInMoney.model_validate(dict(detail))
    line, month, figure = detail.line, _month(detail.line.period), detail.holds
    if month is None or line.status not in EARNING or figure is None:
        return found
    if not isinstance(remedy_of(figure), Credit):
        return found
    due = Credits(connection, Prices(promises(connection)), month.year)
    credit = due.of_service(line.agreement, line.service, month)
    return found.model_copy(update={"credit": credit})


def uncomputed(wrong: ChargeError) -> Uncomputed:
    """Tell of an error as answers do."""
    return Uncomputed(code=wrong.code, message=str(wrong))


@dataclass(frozen=True)
class _Found:
    """A breach that stands or waits for its review: the terms of its credit, and the share that its tier gives."""

    breach: str
    agreement: str
    service: str
    objective: str
    status: ReviewStatus
    month: Month
    terms: CreditTerms
    ratio: Fraction


class Credits:
    """The breaches of a calendar year that earn credits by the month, as an answer needs them."""

    def __init__(self, connection: Connection, prices: Prices, year: int) -> None:
        self._prices = prices
        self._sums: dict[tuple[str, str, Month], CreditSum | None] = {}
        self._found: defaultdict[tuple[str, str], list[_Found]] = defaultdict(list)
        for each in _found(connection, year):
            self._found[each.agreement, each.service].append(each)

    def of_provider(self, provider: str, month: Month) -> tuple[ServiceCredit, ...]:
        """The credits of the services of a provider for a month, by agreement and service."""
        names = sorted(
            (agreement, service)
            for (agreement, service), breaches in self._found.items()
            if self._service(service).provider == provider
            and any(each.month == month for each in breaches)
        )
        return tuple(self.of_service(*name, month) for name in names)

    def of_service(self, agreement: str, service: str, month: Month) -> ServiceCredit:
        """The credit of a service under an agreement for a month; without a breach it is one of nothing."""
        known = self._service(service)
        error = found = None
        try:
            found = self._sum(agreement, known, month)
        except ChargeError as wrong:
            error = uncomputed(wrong)
        return ServiceCredit(
            agreement=agreement,
            service=service,
            service_name=known.name.en,
            provider=known.provider,
            funding_source=known.funding_source,
            month=str(month),
            breaches=tuple(map(_breach, self._of(agreement, service, month))),
            sum=found,
            error=error,
        )

    def granted(self, agreement: str, service: str, month: Month) -> Decimal:
        """What is credited for a service under an agreement and a month.

        Raises:
            ChargeError: it cannot be computed.

        """
        if not self._of(agreement, service, month):
            return Decimal(0)
        found = self._sum(agreement, self._service(service), month)
        return Decimal(found.granted.amount) if found else Decimal(0)

    def _service(self, name: str) -> Service:
        return self._prices.held.once_held(Service, name)

    def _of(self, agreement: str, service: str, month: Month) -> list[_Found]:
        return [each for each in self._found[agreement, service] if each.month == month]

    def _sum(self, agreement: str, service: Service, month: Month) -> CreditSum | None:
        key = agreement, service.id, month
        if key not in self._sums:
            self._sums[key] = self._summed(agreement, service, month)
        return self._sums[key]

    def _summed(self, agreement: str, service: Service, month: Month) -> CreditSum | None:
        base = self._base(agreement, service, month)
        if base is None:
            return None
        currency, absorbed, charged = base
        before = self._granted_before(agreement, service, month, currency)
        breaches = self._of(agreement, service.id, month)
        upheld = [each for each in breaches if each.status == "upheld"]

        def worth(earning: Sequence[_Found]) -> Worth:
            return _worth(_amount(earning, charged, currency, before))

        return CreditSum(
            currency=currency,
            base=written(charged, currency),
            absorbed=absorbed,
            granted_before=written(before, currency),
            granted=worth(upheld),
            would_be=worth(breaches) if len(upheld) < len(breaches) else None,
        )

    def _base(
        self, agreement: str, service: Service, month: Month
    ) -> tuple[str, bool, Decimal] | None:
        """The currency, whether the invoice was absorbed, and the base; None where no line charges the service."""
        terms = self._prices.held.once_held(Agreement, agreement)
        days = frozenset(day for day in month.days if terms.is_in_force_on(day))
        lines = [
            each for each in self._prices.of_service(service, month, days) if each.ordered is None
        ]
        currency = only_currency((each.currency for each in lines), service.id, str(month))
        if currency is None:
            return None
        absorbed = any(
            each.absorbed
            for each in self._prices.invoices(service.provider, month)
            if each.currency == currency
        )
        amounts = (each.amount for each in lines)
        return currency, absorbed, Decimal(0) if absorbed else sum(amounts, Decimal(0))

    def _granted_before(
        self, agreement: str, service: Service, month: Month, currency: str
    ) -> Decimal:
        """What was granted for earlier months of the same calendar year."""
        earlier = sorted(
            {
                each.month.number
                for each in self._found[agreement, service.id]
                if each.month.number < month.number and each.status == "upheld"
            }
        )
        granted = [self._sum(agreement, service, Month(month.year, each)) for each in earlier]
        sums = [each for each in granted if each is not None]
        currencies = (currency, *(each.currency for each in sums))
        only_currency(currencies, service.id, str(month.year))
        return sum((Decimal(each.granted.amount) for each in sums), Decimal(0))


def _found(connection: Connection, year: int) -> Iterator[_Found]:
    rows = connection.execute(
        select(breach)
        .where(breach.c.status.in_(EARNING), breach.c.label.startswith(f"{year:04}-"))
        .order_by(breach.c.label, breach.c.breach)
    )
    for row in rows.all():
        figure = kept.newest_figure(connection, row.agreement, row.label, row.objective)
        remedy = remedy_of(figure) if figure else None
        month = _month(row.label)
        if figure is None or month is None or not isinstance(remedy, Credit):
            continue
        terms = credit_terms(remedy)
        yield _Found(
            breach=row.breach,
            agreement=row.agreement,
            service=figure.service,
            objective=row.objective,
            status=row.status,
            month=month,
            terms=terms,
            ratio=credit_ratio(terms.tiers, figure_for(remedy, figure), terms.round_pct),
        )


def _month(label: str) -> Month | None:
    """A calendar month; None where the period is another one, by which nothing is charged."""
    try:
        return Month.named(label)
    except ValueError:
        return None


def _amount(earning: Sequence[_Found], base: Decimal, currency: str, before: Decimal) -> Amount:
    """The credit of some breaches; caps and minimum are equal on all of them."""
    terms = earning[0].terms if earning else CreditTerms(())
    ratios = [each.ratio for each in earning]
    return credit_amount(ratios, Fraction(base), terms, currency, Fraction(before))


def _worth(found: Amount) -> Worth:
    return Worth(exact=str(found.exact), amount=str(found.amount), bounded_by=found.bounded_by)


def _breach(found: _Found) -> CreditedBreach:
    return CreditedBreach(
        breach=found.breach,
        objective=found.objective,
        status=found.status,
        percent=percent_of(found.ratio),
    )


def only_currency(found: Iterable[str], what: str, when: str) -> str | None:
    """The one currency of some amounts, None where there are none.

    Raises:
        ChargeError: `mixed_currency`, there are two, which are never added.

    """
    currencies = list(dict.fromkeys(found))
    if len(currencies) > 1:
        message = f"{what} is charged in {' and '.join(currencies)} in {when}"
        raise ChargeError("mixed_currency", message)
    return currencies[0] if currencies else None
