"""What the small world answers, with what was decided in it."""

# ruff: noqa: ARG002 - the world answers the same whenever and by whomever it is asked

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from catalogue.instants import InstantError, parse_instant
from slamon.sla.judgement import AsKnownAt, Judgement, ObjectiveJudgement
from slamon.views.answers import (
    AgreementSummary,
    BreachDecision,
    BreachLine,
    LedgerStatus,
    Overview,
    PeriodLine,
    ServiceDetail,
)
from slamon.views.credited import BreachInMoney
from slamon.views.declared import DeclarationLine
from slamon.views.explanation import Explanation
from slamon.views.finding import KINDS, Findings, Kind
from slamon.views.histories import FigureRestated, PeriodHistory, Restatement
from slamon.views.past import Moment, NotKnownError
from slamon.views.rulings import ExclusionLine
from slamon.views.silence import Silence
from slamon.views.told import FactInFull
from tests.web.worlds.agreements import EDITIONS, MOU, OLA, UNV
from tests.web.worlds.answers import Answers
from tests.web.worlds.declared import DECLARED, EXCLUSION
from tests.web.worlds.judgements import BREACH, BREACHED
from tests.web.worlds.money import CREDIT
from tests.web.worlds.operations import BURNS, PROOF, SEAL
from tests.web.worlds.rich import OUTAGE_COUNT, RICH, TICKETS, UNSURE
from tests.web.worlds.services import LATENCY, LATENCY_OVERALL, OUTAGES, PROBES, SERVICES
from tests.web.worlds.times import HOUR, NOVEMBER, NOW, OCTOBER, SEPTEMBER, TZ


class Reading(Answers):
    """Answers that tell of what was decided."""

    def __init__(self) -> None:
        self.steps = [
            BreachDecision(
                decision="found",
                at="2026-10-14T08:00:00Z",
                actor="it-consultant",
                reason=None,
                position=901,
            )
        ]
        self.at = 1_204
        self.closed: list[str] = []
        self.silent: tuple[Silence, ...] = ()
        self.declared = DECLARED
        self.announced: tuple[ExclusionLine, ...] = (EXCLUSION,)

    def overview(self, now: int) -> Overview:
        return Overview(
            now="2026-11-22T15:49:00Z",
            position=self.at,
            agreements=self.agreements(now),
            services=SERVICES,
            open_breaches=self.breaches("open"),
            outages=OUTAGES[::-1],
            burns=BURNS,
        )

    def checks(self, now: int, only: Collection[Kind] = KINDS) -> Findings:
        return Findings(now="2026-11-22T15:49:00Z", checked=tuple(only), findings=())

    def agreements(self, now: int) -> tuple[AgreementSummary, ...]:
        unv = UNV.model_copy(update={"closed_periods": (*UNV.closed_periods, *self.closed)})
        return (EDITIONS, MOU, OLA, unv)

    def agreement(self, agreement: str, now: int) -> AgreementSummary | None:
        return next((line for line in self.agreements(now) if line.agreement == agreement), None)

    def service(self, service: str, now: int) -> ServiceDetail | None:
        found = next((line for line in SERVICES if line.service == service), None)
        if found is None:
            return None
        mail = service == "svc-mail"
        return ServiceDetail(
            summary=found,
            terms={
                "criticality": "high",
                "offerings": [{"id": "off-mailbox", "unit": "mailbox_month"}],
                "ends": None,
            },
            not_yet_interpreted=("funding_source", "offerings[0].comparable_to") if mail else (),
            probes=tuple(line for line in PROBES if line.service == service),
            objectives=tuple(
                one
                for line in self.agreements(now)
                for one in line.objectives
                if one.judgement.service == service
            ),
            outages=OUTAGES if mail else (),
            simulated_until="2026-10-12" if mail else None,
            latency=LATENCY if mail else (),
            latency_overall=LATENCY_OVERALL if mail else None,
        )

    def line(self) -> BreachLine:
        last = self.steps[-1].decision
        return BreachLine(
            breach=BREACH,
            agreement="sla-unv-2026",
            agreement_name=UNV.name,
            objective="o1",
            service="svc-mail",
            service_name="Electronic mail",
            period="2026-09",
            target="99.00",
            percent="98.7500",
            status="open" if last == "found" else last,
            basis="simulated",
            found_at="2026-10-14T08:00:00Z",
            found_by="it-consultant",
        )

    def breaches(self, status: str | None) -> tuple[BreachLine, ...]:
        return (self.line(),) if status in {None, self.line().status} else ()

    def breach(self, breach: str) -> BreachInMoney | None:
        if breach != BREACH:
            return None
        return BreachInMoney(
            credit=CREDIT,
            line=self.line(),
            judgement=BREACHED,
            period=SEPTEMBER,
            judged_at_position=900,
            decisions=tuple(self.steps),
        )

    def periods(self, agreement: str | None, now: int) -> tuple[PeriodLine, ...]:
        return tuple(
            PeriodLine(
                agreement=line.agreement,
                objective=one.judgement.objective,
                service=one.judgement.service,
                mode=one.judgement.mode,
                period=label,
                tz=TZ,
                target="99.00",
                percent=percent,
                state=state,
                provisional=label > "2026-09",
                basis=one.judgement.basis,
                good_us=HOUR,
                bad_us=0,
                unknown_us=0,
                excused_us=0,
                outside_us=HOUR,
            )
            for line in self.agreements(now)
            if agreement in {None, line.agreement}
            for one in line.objectives
            for label, percent, state in (
                ("2026-08", None, "not_measured"),
                ("2026-09", "98.7500", "breached"),
                ("2026-10", "99.9500", "met"),
                ("2026-11", "99.3500", "at_risk"),
            )
        )

    def silences(self, now: int) -> tuple[Silence, ...]:
        return self.silent

    def declarations(self, service: str | None) -> tuple[DeclarationLine, ...]:
        return tuple(each for each in self.declared if service in (None, each.service))

    def exclusions(self, agreement: str | None) -> tuple[ExclusionLine, ...]:
        return tuple(each for each in self.announced if agreement in {None, each.agreement})

    def exclusion(self, agreement: str, exclusion: str) -> ExclusionLine | None:
        found = self.exclusions(agreement)
        return next((each for each in found if each.exclusion == exclusion), None)

    def fact(self, position: int) -> FactInFull | None:
        if not 0 < position <= self.at + 2:
            return None
        return FactInFull(
            position=position,
            recorded_at="2026-11-22T15:48:30Z",
            stream="observations:bonn:5f2a:2026-11-22",
            version=41,
            fact="observations-recorded/1",
            actor="agent:bonn",
            cause=None,
            content={
                "assignment": 3,
                "edges": [{"probe": 0, "at": "2026-11-22T15:31:20Z", "outcome": "bad"}] * 60,
                "missing": [],
            },
            seal=SEAL if position == PROOF.fact.position else None,
        )

    def judge(self, agreement: str, label: str, now: int) -> Judgement | None:
        known = {"2026-09": SEPTEMBER, "2026-10": OCTOBER, "2026-11": NOVEMBER}
        found = self.agreement(agreement, now)
        if label == "yesterday":
            raise InstantError(label)
        if found is None or label not in known:
            return None
        told: dict[str, tuple[ObjectiveJudgement, ...]] = {
            "2026-09": (BREACHED,),
            "2026-10": (RICH, UNSURE, TICKETS, OUTAGE_COUNT),
        }
        objectives = told.get(label, tuple(one.judgement for one in found.objectives))
        return Judgement(
            agreement=agreement,
            period=known[label],
            as_known_at=AsKnownAt(
                instant="2026-11-22T15:48:30Z", position=self.at, recorded_at="2026-11-22T15:48:30Z"
            ),
            objectives=objectives,
        )

    def explain(
        self, agreement: str, label: str, now: int, objective: str | None = None
    ) -> Explanation | None:
        found = self.judge(agreement, label, now)
        if found is None:
            return None
        figures = [
            {
                "objective": each.objective,
                "service": each.service,
                "indicator": each.indicator,
                "target": each.target,
                "mode": each.mode,
                "state": each.state,
                "provisional": each.provisional,
                "measured": each.measured,
                "tally": each.tally,
                "agrees": True,
                "note": each.note,
                "terms": (),
                "parts": (),
            }
            for each in found.objectives
            if objective in {None, each.objective}
        ]
        if not figures:
            return None
        return Explanation.model_validate(
            {
                "agreement": agreement,
                "period": found.period,
                "as_known_at": found.as_known_at,
                "objectives": figures,
            }
        )

    def history(self, agreement: str, label: str) -> PeriodHistory | None:
        if self.agreement(agreement, NOW) is None or label != "2026-09":
            return None
        old = BREACHED.model_copy(update={"state": "met", "breached_at": None})
        restated = FigureRestated(
            objective=BREACHED.objective, service=BREACHED.service, old=old, new=BREACHED
        )
        return PeriodHistory(
            agreement=agreement,
            period=SEPTEMBER,
            closed_at="2026-10-02T08:00:00Z",
            closed_by="reviewer",
            actor="rita",
            position=self.at - 200,
            judged_at_position=self.at - 201,
            code_version="0.1.0",
            tzdata="2026.1",
            figures=(old,),
            restatements=(
                Restatement(
                    at="2026-10-20T08:00:00Z",
                    actor="slamon",
                    position=self.at - 50,
                    judged_at_position=self.at - 51,
                    cause=(self.at - 52,),
                    causes=1,
                    reasons=("observations-imported/1 in imports:imp-late",),
                    code_version="0.1.0",
                    tzdata="2026.1",
                    objectives=(restated,),
                ),
            ),
        )

    def ledger(self) -> LedgerStatus:
        return LedgerStatus(
            ledger_id="led-7f3a",
            epoch=1,
            position=self.at + 2,
            view_position=self.at,
            recorded_at="2026-11-22T15:48:30Z",
            seal=SEAL,
        )

    def position(self) -> int:
        return self.at

    def moment(self, asked: str, now: int) -> Moment:
        """Each position is told as of itself, but one amid what was recorded at once; each instant as of the last."""
        if asked == "@903":
            return Moment(901, NOW, 903)
        if asked.startswith("@"):
            if int(asked[1:]) > self.at:
                raise NotKnownError(f"the ledger has not come to position {asked[1:]}")
            return Moment(int(asked[1:]), NOW)
        return Moment(self.at, parse_instant(asked))

    @contextmanager
    def as_known(self, then: Moment) -> Iterator[Reading]:
        yield self
