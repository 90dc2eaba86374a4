"""The judge: what an objective came to in a period, from the figures of its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from catalogue.intervals import Span, Steps
from catalogue.periods import Period
from slamon.sla import observed, saying
from slamon.sla.availability import Quotient, quotient
from slamon.sla.budget import Budget, breach_instant, budget_of
from slamon.sla.judgement import ObjectiveJudgement
from slamon.sla.known import Known
from slamon.sla.tally import OUTSIDE, DayFigures, Entry, Tally, classify, pieces
from slamon.sla.terms import CheckRuns, ObjectiveTerms
from slamon.sla.verdict import Evidence, reaches, verdict


class LostTimeError(ValueError):
    """Time was lost or counted twice: a fault of the program, and no figure is better than a wrong one."""


def day(
    terms: ObjectiveTerms,
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
    span: Span,
) -> DayFigures:
    """Give the figures of a span, to be merged with those of others; needs the runs `observed.states` needs."""
    entries = observed.entries(terms, checks, controls, span)
    return classify(entries, terms.agreed(*span), terms.windows, span)


def out_of_reach_at(
    versions: Sequence[ObjectiveTerms],
    period: Period,
    terms: ObjectiveTerms,
    entries: Steps[Entry],
    before: Tally | None = None,
) -> int | None:
    """Give the instant within `entries` at which the target went out of reach in this period, or None.

    `before` is the tally of the part of the period before them; `terms` are the version that holds there.
    """
    if terms.goal is None:
        return None
    span = entries.span
    stretches = pieces(entries, terms.agreed(*span), terms.windows, span)
    return breach_instant(
        stretches,
        terms.policy,
        terms.goal,
        planned(versions, period),
        before,
        equality_meets=terms.op == ">=",
    )


def planned(versions: Sequence[ObjectiveTerms], period: Period) -> int:
    """Give the agreed time of a whole period under terms that follow each other (µs)."""
    within = sum(terms.planned(period.span) for terms in versions)
    return within + versions[-1].beyond(period.span)


def with_time_beyond(
    versions: Sequence[ObjectiveTerms], period: Period, figures: DayFigures
) -> DayFigures:
    """Count time in which the agreement did not hold as available, where the whole period is promised (§3).

    Of an open period only what has passed: the rest is still to come, like any other time.
    """
    beyond = versions[-1].beyond((period.begin, figures.end))
    if not beyond:
        return figures
    moved = {"up": figures.tally.up + beyond, OUTSIDE: figures.tally.outside - beyond}
    return replace(figures, tally=Tally({**figures.tally.entries, **moved}))


def judge(versions: Sequence[ObjectiveTerms], period: Period, known: Known) -> ObjectiveJudgement:
    """Judge an objective in a period; `versions` of its terms follow each other inside it and promise the same."""
    _refuse_lost_time(known.figures)
    terms = versions[-1]
    agreed_time = planned(versions, period)
    spent = quotient(known.figures.tally, terms.policy)
    coverage = saying.coverage(spent, terms)
    budget = _budget(terms, known, agreed_time)
    ratio = measured_ratio(terms, known, spent)
    ended = known.closed or known.until >= period.end
    value = known.level.value if known.level else ratio
    meets = ratio is not None and terms.goal is not None and reaches(ratio, terms.op, terms.goal)
    said = verdict(
        Evidence(
            agreed=bool(agreed_time),
            has_target=terms.mode != "baseline",
            begun=_begun(terms, known, spent),
            measured=value is not None and coverage.sufficient and _sample(terms, known),
            meets=known.level.state == "met" if known.level else meets,
            ended=ended,
            beyond=_breached_at(known) is not None,
            doubtful=not ended and _doubtful(terms, budget, known, meets=meets),
        )
    )
    return saying.judgement(
        versions,
        period,
        known if known.level is None else replace(known, breached_at=_breached_at(known)),
        said,
        spent=spent,
        coverage=coverage,
        budget=budget,
        ratio=ratio,
    )


def _refuse_lost_time(figures: DayFigures) -> None:
    """Up, degraded, down, unknown, excluded and outside together are the time that was judged (rule E3)."""
    length = figures.end - figures.begin
    if figures.tally.entries and figures.tally.total != length:
        raise LostTimeError(f"a tally of {figures.tally.total} µs stands for {length} µs of time")


def _breached_at(known: Known) -> int | None:
    return known.level.breached_at if known.level else known.breached_at


def _begun(terms: ObjectiveTerms, known: Known, spent: Quotient) -> bool:
    """Whether there is something to judge before the end: time that elapsed, a case, a number that speaks."""
    match terms.measure:
        case "time":
            return bool(spent.agreed)
        case "cases":
            return bool(known.figures.cases.total)
        case "level":
            return known.level is not None and known.level.state != "pending"


def measured_ratio(terms: ObjectiveTerms, known: Known, spent: Quotient) -> Fraction | None:
    """Give the share that was measured, of time or of cases; None where there is none."""
    match terms.measure:
        case "time":
            if terms.mean_of_slices is not None:
                return known.share
            return spent.ratio if spent.known else None
        case "cases":
            return known.figures.cases.share()
        case "level":
            return None


def _sample(terms: ObjectiveTerms, known: Known) -> bool:
    """Fewer cases than the agreement asks for make a period not measured (rule E4)."""
    return terms.min_sample is None or known.figures.cases.total >= terms.min_sample


def _budget(terms: ObjectiveTerms, known: Known, agreed_time: int) -> Budget | None:
    if terms.measure != "time" or terms.goal is None:
        return None
    return budget_of(known.figures.tally, terms.policy, terms.goal, agreed_time)


def _doubtful(terms: ObjectiveTerms, budget: Budget | None, known: Known, *, meets: bool) -> bool:
    if known.level is not None:
        return known.level.state not in {"met", "on_track"}
    if known.forecast is not None:
        return known.forecast.at_risk
    if terms.measure == "cases":
        return not meets or _cases_spent(terms, known)
    if budget is None or (terms.mean_of_slices is not None and not meets):
        return not meets
    return budget.consumed is not None and budget.consumed >= terms.warn_at


def _cases_spent(terms: ObjectiveTerms, known: Known) -> bool:
    """Whether so many of the cases so far are bad that a warning is due."""
    cases = known.figures.cases
    allowed = (1 - (terms.goal or 0)) * cases.total
    return bool(cases.bad) and cases.bad >= terms.warn_at * allowed
