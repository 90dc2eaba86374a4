"""What there is to charge by: tariffs, quantities, and the services that offerings belong to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property

from catalogue.charging import ChargeLine, PriceList
from catalogue.invoicing import Invoice, invoices
from catalogue.months import Month
from catalogue.services import Offering, Service
from catalogue.tariffs import Quantity, Tariff
from slamon.views.promised import Promises


@dataclass(frozen=True)
class Offered:
    """An offering and the service it can be ordered of."""

    service: Service
    offering: Offering


class Prices:
    """The tariffs and quantities of the catalogue as an answer needs them."""

    def __init__(self, held: Promises) -> None:
        self.held = held
        self.tariffs = tuple(held.of(Tariff))
        self.quantities = tuple(held.of(Quantity))
        self._lines: dict[tuple[str, Month], tuple[ChargeLine, ...]] = {}

    @cached_property
    def list(self) -> PriceList:
        """The prices that are charged."""
        return PriceList(self.tariffs, self.quantities)

    @cached_property
    def offered(self) -> dict[str, Offered]:
        """The offerings of all services by their ids."""
        return {
            offering.id: Offered(service, offering)
            for service in self.held.of(Service)
            for offering in service.offerings
        }

    def tariff(self, name: str) -> Tariff:
        """A tariff that is known to be there."""
        return self.held.need(Tariff, name)

    def lines(self, provider: str, month: Month) -> tuple[ChargeLine, ...]:
        """What the tariffs of a provider make in a month.

        Raises:
            ChargeError: it cannot be computed.

        """
        key = provider, month
        if key not in self._lines:
            self._lines[key] = self.list.charged(provider, month)
        return self._lines[key]

    def invoices(self, provider: str, month: Month) -> tuple[Invoice, ...]:
        """The invoices of a provider for a month, one a currency.

        Raises:
            ChargeError: it cannot be computed.

        """
        return invoices(provider, month, self.lines(provider, month), self.tariffs)

    def of_service(
        self, service: Service, month: Month, days: Container[dt.date]
    ) -> tuple[ChargeLine, ...]:
        """The lines of a service on some days of a month.

        Raises:
            ChargeError: they cannot be computed.

        """
        whole = all(day in days for day in month.days)
        lines = (
            self.lines(service.provider, month)
            if whole
            else self.list.charged(service.provider, month, days)
        )
        own = {offering.id for offering in service.offerings}
        return tuple(each for each in lines if each.offering in own)
