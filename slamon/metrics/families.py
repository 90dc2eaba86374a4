"""Families of metrics: which series there are, of what, in which unit; a value that is not known is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import get_args

from catalogue.instants import parse_instant
from catalogue.periods import parse_period
from slamon.metrics.exact import number, quotient
from slamon.metrics.text import Family, also, labels
from slamon.sla.judgement import ErrorBudget, ObjectiveJudgement, State
from slamon.views.answers import (
    AgreementSummary,
    BreachLine,
    BurnLine,
    LedgerStatus,
    Overview,
    ProbeLine,
    ReviewStatus,
    SealLine,
    ServiceSummary,
    WindowBurn,
)
from slamon.views.following import Pulse
from slamon.views.lag import Behind

STATES = get_args(State)
SUCCESS = {"good": 1, "degraded": 1, "bad": 0}  # inconclusive is our fault: neither
MET = {"met": 1, "on_track": 1, "at_risk": 1, "breached": 0}
MICROSECONDS = 1_000_000


def build(version: str) -> Family:
    """The program itself."""
    return Family("slamon_build_info", "Version of slamon.", [(labels(version=version), 1)])


def views_up(*, answering: bool) -> Family:
    """Whether there is anything to tell but of this process."""
    says = "1 while ledger and views answer, 0 while nothing of them can be told."
    return _single("slamon_views_up", says, int(answering))


def _single(name: str, says: str, value: float | None) -> Family:
    return Family(name, says, [("", value)])


def services(services: Iterable[ServiceSummary]) -> Iterator[Family]:
    """The services and their states."""
    known = tuple(services)
    measured = [(labels(service=s.service), s) for s in known if s.measured]
    yield Family(
        "slamon_service_info",
        "Services of the catalogue.",
        ((_of_service(s), 1) for s in known),
    )
    yield Family(
        "slamon_service_state",
        "1 for the state a measured service is in now, 0 for the others.",
        (
            (also(own, "state", state), int(s.state == state))
            for own, s in measured
            for state in STATES
        ),
    )
    yield Family(
        "slamon_service_excluded",
        "1 while an exclusion covers a measured service, 0 otherwise.",
        ((own, int(s.excluded)) for own, s in measured),
    )
    yield _single(
        "slamon_services_without_funding_source",
        "Services for which no funding source is named.",
        sum(s.funding_source is None for s in known) if known else None,
    )


def _of_service(service: ServiceSummary) -> str:
    return labels(
        service=service.service,
        service_name=str(service.name),
        provider=str(service.provider),
        catalogue=service.catalogue,
    )


def agreements(agreements: Iterable[AgreementSummary]) -> Iterator[Family]:
    """The agreements."""
    yield Family(
        "slamon_agreement_info",
        "Agreements of the catalogue.",
        ((_of_agreement(agreement), 1) for agreement in agreements),
    )


def _of_agreement(agreement: AgreementSummary) -> str:
    return labels(
        agreement=agreement.agreement,
        agreement_name=str(agreement.name),
        kind=agreement.kind,
        provider=str(agreement.provider),
        customer=str(agreement.customer),
    )


def objectives(agreements: Iterable[AgreementSummary]) -> Iterator[Family]:
    """The objectives in their current period."""
    judged = {
        _of_objective(agreement, status.judgement): status.judgement
        for agreement in agreements
        for status in agreement.objectives
    }

    def family(name: str, says: str, values: Iterable[float | None]) -> Family:
        return Family(name, says, zip(judged, values, strict=True))

    judgements = judged.values()
    yield family(
        "slamon_sla_objective_ratio",
        "Target of the objective.",
        (_target(j.target) for j in judgements),
    )
    yield family(
        "slamon_sla_compliance_ratio",
        "Measured so far in the current period, by the rules of the agreement.",
        (number(j.measured.ratio) if j.measured else None for j in judgements),
    )
    yield family(
        "slamon_sla_error_budget_remaining_ratio",
        "Share of the period's allowed bad time that is left; negative when overspent.",
        (_budget_left(j.error_budget) for j in judgements),
    )
    yield family(
        "slamon_sla_met",
        "1 while the objective is met or can be, 0 once it is breached.",
        (MET.get(j.state) for j in judgements),
    )
    yield family(
        "slamon_sla_downtime_seconds",
        "Agreed time down in the current period, excused time left out.",
        (_seconds(j.tally, "down_us") for j in judgements),
    )
    yield family(
        "slamon_sla_excluded_seconds",
        "Agreed time excused in the current period.",
        (_excused(j.tally) for j in judgements),
    )
    yield family(
        "slamon_sla_unknown_seconds",
        "Agreed time of unknown state in the current period, excused time left out.",
        (_seconds(j.tally, "unknown_us") for j in judgements),
    )
    yield Family(
        "slamon_sla_basis_info",
        "What the figures of the current period rest on: measured, simulated, mixed, imported.",
        ((also(own, "basis", judgement.basis), 1) for own, judgement in judged.items()),
    )


def burns(burns: Iterable[BurnLine]) -> Iterator[Family]:
    """How fast the budgets of open periods burn, and the speeds that alarm."""
    windows = dict(_windows(burns))
    yield Family(
        "slamon_sla_burn_rate",
        "Times the speed that would just spend the budget, over a window of agreed time.",
        ((own, number(window.rate)) for own, window in windows.items() if window.rate),
    )
    yield Family(
        "slamon_sla_burn_threshold",
        "Burn rate that alarms, by the agreed time of the whole period.",
        ((own, number(window.threshold)) for own, window in windows.items()),
    )


def _windows(burns: Iterable[BurnLine]) -> Iterator[tuple[str, WindowBurn]]:
    for line in burns:
        own = labels(
            agreement=line.agreement,
            service=line.service,
            objective=line.objective,
            mode=line.mode,
        )
        for window in line.windows:
            yield also(own, "window", window.window), window


def _of_objective(agreement: AgreementSummary, judgement: ObjectiveJudgement) -> str:
    """The labels of an objective; the period is named by its unit, as a date would start new series each month."""
    period = agreement.period
    return labels(
        agreement=agreement.agreement,
        service=judgement.service,
        objective=judgement.objective,
        mode=judgement.mode,
        period=_unit(period.label, period.tz) if period else "",
    )


@lru_cache(maxsize=1_024)
def _unit(label: str, tz: str) -> str:
    return parse_period(label, tz).unit


@lru_cache(maxsize=1_024)
def _target(said: str) -> float | None:
    """The target as a ratio, without the time it may name (95.00 % within PT1H); a baseline has none."""
    percent = said.partition(" ")[0]
    return quotient(percent, "100") if percent else None


def _budget_left(budget: ErrorBudget | None) -> float | None:
    return None if budget is None else quotient(budget.left_us, budget.allowed_us)


def _seconds(tally: Mapping[str, int], state: str) -> float | None:
    return tally.get(state, 0) / MICROSECONDS if tally else None


def _excused(tally: Mapping[str, int]) -> float | None:
    excused = sum(us for state, us in tally.items() if state.startswith("excused_"))
    return excused / MICROSECONDS if tally else None


def probes(probes: Iterable[ProbeLine]) -> Iterator[Family]:
    """The probes and their newest results."""
    lines = {_of_probe(each): each for each in probes}

    def family(name: str, says: str, values: Iterable[float | None]) -> Family:
        return Family(name, says, zip(lines, values, strict=True))

    yield family(
        "slamon_probe_success",
        "1 if the newest result was good or degraded, 0 if it was bad.",
        (SUCCESS.get(p.outcome or "") for p in lines.values()),
    )
    yield family(
        "slamon_probe_duration_seconds",
        "Latency of the newest result.",
        (_in_seconds(p.latency_us) for p in lines.values()),
    )
    yield family(
        "slamon_probe_last_run_timestamp_seconds",
        "When the newest result was due.",
        (_timestamp(p.last_at) for p in lines.values()),
    )
    yield family(
        "slamon_probe_interval_seconds",
        "Distance of two results as assigned.",
        (_in_seconds(p.interval_us) for p in lines.values()),
    )
    yield Family(
        "slamon_probe_runs_total",
        "Results recorded, by outcome.",
        (
            (also(own, "outcome", outcome), count)
            for own, probe in lines.items()
            for outcome, count in probe.runs.items()
        ),
        "counter",
    )


def _of_probe(line: ProbeLine) -> str:
    return labels(service=line.service or "", probe=line.probe, location=line.location or "")


def _in_seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / MICROSECONDS


def _timestamp(instant: str | None) -> float | None:
    return parse_instant(instant) / MICROSECONDS if instant else None


def breaches(
    agreements: Iterable[AgreementSummary], breaches: Iterable[BreachLine]
) -> Iterator[Family]:
    """The breaches and their review."""
    found = tuple(breaches)
    counted = Counter((b.agreement, b.status) for b in found)
    concerned = {a.agreement for a in agreements} | {b.agreement for b in found}
    yield Family(
        "slamon_sla_breaches",
        "Breaches found, by status of their review.",
        (
            (labels(agreement=agreement, review_status=status), counted[agreement, status])
            for agreement in sorted(concerned)
            for status in get_args(ReviewStatus)
        ),
    )
    oldest: dict[str, int] = {}
    for breach in found:
        if breach.status == "open":
            at = parse_instant(breach.found_at)
            oldest[breach.agreement] = min(at, oldest.get(breach.agreement, at))
    yield Family(
        "slamon_sla_oldest_open_breach_timestamp_seconds",
        "When the oldest breach that awaits review was found.",
        ((labels(agreement=agreement), at / MICROSECONDS) for agreement, at in oldest.items()),
    )


def _seals(seal: SealLine | None) -> Iterator[Family]:
    """The newest seal; its age is for the reader to subtract."""
    says = "Position up to which the ledger is sealed."
    yield _single("slamon_ledger_sealed_position", says, seal.last if seal else None)
    says = "When the ledger was last sealed."
    at = _timestamp(seal.sealed_at if seal else None)
    yield _single("slamon_ledger_sealed_timestamp_seconds", says, at)


def ledger(ledger: LedgerStatus, views: Mapping[str, Behind]) -> Iterator[Family]:
    """The ledger and the views that follow it, by name."""
    says = "Position of the newest fact of the ledger."
    yield _single("slamon_ledger_last_position", says, ledger.position)
    yield from _seals(ledger.seal)
    told = [(labels(view=name), view) for name, view in views.items()]
    says = "Position the view has folded up to."
    yield Family("slamon_view_position", says, [(own, each.position) for own, each in told])
    says = "Positions a view stands behind."
    facts = [(own, max(0, ledger.position - each.position)) for own, each in told]
    yield Family("slamon_view_lag_events", says, facts)
    says = "How long the oldest fact has waited to be folded."
    waited = [(own, each.waited / MICROSECONDS) for own, each in told]
    yield Family("slamon_view_lag_seconds", says, waited)


def folding(pulse: Pulse) -> Iterator[Family]:
    """The fold of this process."""
    well = pulse.role == "folding" and pulse.trouble is None
    says = "1 while this process folds, 0 while it stands by, retries or has stopped."
    yield _single("slamon_folding_up", says, int(well))
    says = "Attempts to fold that failed."
    yield Family("slamon_folding_failures_total", says, [("", pulse.failures)], "counter")
    says = "When this process last had folded every fact."
    at = pulse.folded_at / MICROSECONDS if pulse.folded_at else None
    yield _single("slamon_folding_last_success_timestamp_seconds", says, at)


def overview(overview: Overview) -> Iterator[Family]:
    """The overview that the figures of this scrape are from."""
    says = "Position of the ledger that the other figures are from."
    yield _single("slamon_overview_position", says, overview.position)
    says = "When they were computed."
    yield _single("slamon_overview_timestamp_seconds", says, _timestamp(overview.now))
