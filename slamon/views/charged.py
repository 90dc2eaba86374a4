"""What a provider charges for a month: its invoices line by line, and the days that no tariff prices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from pydantic import Field
from sqlalchemy import Connection

from catalogue.charging import MONTHLY, ChargeLine, Segment, Unpriced, in_a_row, price
from catalogue.funding import shares
from catalogue.invoicing import Invoice, SurchargeLine
from catalogue.money import written
from catalogue.months import Month
from catalogue.parties import Party
from catalogue.services import UNSPECIFIED, Service
from catalogue.tariffs import Line, Tariff
from slamon.views.answers import Answer
from slamon.views.credited import Credits, ServiceCredit
from slamon.views.priced import Offered, Prices
from slamon.views.promised import promises


class SegmentLine(Answer):
    """Days in a row with one quantity, both ends included; `price` is that of the quantity for a charge period."""

    from_: str = Field(alias="from")
    to: str
    days: int
    quantity: int
    price: str


class ChargedLine(Answer):
    """One line of an invoice; `exact` and what is `free` of it are fractions, the `amount` is rounded once.

    `unit_price` is null where prices stand in tiers, `charge_period` (ISO 8601) for an order.
    """

    tariff: str
    line: str
    offering: str
    name: str
    service: str
    unit: str
    unit_price: str | None
    charge_period: str | None
    ordered: str | None
    quantity: int | None
    segments: tuple[SegmentLine, ...]
    exact: str
    free: str
    amount: str


class SurchargedLine(Answer):
    """A percentage on the net of the tariff that carries it."""

    tariff: str
    surcharge: str
    name: str
    rate: str
    net: str
    amount: str


class FundingTotal(Answer):
    """What a funding source bears of an invoice: the lines of its services, its shares of the surcharges.

    `left` is the total less the credits granted to its services; both are null where a credit cannot be computed.
    """

    source: str
    services: tuple[str, ...]
    net: str
    surcharges: str
    total: str
    credit: str | None
    left: str | None


class InvoiceAnswer(Answer):
    """An invoice; where it is `absorbed`, nothing is payable: its total does not exceed `limit`."""

    currency: str
    lines: tuple[ChargedLine, ...]
    net: str
    surcharges: tuple[SurchargedLine, ...]
    total: str
    absorbed: bool
    payable: str
    limit: str | None
    funding: tuple[FundingTotal, ...]
    illustrative: bool


class UnpricedDays(Answer):
    """Days in a row on which an offering was used and no tariff says what it costs."""

    offering: str
    name: str
    from_: str = Field(alias="from")
    to: str


class Charges(Answer):
    """What a provider charges for a month, one invoice a currency, and what breaches of that month are worth.

    `without_source` are the services of the provider for which no funding source is named.
    """

    provider: str
    name: str
    month: str
    days: int
    invoices: tuple[InvoiceAnswer, ...]
    credits: tuple[ServiceCredit, ...]
    unpriced: tuple[UnpricedDays, ...]
    without_source: tuple[str, ...]


def charges(connection: Connection, provider: str, month: Month) -> Charges | None:
    """What a provider charges for a month, and credits; None where there is no such party.

    Raises:
        ChargeError: a quantity is missing, or two tariffs price the same day.

    """
    held = promises(connection)
    party = held.get(Party, provider)
    if party is None:
        return None
    prices = Prices(held)
    own = [each for each in held.of(Service) if each.provider == provider]
    credits_due = Credits(connection, prices, month.year).of_provider(provider, month)
    return Charges(
        provider=provider,
        name=party.name.en,
        month=str(month),
        days=month.length,
        invoices=tuple(
            _invoice(each, prices, credits_due) for each in prices.invoices(provider, month)
        ),
        credits=credits_due,
        unpriced=tuple(
            row
            for each in prices.list.unpriced(
                [offering.id for service in own for offering in service.offerings], month
            )
            for row in _unpriced(each, prices.offered)
        ),
        without_source=tuple(each.id for each in own if each.funding_source == UNSPECIFIED),
    )


def _invoice(found: Invoice, prices: Prices, credits_due: Iterable[ServiceCredit]) -> InvoiceAnswer:
    used = {each.tariff: prices.tariff(each.tariff) for each in found.lines}
    labels = labels_of(used)
    return InvoiceAnswer(
        currency=found.currency,
        lines=tuple(_line(each, prices) for each in found.lines),
        net=written(found.net, found.currency),
        surcharges=tuple(surcharged_line(each, labels) for each in found.surcharges),
        total=written(found.total, found.currency),
        absorbed=found.absorbed,
        payable=written(found.payable, found.currency),
        limit=_limit(found, used),
        funding=tuple(_funding(found, prices, credits_due)),
        illustrative=any(each.illustrative for each in used.values()),
    )


def labels_of(tariffs: Mapping[str, Tariff]) -> dict[tuple[str, str], str]:
    """How the surcharges of tariffs are called, by tariff and surcharge."""
    return {
        (name, each.id): each.label.en
        for name, known in tariffs.items()
        for each in known.surcharges
    }


def surcharged_line(found: SurchargeLine, labels: Mapping[tuple[str, str], str]) -> SurchargedLine:
    """A surcharge as answers show it."""
    return SurchargedLine(
        tariff=found.tariff,
        surcharge=found.surcharge,
        name=labels.get((found.tariff, found.surcharge), found.surcharge),
        rate=str(found.rate),
        net=str(found.net),
        amount=str(found.amount),
    )


def _limit(found: Invoice, used: Mapping[str, Tariff]) -> str | None:
    """Up to which total an invoice is not paid; None where every invoice is."""
    limit = used[found.last_charged].de_minimis
    return str(limit.amount) if limit else None


def _funding(
    found: Invoice, prices: Prices, credits_due: Iterable[ServiceCredit]
) -> Iterator[FundingTotal]:
    """The totals of an invoice by funding source, which add up to it, and what is credited to each."""
    source = {name: each.service.funding_source for name, each in prices.offered.items()}
    for name, share in shares(found, source).items():
        own = [each for each in credits_due if each.funding_source == name]
        granted = [each.sum for each in own if each.sum and each.sum.currency == found.currency]
        credit = sum((Decimal(each.granted.amount) for each in granted), Decimal(0))
        failed = any(each.error for each in own)
        yield FundingTotal(
            source=name,
            services=tuple(
                dict.fromkeys(
                    prices.offered[each.offering].service.id
                    for each in found.lines
                    if source[each.offering] == name
                )
            ),
            net=written(share.net, found.currency),
            surcharges=written(share.surcharges, found.currency),
            total=written(share.total, found.currency),
            credit=None if failed else written(credit, found.currency),
            left=None if failed else written(share.total - credit, found.currency),
        )


def _line(line: ChargeLine, prices: Prices) -> ChargedLine:
    offered = prices.offered[line.offering]
    terms = next(each for each in prices.tariff(line.tariff).lines if each.id == line.line)
    return ChargedLine(
        tariff=line.tariff,
        line=line.line,
        offering=line.offering,
        name=offered.offering.name.en,
        service=offered.service.id,
        unit=line.unit,
        unit_price=None if terms.amount is None else str(terms.amount),
        charge_period=None if line.ordered else terms.charge_period or MONTHLY,
        ordered=line.ordered.isoformat() if line.ordered else None,
        quantity=line.quantity,
        segments=tuple(_segment(each, terms) for each in line.segments),
        exact=str(line.exact),
        free=str(line.free),
        amount=str(line.amount),
    )


def _segment(segment: Segment, terms: Line) -> SegmentLine:
    return SegmentLine(
        from_=segment.first.isoformat(),
        to=segment.last.isoformat(),
        days=segment.days,
        quantity=segment.quantity,
        price=str(price(terms, segment.quantity)),
    )


def _unpriced(found: Unpriced, known: Mapping[str, Offered]) -> Iterator[UnpricedDays]:
    name = known[found.offering].offering.name.en
    for first, last in in_a_row(found.days):
        yield UnpricedDays(
            offering=found.offering, name=name, from_=first.isoformat(), to=last.isoformat()
        )
