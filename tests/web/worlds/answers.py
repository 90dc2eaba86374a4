"""What the small world answers whatever is decided."""

# ruff: noqa: ARG002 - the world answers the same whenever and by whomever it is asked

from __future__ import annotations

from collections.abc import Mapping

from catalogue.charging import ChargeError
from catalogue.document import Text3
from catalogue.exchange import RateKind
from catalogue.months import Month
from slamon.ledger.proof import NotProvableError, Proof
from slamon.views.agenda import Agenda
from slamon.views.agents import AgentLine
from slamon.views.alarms import QuarantineLine
from slamon.views.announceable import Announceable
from slamon.views.answers import (
    CommitmentLine,
    ImportLine,
    OutageLine,
    ProbeLine,
    RecordLine,
    SealLine,
    ServiceSummary,
    TallyDay,
    TariffLine,
)
from slamon.views.attested import AttestationLine
from slamon.views.biography import Step, Versions
from slamon.views.budgeted import BudgetYear
from slamon.views.charged import Charges
from slamon.views.comparison import OffersCompared
from slamon.views.heard import ContactLine
from slamon.views.hourly import CostAnswer, NoHoursError
from slamon.views.hours import HoursLine, HoursMonth
from slamon.views.offerings import OfferingLine
from slamon.views.register import RegisterTold
from slamon.views.results import ObservationLine, ResultCount
from slamon.views.slottold import SlotTold
from slamon.views.tariffed import TariffDetail
from slamon.web.asking import AskedNow
from tests.web.worlds.declared import OFFER
from tests.web.worlds.money import BUDGET, CHARGES, COMPARED, COST, TARIFF
from tests.web.worlds.operations import AGENTS, ASIDE, HEARD, PROOF, SEAL
from tests.web.worlds.records import ATTESTATIONS, COMMITMENTS, RECORDS, STEPS, TARIFFS, VERSIONS
from tests.web.worlds.register import AGENDA, HOURS, HOURS_MONTH, OFFERINGS, PARTIES, REGISTER
from tests.web.worlds.services import MAIL, OUTAGES, PROBES, SERVICES
from tests.web.worlds.slots import ASKED, SLOT
from tests.web.worlds.times import HOUR

UNKNOWN_MONTH = Month(2026, 1)


class Answers:
    """Answers that no decision changes."""

    def services(self, now: int) -> tuple[ServiceSummary, ...]:
        return SERVICES

    def offerings(self, service: str, now: int) -> tuple[OfferingLine, ...]:
        return OFFERINGS

    def register(self, now: int) -> RegisterTold:
        return REGISTER

    def parties(self) -> tuple[tuple[str, Text3], ...]:
        return PARTIES

    def agenda(self, party: str, now: int) -> Agenda | None:
        return AGENDA if party == AGENDA.party else None

    def service_hours(self) -> tuple[HoursLine, ...]:
        return (HOURS,)

    def hours_month(self, name: str, label: str) -> HoursMonth | None:
        return HOURS_MONTH if name == HOURS.hours else None

    def tariffs(self) -> tuple[TariffLine, ...]:
        return TARIFFS

    def tariff(self, tariff: str) -> TariffDetail | None:
        known = any(line.tariff == tariff for line in TARIFFS)
        return TARIFF.model_copy(update={"tariff": tariff}) if known else None

    def charges(self, provider: str, month: Month) -> Charges | None:
        if month == UNKNOWN_MONTH:
            raise ChargeError("missing_quantity", "no quantity of <b>off-internet</b> is known")
        return CHARGES if provider == CHARGES.provider else None

    def comparison(
        self, left: str, right: str, month: Month, kind: RateKind
    ) -> OffersCompared | None:
        if kind != COMPARED.rate_kind:
            raise ChargeError("missing_rate", f"there is no rate of the kind {kind}")
        return COMPARED if {left, right} == {"unv", "unep-it-group"} else None

    def budget_year(self, year: int, now: int, kind: RateKind | None) -> BudgetYear:
        return BUDGET.model_copy(update={"year": year, "rate_kind": kind})

    def cost(self, agreement: str, objective: str, month: Month, now: int) -> CostAnswer | None:
        if agreement != COST.agreement:
            return None
        if objective != COST.objective:
            raise NoHoursError(f"{agreement} counts no time for {objective}")
        return COST

    def costs(self, provider: str, month: Month, now: int) -> tuple[CostAnswer, ...]:
        return (COST,)

    def commitments(self, now: int) -> tuple[CommitmentLine, ...]:
        return COMMITMENTS

    def attestations(self, now: int) -> tuple[AttestationLine, ...]:
        return ATTESTATIONS

    def records(
        self, kind: str | None, after: tuple[str, str] | None, limit: int
    ) -> tuple[RecordLine, ...]:
        return tuple(
            line
            for line in RECORDS
            if kind in {None, line.kind} and (after is None or (line.kind, line.id) > after)
        )[:limit]

    def record(self, kind: str, record: str) -> dict[str, object] | None:
        found = any((line.kind, line.id) == (kind, record) for line in RECORDS)
        return (
            {
                "terms": [{"version": 1, "name": {"en": "Record", "fr": "Fiche"}, "ends": None}],
                "withdrawn": False,
                "not_yet_interpreted": ["raci"],
            }
            if found
            else None
        )

    def biography(self, kind: str, record: str) -> tuple[Step, ...]:
        return STEPS if self.record(kind, record) else ()

    def compared(self, kind: str, record: str) -> Versions | None:
        return VERSIONS if self.record(kind, record) else None

    def written(self, kind: str, record: str) -> str | None:
        return f"{kind}s:\n- id: {record}\n" if self.record(kind, record) else None

    def tallies(
        self, agreement: str, objective: str | None, after_day: str | None, limit: int, now: int
    ) -> tuple[TallyDay, ...]:
        found = (
            TallyDay(
                agreement=agreement,
                objective=objective or "",
                day=cell.date,
                tally={"up_us": HOUR},
                basis=cell.basis,
            )
            for cell in MAIL.days
        )
        return tuple(day for day in found if after_day is None or day.day > after_day)[:limit]

    def observations(
        self, check: str | None, service: str | None, after: tuple[str, ...] | None, limit: int
    ) -> tuple[ObservationLine, ...]:
        found = (
            ObservationLine(
                check=name,
                location="loc-bonn",
                day=cell.date,
                first_at=f"{cell.date}T00:00:05Z",
                last_at=f"{cell.date}T23:59:05Z",
                count=1440,
                outcome="good",
                basis=cell.basis,
            )
            for cell in MAIL.days
            for name in ("prb-control", "prb-unv-mail")
        )
        keyed = ((line.day, line.check, line.location, line.first_at) for line in found)
        return tuple(
            ObservationLine(
                check=key[1],
                location=key[2],
                day=key[0],
                first_at=key[3],
                last_at=key[3],
                count=1440,
                outcome="good",
                basis="measured",
            )
            for key in keyed
            if (after is None or key > after) and check in {None, key[1]}
        )[:limit]

    def outages(
        self, service: str | None, after: str | None, limit: int, now: int
    ) -> tuple[OutageLine, ...]:
        return tuple(
            line
            for line in OUTAGES
            if service in {None, line.service}
            and (after is None or f"{line.from_} {line.agreement} {line.objective}" > after)
        )[:limit]

    def probes(self, now: int) -> tuple[ProbeLine, ...]:
        return PROBES

    def slot(
        self, probe: str, instant: int, now: int, location: str | None = None
    ) -> SlotTold | None:
        known = {line.probe for line in PROBES}
        return SLOT.model_copy(update={"probe": probe}) if probe in known else None

    def heard(self) -> Mapping[str, ContactLine]:
        return HEARD

    def ask(self, probe: str, actor: str) -> AskedNow:
        return ASKED.model_copy(update={"probe": probe})

    def results(self, check: str) -> tuple[ResultCount, ...]:
        if check != "prb-unv-mail":
            return ()
        return tuple(
            ResultCount(
                check=check,
                location="loc-bonn",
                basis=basis,
                first_day=first,
                last_day=last,
                outcomes={"good": good, "degraded": 0, "bad": bad, "inconclusive": 0},
            )
            for basis, first, last, good, bad in (
                ("simulated", "2026-08-25", "2026-10-12", 70_320, 240),
                ("measured", "2026-10-13", "2026-11-22", 47_884, 151),
            )
        )

    def imports(self) -> tuple[ImportLine, ...]:
        return (
            ImportLine(
                source="imp-editions",
                attribution="University of Bern, history of the monitor",
                licence="ODbL-1.0",
                services=tuple(f"svc-edition-{number:02}" for number in range(1, 34)),
            ),
        )

    def announceable(self) -> tuple[Announceable, ...]:
        return (OFFER,)

    def agents(self, now: int) -> tuple[AgentLine, ...]:
        return AGENTS

    def quarantine(self) -> tuple[QuarantineLine, ...]:
        return ASIDE

    def seals(self, after: int, limit: int) -> tuple[SealLine, ...]:
        return (SEAL,)[after : after + limit]

    def proof(self, position: int) -> Proof:
        if position == PROOF.fact.position:
            return PROOF
        message = f"there is no fact at position {position}"
        raise NotProvableError(message)
