"""What two providers ask for the same need in a month: pairs side by side, one currency, one difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from catalogue.charging import ChargeLine
from catalogue.comparing import Comparison, Side, compared
from catalogue.exchange import Rate, RateKind, Rates
from catalogue.money import written
from catalogue.months import Month
from catalogue.parties import Party
from catalogue.services import Service
from catalogue.tariffs import ExchangeRate
from slamon.views.answers import Answer
from slamon.views.charged import SurchargedLine, labels_of, surcharged_line
from slamon.views.priced import Offered, Prices
from slamon.views.promised import Promises


class OfferLine(Answer):
    """What one offering costs; `converted` is the amount in the currency of the left side."""

    offering: str
    name: str
    tariff: str
    line: str
    unit: str
    draft: bool
    amount: str
    converted: str


class Need(Answer):
    """Offerings of both sides that meet the same need; the difference is left less right."""

    left: tuple[OfferLine, ...]
    right: tuple[OfferLine, ...]
    difference: str


class ComparedSide(Answer):
    """One side: what its paired offerings cost in its own currency, surcharges included; `draft` in part or whole."""

    provider: str
    name: str
    currency: str
    draft: bool
    illustrative: bool
    surcharges: tuple[SurchargedLine, ...]
    surcharges_converted: tuple[str, ...]
    total: str
    converted: str


class RateUsed(Answer):
    """Units of a currency for one US dollar; the dollar itself has no effective day."""

    currency: str
    per_usd: str
    effective: str | None


class Unpaired(Answer):
    """An offering that is named and not summed."""

    offering: str
    name: str
    provider: str


class OffersCompared(Answer):
    """Two providers compared; the right side is converted by the rates of one kind on the last day of the month."""

    month: str
    charge_date: str
    rate_kind: RateKind
    currency: str
    left: ComparedSide
    right: ComparedSide
    rates: tuple[RateUsed, ...]
    needs: tuple[Need, ...]
    difference: str
    without_counterpart: tuple[Unpaired, ...]
    without_price: tuple[Unpaired, ...]


def offers_compared(
    held: Promises, left: str, right: str, month: Month, kind: RateKind
) -> OffersCompared | None:
    """Compare what two providers ask; None where one of them is no party.

    Raises:
        ChargeError: it cannot be computed.

    """
    parties = held.get(Party, left), held.get(Party, right)
    if parties[0] is None or parties[1] is None:
        return None
    prices = Prices(held)
    rates = Rates(held.of(ExchangeRate), kind)
    services = tuple(held.of(Service))
    found = compared((left, right), month, services, prices.tariffs, prices.quantities, rates)
    own = found.left.amounts
    lines = {
        **_lines(found.left, own, prices),
        **_lines(found.right, found.converted.amounts, prices),
    }
    alone = (*found.without_counterpart, *found.right_without_counterpart)
    return OffersCompared(
        month=str(month),
        charge_date=month.days[-1].isoformat(),
        rate_kind=kind,
        currency=found.left.currency,
        left=_side(found.left, parties[0], own, prices),
        right=_side(found.right, parties[1], found.converted.amounts, prices),
        rates=tuple(map(_rate, dict.fromkeys(found.converted.rates))),
        needs=tuple(_needs(found, lines)),
        difference=written(found.difference, found.left.currency),
        without_counterpart=tuple(_unpaired(each, prices.offered) for each in alone),
        without_price=tuple(_unpaired(each, prices.offered) for each in found.without_price),
    )


def _lines(side: Side, converted: Sequence[Decimal], prices: Prices) -> dict[str, list[OfferLine]]:
    """The lines of a side by offering; of the converted amounts those of the lines stand first."""
    lines: dict[str, list[OfferLine]] = {}
    for line, amount in zip(side.lines, converted, strict=False):
        lines.setdefault(line.offering, []).append(_line(line, amount, prices))
    return lines


def _line(line: ChargeLine, converted: Decimal, prices: Prices) -> OfferLine:
    return OfferLine(
        offering=line.offering,
        name=prices.offered[line.offering].offering.name.en,
        tariff=line.tariff,
        line=line.line,
        unit=line.unit,
        draft=prices.tariff(line.tariff).status == "draft",
        amount=str(line.amount),
        converted=str(converted),
    )


def _needs(found: Comparison, lines: Mapping[str, list[OfferLine]]) -> Iterator[Need]:
    for left, right in _together(found.pairs):
        sides = [[line for name in side for line in lines.get(name, ())] for side in (left, right)]
        sums = [sum((Decimal(each.converted) for each in side), Decimal(0)) for side in sides]
        difference = written(sums[0] - sums[1], found.left.currency)
        yield Need(left=tuple(sides[0]), right=tuple(sides[1]), difference=difference)


def _together(
    pairs: Iterable[tuple[str, str]],
) -> list[tuple[dict[str, None], dict[str, None]]]:
    """Put pairs that share an offering together, so that each offering stands in one row."""
    rows: list[tuple[dict[str, None], dict[str, None]]] = []
    for left, right in pairs:
        shared = [row for row in rows if left in row[0] or right in row[1]]
        rows = [row for row in rows if row not in shared]
        lefts = [*(name for row in shared for name in row[0]), left]
        rights = [*(name for row in shared for name in row[1]), right]
        rows.append((dict.fromkeys(lefts), dict.fromkeys(rights)))
    return rows


def _side(side: Side, party: Party, converted: Sequence[Decimal], prices: Prices) -> ComparedSide:
    used = {each.tariff: prices.tariff(each.tariff) for each in side.lines}
    labels = labels_of(used)
    return ComparedSide(
        provider=side.provider,
        name=party.name.en,
        currency=side.currency,
        draft=side.draft,
        illustrative=any(each.illustrative for each in used.values()),
        surcharges=tuple(surcharged_line(each, labels) for each in side.surcharges),
        surcharges_converted=tuple(str(each) for each in converted[len(side.lines) :]),
        total=written(side.total, side.currency),
        converted=str(sum(converted, Decimal(0))),
    )


def _rate(rate: Rate) -> RateUsed:
    return RateUsed(
        currency=rate.currency,
        per_usd=str(rate.per_usd),
        effective=rate.effective.isoformat() if rate.effective else None,
    )


def _unpaired(name: str, known: Mapping[str, Offered]) -> Unpaired:
    offered = known[name]
    return Unpaired(offering=name, name=offered.offering.name.en, provider=offered.service.provider)
