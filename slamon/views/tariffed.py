"""A tariff in full: each price, what is added, what it supersedes, and the quantities it is applied to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pydantic import Field

from catalogue.charging import CHARGED, MONTHLY
from catalogue.tariffs import Line, Quantity, Tariff
from slamon.views.answers import Answer
from slamon.views.listings import party_name
from slamon.views.priced import Offered, Prices
from slamon.views.promised import Promises
from slamon.views.words import Words


class TierLine(Answer):
    """A price per unit up to a quantity, which belongs to it; null = without end."""

    up_to: int | None
    amount: str


class FreeShareLine(Answer):
    """A percent of the charge of another offering, by which a line is lowered."""

    percent: str
    of: str
    name: str


class PriceLine(Answer):
    """A price of an offering; `charge_period` is an ISO 8601 duration, null for an order."""

    line: str
    offering: str
    name: str
    service: str
    service_name: str
    price_type: str
    charge_period: str | None
    unit: str
    amount: str | None
    tiers: tuple[TierLine, ...]
    tier_mode: str | None
    free_share: FreeShareLine | None


class SurchargeTerms(Answer):
    """A percentage on the net of this tariff."""

    surcharge: str
    name: str
    rate: str


class QuantityLine(Answer):
    """A quantity of an offering: a level from a day on, or an order on a day; `comparison` ones are never charged."""

    offering: str
    name: str
    quantity: int
    from_: str | None = Field(alias="from")
    ordered: str | None
    comparison: bool
    illustrative: bool


class TariffDetail(Answer):
    """A tariff in full. `charged_until` is its last day, also where a successor ends it."""

    tariff: str
    name: str
    provider: str
    provider_name: Words
    state: str
    list_kind: str | None
    currency: str | None
    valid_from: str | None
    valid_to: str | None
    charged_until: str | None
    supersedes: str | None
    superseded_by: str | None
    budget_line: str | None
    lines: tuple[PriceLine, ...]
    surcharges: tuple[SurchargeTerms, ...]
    de_minimis: str | None
    quantities: tuple[QuantityLine, ...]
    illustrative: bool


def tariff_in_full(held: Promises, name: str) -> TariffDetail | None:
    """A tariff; None where there is none of that name."""
    found = held.get(Tariff, name)
    if found is None:
        return None
    prices = Prices(held)
    valid = found.valid_for
    successor = next(
        (each.id for each in held.of(Tariff) if each.supersedes == name and each.status in CHARGED),
        None,
    )
    last = prices.list.last_day(found)
    return TariffDetail(
        tariff=found.id,
        name=found.name.en,
        provider=found.provider,
        provider_name=party_name(held, found.provider),
        state=found.status,
        list_kind=found.list_kind,
        currency=found.currency,
        valid_from=valid.from_.isoformat() if valid else None,
        valid_to=valid.to.isoformat() if valid and valid.to else None,
        charged_until=last.isoformat() if last else None,
        supersedes=found.supersedes,
        superseded_by=successor,
        budget_line=found.budget_line,
        lines=tuple(_price(each, prices) for each in found.lines),
        surcharges=tuple(
            SurchargeTerms(surcharge=each.id, name=each.label.en, rate=str(each.rate))
            for each in found.surcharges
        ),
        de_minimis=str(found.de_minimis.amount) if found.de_minimis else None,
        quantities=tuple(_quantities(found, prices)),
        illustrative=found.illustrative,
    )


def _price(line: Line, prices: Prices) -> PriceLine:
    offered = prices.offered[line.offering]
    share = line.free_share
    return PriceLine(
        line=line.id,
        offering=line.offering,
        name=offered.offering.name.en,
        service=offered.service.id,
        service_name=offered.service.name.en,
        price_type=line.price_type,
        charge_period=None if line.price_type == "one_time" else line.charge_period or MONTHLY,
        unit=line.unit,
        amount=str(line.amount) if line.amount is not None else None,
        tiers=tuple(TierLine(up_to=each.up_to, amount=str(each.amount)) for each in line.tiers),
        tier_mode=line.tier_mode,
        free_share=FreeShareLine(
            percent=str(share.percent),
            of=share.of,
            name=prices.offered[share.of].offering.name.en,
        )
        if share
        else None,
    )


def _quantities(tariff: Tariff, prices: Prices) -> Iterator[QuantityLine]:
    """The levels and orders of its offerings that a tariff is applied to, in order of days."""
    offerings = dict.fromkeys(each.offering for each in tariff.lines)
    valid, last = tariff.valid_for, prices.list.last_day(tariff)
    if valid is None:
        return
    for name in offerings:
        own = [each for each in prices.quantities if each.offering == name]
        for each in sorted(own, key=_day):
            over = any(_replaces(other, each) and _day(other) <= valid.from_ for other in own)
            begun = last is None or _day(each) <= last
            ordered_before = each.date is not None and each.date < valid.from_
            if begun and not over and not ordered_before:
                yield _quantity(each, prices.offered[name])


def _replaces(other: Quantity, level: Quantity) -> bool:
    """Whether a level ends another one."""
    if other.from_ is None or level.from_ is None:
        return False
    return other.use == level.use and level.from_ < other.from_


def _day(quantity: Quantity) -> dt.date:
    return quantity.from_ or quantity.date or dt.date.min


def _quantity(found: Quantity, offered: Offered) -> QuantityLine:
    return QuantityLine(
        offering=found.offering,
        name=offered.offering.name.en,
        quantity=found.quantity,
        from_=found.from_.isoformat() if found.from_ else None,
        ordered=found.date.isoformat() if found.date else None,
        comparison=found.use == "comparison",
        illustrative=found.illustrative,
    )
