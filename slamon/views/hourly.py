"""What an available hour of a service cost in a month: its charges less its credit, by the time it was available."""

from __future__ import annotations

from collections.abc import Iterator

from catalogue.agreements import Agreement
from catalogue.charging import ChargeError
from catalogue.funding import shares
from catalogue.instants import InstantError
from catalogue.money import written
from catalogue.months import Month
from catalogue.objectives import Objective
from catalogue.periods import Period
from catalogue.services import Service
from slamon.sla.hourly import cost_per_hour, shown
from slamon.sla.judgement import Basis, ObjectiveJudgement
from slamon.views import periods
from slamon.views.answers import Answer
from slamon.views.credited import Credits, Uncomputed, only_currency, uncomputed
from slamon.views.judging import Frame
from slamon.views.priced import Prices

TIMED = frozenset({"availability", "reliability"})


class CostAnswer(Answer):
    """What an available hour of a service cost in a month, by the time of one objective that was available.

    `lines` are all charges of the service, `surcharges` its share of those on the invoice, `credit` what was granted.
    `per_hour` has four decimals, `exact` is the fraction; both are null where the service was never available, where
    nothing is charged for it, or where `error` says why it cannot be computed.
    """

    agreement: str
    objective: str
    service: str
    service_name: str
    month: str
    available_us: int
    provisional: bool
    basis: Basis
    currency: str | None = None
    lines: str | None = None
    surcharges: str | None = None
    credit: str | None = None
    cost: str | None = None
    per_hour: str | None = None
    exact: str | None = None
    absorbed: bool = False
    error: Uncomputed | None = None


class NoHoursError(Exception):
    """An objective has no available hours of a month; the message says why."""


class Hourly:
    """The costs per hour of a month, as an answer needs them."""

    def __init__(self, frame: Frame, month: Month) -> None:
        self._frame = frame
        self._month = month
        self._prices = Prices(frame.held)
        self._credits = Credits(frame.connection, self._prices, month.year)

    def of_objective(self, agreement: Agreement, objective: str) -> CostAnswer:
        """The cost by one objective of an agreement.

        Raises:
            NoHoursError: it counts no time by the month, or the agreement does not hold in this one.

        """
        timed = {each.id: each for each in _timed(agreement)}
        if objective not in timed:
            known = ", ".join(timed) or "none of them"
            message = f"{agreement.id} counts available time by the month for {known}, not for {objective}"
            raise NoHoursError(message)
        try:
            period = agreement.period_held(str(self._month))
        except InstantError as wrong:
            raise NoHoursError(str(wrong)) from None
        figures = periods.judge_period(self._frame, agreement.id, period)
        found = next(each for each in figures if each.objective == objective)
        return self._cost(agreement, timed[objective], found)

    def of_provider(self, provider: str) -> Iterator[CostAnswer]:
        """The costs by all objectives about services of a provider that count available time by the month."""
        own = {each.id for each in self._frame.held.of(Service) if each.provider == provider}
        for agreement in self._frame.held.of(Agreement):
            objectives = [each for each in _timed(agreement) if each.service in own]
            period = _held(agreement, self._month) if objectives else None
            if period is None:
                continue
            judged = {
                each.objective: each
                for each in periods.judge_period(self._frame, agreement.id, period)
            }
            for each in objectives:
                yield self._cost(agreement, each, judged[each.id])

    def _cost(
        self, agreement: Agreement, objective: Objective, figure: ObjectiveJudgement
    ) -> CostAnswer:
        service = self._frame.held.need(Service, objective.service)
        answer = CostAnswer(
            agreement=agreement.id,
            objective=objective.id,
            service=service.id,
            service_name=service.name.en,
            month=str(self._month),
            available_us=available(objective, figure),
            provisional=figure.provisional,
            basis=figure.basis,
        )
        try:
            return self._charged(answer, service)
        except ChargeError as wrong:
            return answer.model_copy(update={"error": uncomputed(wrong)})

    def _charged(self, answer: CostAnswer, service: Service) -> CostAnswer:
        bearer = {name: each.service.id for name, each in self._prices.offered.items()}
        invoices = [
            each
            for each in self._prices.invoices(service.provider, self._month)
            if any(bearer[line.offering] == service.id for line in each.lines)
        ]
        currency = only_currency((each.currency for each in invoices), service.id, answer.month)
        if currency is None:
            return answer
        (invoice,) = invoices
        share = shares(invoice, bearer)[service.id]
        credit = self._credits.granted(answer.agreement, service.id, self._month)
        cost = share.total - credit
        exact = cost_per_hour(cost, answer.available_us)
        return answer.model_copy(
            update={
                "currency": currency,
                "lines": written(share.net, currency),
                "surcharges": written(share.surcharges, currency),
                "credit": written(credit, currency),
                "cost": written(cost, currency),
                "per_hour": None if exact is None else shown(exact),
                "exact": None if exact is None else str(exact),
                "absorbed": invoice.absorbed,
            }
        )


def available(objective: Objective, figure: ObjectiveJudgement) -> int:
    """The agreed time (µs) in which a service was available; down and unknown time is not, whatever excuses it.

    Where terms changed inside of the month, the time that each part counted as good is added.
    """
    if figure.parts:
        return sum(each.measured.good for each in figure.parts if each.measured)
    states = ("up",) if objective.degraded == "unavailable" else ("up", "degraded")
    counted = (figure.tally.get(f"{each}_us", 0) for each in states)
    excused = (figure.tally.get(f"excused_{each}_us", 0) for each in states)
    return sum(counted) + sum(excused)


def _timed(agreement: Agreement) -> Iterator[Objective]:
    for each in agreement.objectives:
        if each.indicator in TIMED and each.period == "calendar_month":
            yield each


def _held(agreement: Agreement, month: Month) -> Period | None:
    try:
        return agreement.period_held(str(month)) if agreement.binding else None
    except InstantError:
        return None
