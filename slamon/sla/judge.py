"""The judge: what an objective came to in a period, from the figures of its days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from catalogue.instants import format_instant
from catalogue.intervals import Span, Steps, norm, total
from catalogue.periods import Period
from slamon.sla import observed
from slamon.sla.availability import Quotient, percent_text, quotient, ratio_text
from slamon.sla.budget import Budget, breach_instant, budget_of, planned_time
from slamon.sla.judgement import (
    Basis,
    Coverage,
    ErrorBudget,
    Measured,
    ObjectiveJudgement,
    Outage,
    State,
    Unconfirmed,
    Verdict,
)
from slamon.sla.tally import DayFigures, DownRun, Tally, classify, pieces
from slamon.sla.terms import CheckRuns, ObjectiveTerms
from slamon.sla.verdict import verdict

BASELINE_NOTE = "measured without a target"


def day(
    terms: ObjectiveTerms,
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
    span: Span,
) -> DayFigures:
    """Give the figures of a span, to be merged with those of others; needs the runs `observed.states` needs."""
    states = observed.states(terms, checks, controls, span)
    return classify(states, terms.agreed(*span), terms.excused, span)


def out_of_reach_at(
    terms: ObjectiveTerms,
    period: Period,
    states: Steps[State],
    before: Tally | None = None,
) -> int | None:
    """Give the instant within `states` at which the target went out of reach in this period, or None.

    `before` is the tally of the part of the period before the states begin.
    """
    if terms.goal is None:
        return None
    span = states.span
    stretches = pieces(states, terms.agreed(*span), terms.excused, span)
    return breach_instant(stretches, terms.policy, terms.goal, _planned(terms, period), before)


def judge(
    terms: ObjectiveTerms,
    period: Period,
    figures: DayFigures,
    *,
    until: int,
    closed: bool,
    basis: Basis,
    breached_at: int | None,
    unconfirmed: tuple[Unconfirmed, ...] = (),
    places: Mapping[int, tuple[str, ...]] | None = None,
) -> ObjectiveJudgement:
    """Judge an objective in a period by the merged figures of its days.

    `until` is the instant up to which results are known: at the period's end the verdict is met, breached or
    not_measured, before it on_track, at_risk, breached, pending or not_measured. It is provisional unless `closed`.
    `places` names the locations of an outage by the instant it began.
    """
    ended = closed or until >= period.end
    planned = _planned(terms, period)
    spent = quotient(figures.tally, terms.policy)
    coverage = _coverage(spent, terms)
    budget = (
        None if terms.goal is None else budget_of(figures.tally, terms.policy, terms.goal, planned)
    )
    said = verdict(
        planned=planned,
        spent=spent,
        goal=None if terms.mode == "baseline" else terms.goal,
        sufficient=coverage.sufficient,
        ended=ended,
        out_of_reach=breached_at is not None,
        budget=budget,
    )
    breached = said == "breached"
    return ObjectiveJudgement(
        objective=terms.objective,
        service=terms.service,
        indicator=terms.indicator,
        target=terms.target,
        mode=terms.mode,
        state=said,
        provisional=not closed,
        basis=basis,
        partial=_in_force(terms, period) < period.end - period.begin,
        measured=_measured(spent, terms),
        coverage=coverage,
        tally=figures.tally.as_us(),
        outages=tuple(
            _outage(run, figures, terms, places or {}, ended=ended) for run in figures.outages
        ),
        unconfirmed=unconfirmed,
        breached_at=format_instant(breached_at) if breached and breached_at is not None else None,
        error_budget=_budget(budget) if budget and terms.mode != "baseline" else None,
        remedy=_remedy(terms, said),
        note=BASELINE_NOTE if terms.mode == "baseline" else None,
    )


def _planned(terms: ObjectiveTerms, period: Period) -> int:
    return planned_time(terms.agreed(*period.span), terms.excused, terms.policy)


def _in_force(terms: ObjectiveTerms, period: Period) -> int:
    return total(norm((max(a, period.begin), min(b, period.end)) for a, b in terms.in_force))


def _measured(spent: Quotient, terms: ObjectiveTerms) -> Measured | None:
    if spent.ratio is None or not spent.known:
        return None
    percent = percent_text(spent.ratio, terms.places)
    return Measured(
        good=spent.good, total=spent.total, ratio=ratio_text(spent.ratio), percent=percent
    )


def _coverage(spent: Quotient, terms: ObjectiveTerms) -> Coverage:
    share = spent.coverage
    least = Fraction(terms.min_coverage or 0) / 100
    return Coverage(
        known_us=spent.known,
        agreed_us=spent.agreed,
        ratio=None if share is None else ratio_text(share),
        percent=None if share is None else percent_text(share),
        minimum=terms.min_coverage,
        sufficient=share is not None and share >= least,
    )


def _budget(budget: Budget) -> ErrorBudget:
    return ErrorBudget(
        allowed_us=ratio_text(budget.allowed),
        spent_us=budget.spent,
        left_us=ratio_text(budget.left),
        consumed=None if budget.consumed is None else ratio_text(budget.consumed),
    )


def _outage(
    run: DownRun,
    figures: DayFigures,
    terms: ObjectiveTerms,
    places: Mapping[int, tuple[str, ...]],
    *,
    ended: bool,
) -> Outage:
    lasts = run.end == figures.end and not ended
    return Outage(
        from_=format_instant(run.begin),
        to=None if lasts else format_instant(run.end),
        counted_us=run.counted,
        locations=places.get(run.begin, ()),
        evidence=(),
        uncertainty_us=terms.interval,
    )


def _remedy(terms: ObjectiveTerms, said: Verdict) -> dict[str, object] | None:
    """Only a breach of a promise in force has consequences; shadow and baseline cause nothing."""
    due = said == "breached" and terms.mode == "enforced" and terms.remedy is not None
    return dict(terms.remedy or {}) if due else None
