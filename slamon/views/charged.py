"""What a provider charges for a month: its invoices line by line, and the days that no tariff prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import Field

from catalogue.charging import ChargeLine, Month, PriceList, Segment, Unpriced, in_a_row
from catalogue.invoicing import Invoice, invoices
from catalogue.parties import Party
from catalogue.services import Offering, Service
from catalogue.tariffs import Quantity, Tariff
from slamon.views.answers import Answer
from slamon.views.promised import Promises


class SegmentLine(Answer):
    """Days in a row with one quantity, both ends included."""

    from_: str = Field(alias="from")
    to: str
    days: int
    quantity: int


class ChargedLine(Answer):
    """One line of an invoice; `exact` and what is `free` of it are fractions, the `amount` is rounded once."""

    tariff: str
    line: str
    offering: str
    name: str
    service: str
    unit: str
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


class InvoiceAnswer(Answer):
    """An invoice; where it is `absorbed`, nothing is payable."""

    currency: str
    lines: tuple[ChargedLine, ...]
    net: str
    surcharges: tuple[SurchargedLine, ...]
    total: str
    absorbed: bool
    payable: str
    illustrative: bool


class UnpricedDays(Answer):
    """Days in a row on which an offering was used and no tariff says what it costs."""

    offering: str
    name: str
    from_: str = Field(alias="from")
    to: str


class Charges(Answer):
    """What a provider charges for a month, one invoice a currency."""

    provider: str
    name: str
    month: str
    days: int
    invoices: tuple[InvoiceAnswer, ...]
    unpriced: tuple[UnpricedDays, ...]


def charges(held: Promises, provider: str, month: Month) -> Charges | None:
    """What a provider charges for a month; None where there is no such party.

    Raises:
        ChargeError: a quantity is missing, or two tariffs price the same day.

    """
    party = held.get(Party, provider)
    if party is None:
        return None
    tariffs, quantities = tuple(held.of(Tariff)), tuple(held.of(Quantity))
    prices = PriceList(tariffs, quantities)
    known = {
        offering.id: _Offered(service, offering)
        for service in held.of(Service)
        for offering in service.offerings
    }
    lines = prices.charged(provider, month)
    own = [name for name, each in known.items() if each.service.provider == provider]
    return Charges(
        provider=provider,
        name=party.name.en,
        month=str(month),
        days=month.length,
        invoices=tuple(
            _invoice(each, known, {tariff.id: tariff for tariff in tariffs})
            for each in invoices(provider, month, lines, tariffs)
        ),
        unpriced=tuple(
            row for each in prices.unpriced(own, month) for row in _unpriced(each, known)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Offered:
    service: Service
    offering: Offering


def _invoice(
    found: Invoice, known: Mapping[str, _Offered], tariffs: Mapping[str, Tariff]
) -> InvoiceAnswer:
    used = dict.fromkeys(each.tariff for each in found.lines)
    labels = {(name, each.id): each.label.en for name in used for each in tariffs[name].surcharges}
    return InvoiceAnswer(
        currency=found.currency,
        lines=tuple(_line(each, known[each.offering]) for each in found.lines),
        net=str(found.net),
        surcharges=tuple(
            SurchargedLine(
                tariff=each.tariff,
                surcharge=each.surcharge,
                name=labels[each.tariff, each.surcharge],
                rate=str(each.rate),
                net=str(each.net),
                amount=str(each.amount),
            )
            for each in found.surcharges
        ),
        total=str(found.total),
        absorbed=found.absorbed,
        payable=str(found.payable),
        illustrative=any(tariffs[name].illustrative for name in used),
    )


def _line(line: ChargeLine, offered: _Offered) -> ChargedLine:
    return ChargedLine(
        tariff=line.tariff,
        line=line.line,
        offering=line.offering,
        name=offered.offering.name.en,
        service=offered.service.id,
        unit=line.unit,
        ordered=line.ordered.isoformat() if line.ordered else None,
        quantity=line.quantity,
        segments=tuple(map(_segment, line.segments)),
        exact=str(line.exact),
        free=str(line.free),
        amount=str(line.amount),
    )


def _segment(segment: Segment) -> SegmentLine:
    return SegmentLine(
        from_=segment.first.isoformat(),
        to=segment.last.isoformat(),
        days=segment.days,
        quantity=segment.quantity,
    )


def _unpriced(found: Unpriced, known: Mapping[str, _Offered]) -> Iterator[UnpricedDays]:
    name = known[found.offering].offering.name.en
    for first, last in in_a_row(found.days):
        yield UnpricedDays(
            offering=found.offering, name=name, from_=first.isoformat(), to=last.isoformat()
        )
