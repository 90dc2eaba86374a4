"""Families of metrics: which series there are, of what, in which unit; a value that is not known is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.samples import Sample

from catalogue.instants import parse_instant
from catalogue.periods import parse_period
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
)
from slamon.views.following import Pulse
from slamon.views.lag import Behind

OBJECTIVE = ("agreement", "service", "objective", "mode", "period")
BURN = ("agreement", "service", "objective", "mode", "window")
PROBE = ("service", "probe", "location")
SUCCESS = {"good": 1, "degraded": 1, "bad": 0}  # inconclusive is our fault: neither
MET = {"met": 1, "on_track": 1, "at_risk": 1, "breached": 0}
MICROSECONDS = 1_000_000

Values = Mapping[tuple[str, ...], float | None]


def build(version: str) -> Metric:
    """The program itself."""
    return _gauge("slamon_build_info", "Version of slamon.", {(version,): 1}, "version")


def _gauge(name: str, says: str, values: Values, *labels: str) -> Metric:
    """A gauge with one series per known value."""
    family = GaugeMetricFamily(name, says, labels=labels)
    family.samples = [
        Sample(name, dict(zip(labels, key, strict=True)), value)
        for key, value in values.items()
        if value is not None
    ]
    return family


def services(services: Iterable[ServiceSummary]) -> Iterator[Metric]:
    """The services and their states."""
    known = tuple(services)
    yield _gauge(
        "slamon_service_info",
        "Services of the catalogue.",
        {(s.service, s.name, s.provider, s.catalogue): 1 for s in known},
        *("service", "service_name", "provider", "catalogue"),
    )
    yield _gauge(
        "slamon_service_state",
        "1 for the state a measured service is in now, 0 for the others.",
        {
            (s.service, state): int(s.state == state)
            for s in known
            if s.measured
            for state in get_args(State)
        },
        *("service", "state"),
    )
    yield _gauge(
        "slamon_service_excluded",
        "1 while an exclusion covers a measured service, 0 otherwise.",
        {(s.service,): int(s.excluded) for s in known if s.measured},
        "service",
    )


def agreements(agreements: Iterable[AgreementSummary]) -> Iterator[Metric]:
    """The agreements."""
    yield _gauge(
        "slamon_agreement_info",
        "Agreements of the catalogue.",
        {(a.agreement, a.name, a.kind, a.provider, a.customer): 1 for a in agreements},
        *("agreement", "agreement_name", "kind", "provider", "customer"),
    )


def objectives(agreements: Iterable[AgreementSummary]) -> Iterator[Metric]:
    """The objectives in their current period."""
    judged = {
        _objective_key(agreement, status.judgement): status.judgement
        for agreement in agreements
        for status in agreement.objectives
    }

    def family(name: str, says: str, values: Iterable[float | None]) -> Metric:
        return _gauge(name, says, dict(zip(judged, values, strict=True)), *OBJECTIVE)

    judgements = judged.values()
    yield family(
        "slamon_sla_objective_ratio",
        "Target of the objective.",
        (_target(j.target) for j in judgements),
    )
    yield family(
        "slamon_sla_compliance_ratio",
        "Measured so far in the current period, by the rules of the agreement.",
        (_number(j.measured.ratio) if j.measured else None for j in judgements),
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
    yield _gauge(
        "slamon_sla_basis_info",
        "What the figures of the current period rest on: measured, simulated, mixed, imported.",
        {(*key, judgement.basis): 1 for key, judgement in judged.items()},
        *OBJECTIVE,
        "basis",
    )


def burns(burns: Iterable[BurnLine]) -> Iterator[Metric]:
    """How fast the budgets of open periods burn, and the speeds that alarm."""
    windows = {
        (line.agreement, line.service, line.objective, line.mode, window.window): window
        for line in burns
        for window in line.windows
    }
    yield _gauge(
        "slamon_sla_burn_rate",
        "Times the speed that would just spend the budget, over a window of agreed time.",
        {key: _number(each.rate) for key, each in windows.items() if each.rate},
        *BURN,
    )
    yield _gauge(
        "slamon_sla_burn_threshold",
        "Burn rate that alarms, by the agreed time of the whole period.",
        {key: _number(each.threshold) for key, each in windows.items()},
        *BURN,
    )


@lru_cache(maxsize=65_536)  # a scrape mostly tells what the one before told
def _number(exact: str) -> float:
    return float(Fraction(exact))


def _objective_key(agreement: AgreementSummary, judgement: ObjectiveJudgement) -> tuple[str, ...]:
    """The labels of an objective; the period is named by its unit, as a date would start new series each month."""
    period = agreement.period
    unit = _unit(period.label, period.tz) if period else ""
    key = (agreement.agreement, judgement.service, judgement.objective, judgement.mode)
    return (*key, unit)


@lru_cache(maxsize=1_024)
def _unit(label: str, tz: str) -> str:
    return parse_period(label, tz).unit


@lru_cache(maxsize=1_024)
def _target(said: str) -> float | None:
    """The target as a ratio, without the time it may name (95.00 % within PT1H); a baseline has none."""
    percent = said.partition(" ")[0]
    return float(Fraction(percent) / 100) if percent else None


def _budget_left(budget: ErrorBudget | None) -> float | None:
    return None if budget is None else _share(budget.left_us, budget.allowed_us)


@lru_cache(maxsize=65_536)
def _share(part: str, whole: str) -> float | None:
    return float(Fraction(part) / Fraction(whole)) if Fraction(whole) else None


def _seconds(tally: Mapping[str, int], state: str) -> float | None:
    return tally.get(state, 0) / MICROSECONDS if tally else None


def _excused(tally: Mapping[str, int]) -> float | None:
    excused = sum(us for state, us in tally.items() if state.startswith("excused_"))
    return excused / MICROSECONDS if tally else None


def probes(probes: Iterable[ProbeLine]) -> Iterator[Metric]:
    """The probes and their newest results."""
    lines = {(p.service or "", p.probe, p.location or ""): p for p in probes}

    def family(name: str, says: str, values: Iterable[float | None]) -> Metric:
        return _gauge(name, says, dict(zip(lines, values, strict=True)), *PROBE)

    yield family(
        "slamon_probe_success",
        "1 if the newest result was good or degraded, 0 if it was bad.",
        (SUCCESS.get(p.outcome or "") for p in lines.values()),
    )
    yield family(
        "slamon_probe_duration_seconds",
        "Latency of the newest result.",
        (None if p.latency_us is None else p.latency_us / MICROSECONDS for p in lines.values()),
    )
    yield family(
        "slamon_probe_last_run_timestamp_seconds",
        "When the newest result was due.",
        (parse_instant(p.last_at) / MICROSECONDS if p.last_at else None for p in lines.values()),
    )
    yield family(
        "slamon_probe_interval_seconds",
        "Distance of two results as assigned.",
        (None if p.interval_us is None else p.interval_us / MICROSECONDS for p in lines.values()),
    )
    yield _runs(lines)


def _runs(lines: Mapping[tuple[str, str, str], ProbeLine]) -> Metric:
    runs = CounterMetricFamily(
        "slamon_probe_runs", "Results recorded, by outcome.", labels=[*PROBE, "outcome"]
    )
    for key, probe in lines.items():
        for outcome, count in probe.runs.items():
            runs.add_metric([*key, outcome], count)
    return runs


def breaches(
    agreements: Iterable[AgreementSummary], breaches: Iterable[BreachLine]
) -> Iterator[Metric]:
    """The breaches and their review."""
    found = tuple(breaches)
    counted = Counter((b.agreement, b.status) for b in found)
    concerned = {a.agreement for a in agreements} | {b.agreement for b in found}
    yield _gauge(
        "slamon_sla_breaches",
        "Breaches found, by status of their review.",
        {
            (agreement, status): counted[agreement, status]
            for agreement in sorted(concerned)
            for status in get_args(ReviewStatus)
        },
        *("agreement", "review_status"),
    )
    oldest: dict[tuple[str, ...], float] = {}
    for breach in found:
        if breach.status == "open":
            at = parse_instant(breach.found_at) / MICROSECONDS
            oldest[(breach.agreement,)] = min(at, oldest.get((breach.agreement,), at))
    yield _gauge(
        "slamon_sla_oldest_open_breach_timestamp_seconds",
        "When the oldest breach that awaits review was found.",
        oldest,
        "agreement",
    )


def _seals(seal: SealLine | None) -> Iterator[Metric]:
    """The newest seal; its age is for the reader to subtract."""
    says = "Position up to which the ledger is sealed."
    yield _gauge("slamon_ledger_sealed_position", says, {(): seal.last if seal else None})
    at = parse_instant(seal.sealed_at) / MICROSECONDS if seal else None
    says = "When the ledger was last sealed."
    yield _gauge("slamon_ledger_sealed_timestamp_seconds", says, {(): at})


def ledger(ledger: LedgerStatus, views: Mapping[str, Behind]) -> Iterator[Metric]:
    """The ledger and the views that follow it, by name."""
    says = "Position of the newest fact of the ledger."
    yield _gauge("slamon_ledger_last_position", says, {(): ledger.position})
    yield from _seals(ledger.seal)
    positions: Values = {(name,): view.position for name, view in views.items()}
    yield _gauge("slamon_view_position", "Position the view has folded up to.", positions, "view")
    says = "Positions a view stands behind."
    facts: Values = {(n,): max(0, ledger.position - each.position) for n, each in views.items()}
    yield _gauge("slamon_view_lag_events", says, facts, "view")
    says = "How long the oldest fact has waited to be folded."
    waited: Values = {(name,): view.waited / MICROSECONDS for name, view in views.items()}
    yield _gauge("slamon_view_lag_seconds", says, waited, "view")


def folding(pulse: Pulse) -> Iterator[Metric]:
    """The fold of this process."""
    well = pulse.role == "folding" and pulse.trouble is None
    says = "1 while this process folds, 0 while it stands by, retries or has stopped."
    yield _gauge("slamon_folding_up", says, {(): int(well)})
    failures = CounterMetricFamily("slamon_folding_failures", "Attempts to fold that failed.")
    failures.add_metric([], pulse.failures)
    yield failures
    says = "When this process last had folded every fact."
    at = pulse.folded_at / MICROSECONDS if pulse.folded_at else None
    yield _gauge("slamon_folding_last_success_timestamp_seconds", says, {(): at})


def overview(overview: Overview) -> Iterator[Metric]:
    """The overview that the figures of this scrape are from."""
    at = parse_instant(overview.now) / MICROSECONDS
    says = "Position of the ledger that the other figures are from."
    yield _gauge("slamon_overview_position", says, {(): overview.position})
    yield _gauge("slamon_overview_timestamp_seconds", "When they were computed.", {(): at})
