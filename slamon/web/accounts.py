"""What the web room asks of money: tariffs, charges, costs and comparisons."""

from __future__ import annotations

from typing import Protocol

from catalogue.exchange import RateKind
from catalogue.months import Month
from slamon.views.answers import TariffLine
from slamon.views.budgeted import BudgetYear
from slamon.views.charged import Charges
from slamon.views.comparison import OffersCompared
from slamon.views.hourly import CostAnswer
from slamon.views.tariffed import TariffDetail


class Accounts(Protocol):
    """The read side of money."""

    def tariffs(self) -> tuple[TariffLine, ...]:
        """All tariffs with their state."""

    def tariff(self, tariff: str) -> TariffDetail | None:
        """One tariff in full; None where there is none of that id."""

    def budget_year(self, year: int, now: int, kind: RateKind | None) -> BudgetYear:
        """A calendar year by funding source, converted by the rates of one kind where one is named."""

    def comparison(
        self, left: str, right: str, month: Month, kind: RateKind
    ) -> OffersCompared | None:
        """Two offers for the same need, by the rates of one kind; None where one is of no known party.

        Raises: ChargeError where it cannot be computed.
        """

    def cost(self, agreement: str, objective: str, month: Month, now: int) -> CostAnswer | None:
        """What an available hour of a service cost; None where there is no such agreement.

        Raises: NoHoursError where the objective counts no available time of this month.
        """

    def costs(self, provider: str, month: Month, now: int) -> tuple[CostAnswer, ...]:
        """What an available hour of each service of a provider cost, by each objective that counts it."""

    def charges(self, provider: str, month: Month) -> Charges | None:
        """What a provider charges for a month; None where there is no such party.

        Raises: ChargeError where it cannot be computed.
        """
