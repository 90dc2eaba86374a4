"""What can be ordered of a service, and what it costs on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from catalogue.charging import ChargeError, PriceList
from catalogue.document import Text3
from catalogue.services import Offering, Service
from catalogue.tariffs import Quantity, Tariff
from slamon.views.answers import Answer
from slamon.views.promised import Promises


class OfferingLine(Answer):
    """An offering with its price on a day; a draft prices what no published tariff does, and is named as one.

    `amount` is exact, in the currency (ISO 4217), per unit and `charge_period` (ISO 8601; null for an order); null
    where the price has tiers or there is none.
    """

    offering: str
    name: Text3
    unit: str
    comparable_to: tuple[str, ...]
    amount: str | None = None
    tiers: bool = False
    currency: str | None = None
    charge_period: str | None = None
    tariff: str | None = None
    tariff_name: Text3 | None = None
    tariff_state: str | None = None


def offerings(held: Promises, service: Service, day: dt.date) -> Iterator[OfferingLine]:
    """The offerings of a service with their prices on a day."""
    prices = PriceList(held.of(Tariff), held.of(Quantity), comparison=True)
    for offering in service.offerings:
        yield _line(offering, prices, day)


def _line(offering: Offering, prices: PriceList, day: dt.date) -> OfferingLine:
    bare = OfferingLine(
        offering=offering.id,
        name=offering.name,
        unit=offering.unit,
        comparable_to=offering.comparable_to,
    )
    try:
        found = prices.priced(offering.id, day)
    except ChargeError:  # two prices on a day: the page of its charges says so
        found = None
    if found is None:
        return bare
    tariff, line = found
    return bare.model_copy(
        update={
            "amount": None if line.amount is None else str(line.amount),
            "tiers": bool(line.tiers),
            "currency": tariff.currency,
            "charge_period": line.charge_period,
            "tariff": tariff.id,
            "tariff_name": tariff.name,
            "tariff_state": tariff.status,
        }
    )
