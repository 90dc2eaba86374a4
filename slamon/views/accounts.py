"""The read side of money: tariffs, charges, credits, costs and comparisons."""

from __future__ import annotations

from catalogue.agreements import Agreement
from catalogue.exchange import RateKind
from catalogue.instants import moment_of
from catalogue.months import Month
from catalogue.services import Service
from slamon.views import budgeted, charged, comparison, credited, kept, listings, tariffed
from slamon.views.answers import TariffLine
from slamon.views.budgeted import BudgetYear
from slamon.views.charged import Charges
from slamon.views.comparison import OffersCompared
from slamon.views.credited import BreachInMoney
from slamon.views.disputed import with_claims
from slamon.views.hourly import CostAnswer, Hourly
from slamon.views.offerings import OfferingLine, offerings
from slamon.views.promised import promises
from slamon.views.tariffed import TariffDetail
from slamon.views.watching import Watching


class Accounts(Watching):
    """Answers about money; each call sees one state."""

    def offerings(self, service: str, now: int) -> tuple[OfferingLine, ...]:
        """What can be ordered of a service, with its prices of the day (UTC); nothing where there is none."""
        with self._store.reading() as connection:
            held = promises(connection)
        found = held.get(Service, service)
        return tuple(offerings(held, found, moment_of(now).date())) if found else ()

    def breach(self, breach: str) -> BreachInMoney | None:
        """One breach with the figures fixed at close, its review, and what it is worth."""
        with self._store.reading() as connection:
            found = kept.breach_detail(connection, breach)
            if found is None:
                return None
            return credited.in_money(connection, with_claims(connection, found))

    def tariffs(self) -> tuple[TariffLine, ...]:
        """All tariffs with their state."""
        with self._store.reading() as connection:
            return listings.tariffs(promises(connection))

    def tariff(self, tariff: str) -> TariffDetail | None:
        """One tariff in full; None where there is none of that id."""
        with self._store.reading() as connection:
            return tariffed.tariff_in_full(promises(connection), tariff)

    def charges(self, provider: str, month: Month) -> Charges | None:
        """What a provider charges for a month; None where there is no such party.

        Raises:
            ChargeError: it cannot be computed.

        """
        with self._store.reading() as connection:
            return charged.charges(connection, provider, month)

    def budget_year(self, year: int, now: int, kind: RateKind | None) -> BudgetYear:
        """A calendar year by funding source, converted by the rates of one kind where one is named."""
        with self._store.reading() as connection:
            return budgeted.budget_year(connection, year, moment_of(now).date(), kind)

    def comparison(
        self, left: str, right: str, month: Month, kind: RateKind
    ) -> OffersCompared | None:
        """Two offers for the same need, by the rates of one kind; None where one is of no known party.

        Raises:
            ChargeError: it cannot be computed.

        """
        with self._store.reading() as connection:
            return comparison.offers_compared(promises(connection), left, right, month, kind)

    def cost(self, agreement: str, objective: str, month: Month, now: int) -> CostAnswer | None:
        """What an available hour of a service cost; None where there is no such agreement.

        Raises:
            NoHoursError: the objective counts no available time of this month.

        """
        with self._frame(now) as frame:
            found = frame.held.get(Agreement, agreement)
            return Hourly(frame, month).of_objective(found, objective) if found else None

    def costs(self, provider: str, month: Month, now: int) -> tuple[CostAnswer, ...]:
        """What an available hour of each service of a provider cost, by each objective that counts it."""
        with self._frame(now) as frame:
            return tuple(Hourly(frame, month).of_provider(provider))
