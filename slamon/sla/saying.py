"""How the judge says what it found: exact figures as the texts and numbers of the judgement's JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from catalogue.instants import format_instant
from catalogue.intervals import intersect, norm, total
from catalogue.periods import Period
from slamon.sla import outages, possible
from slamon.sla.availability import Quotient, percent_text, ratio_by_effect, ratio_text
from slamon.sla.budget import Budget, margin_now
from slamon.sla.exclusions import Granted, Refused
from slamon.sla.judgement import (
    Coverage,
    DeclaredState,
    Effect,
    ErrorBudget,
    Exclusion,
    Forecast,
    InARow,
    Level,
    Measured,
    ObjectiveJudgement,
    Outage,
    OutageFigures,
    Possible,
    Share,
    Verdict,
)
from slamon.sla.known import Known
from slamon.sla.tally import DayFigures, DownRun
from slamon.sla.terms import ObjectiveTerms

BASELINE_NOTE = "measured without a target"


def judgement(
    versions: Sequence[ObjectiveTerms],
    period: Period,
    known: Known,
    said: Verdict,
    *,
    spent: Quotient,
    coverage: Coverage,
    budget: Budget | None,
    ratio: Fraction | None,
) -> ObjectiveJudgement:
    """Say what a period came to."""
    terms, figures = versions[-1], known.figures
    ended = known.closed or known.until >= period.end
    breached = said == "breached"
    baseline = terms.mode == "baseline"
    return ObjectiveJudgement(
        objective=terms.objective,
        service=terms.service,
        indicator=terms.indicator,
        target=terms.target,
        op=terms.op,
        within=terms.within,
        mode=terms.mode,
        state=said,
        provisional=not known.closed,
        basis=known.basis,
        partial=_partial(versions, period),
        measured=_measured(terms, figures, spent, ratio),
        level=_level(terms, known),
        waiting=known.waiting,
        coverage=coverage,
        possible=_possible(terms, spent, ratio),
        tally=figures.tally.as_us(),
        outages=tuple(
            _outage(run, figures, terms, known.places or {}, ended=ended) for run in figures.outages
        ),
        outage_figures=_outage_figures(known, spent) if figures.outages else None,
        unconfirmed=known.unconfirmed,
        exclusions=_exclusions(versions, period),
        declared=_declared(versions, period, known.until),
        by_effect=_by_effect(terms, figures),
        breached_at=_instant(_breached_at(known, period)) if breached else None,
        error_budget=_budget(budget, spent, terms, known) if budget and not baseline else None,
        forecast=_forecast(terms, known) if not ended else None,
        remedy=_remedy(terms, said),
        in_a_row=InARow(wanted=terms.consecutive, missed=1)
        if breached and terms.consecutive > 1
        else None,
        note=BASELINE_NOTE if baseline else _too_few(terms, known, said),
    )


def _too_few(terms: ObjectiveTerms, known: Known, said: Verdict) -> str | None:
    """Say that fewer cases came than the agreement asks for, where that is why nothing is measured (rule E4)."""
    count = known.figures.cases.total
    if said != "not_measured" or terms.min_sample is None or count >= terms.min_sample:
        return None
    return f"not measured: {count} case{'' if count == 1 else 's'}, fewer than {terms.min_sample}"


def _breached_at(known: Known, period: Period) -> int:
    """Give the instant of a breach: a share that more cases or better slices could have mended is missed at the end."""
    return period.end if known.breached_at is None else known.breached_at


def coverage(spent: Quotient, terms: ObjectiveTerms) -> Coverage:
    """Say how much of the agreed time has a known state, and whether that is enough."""
    share = spent.coverage
    enough = share is not None and share >= terms.least_coverage
    return Coverage(
        known_us=spent.known,
        agreed_us=spent.agreed,
        ratio=None if share is None else ratio_text(share),
        percent=None if share is None else percent_text(share),
        minimum=terms.min_coverage,
        # Cases and numbers that come by file are complete or not: no time stands behind them.
        sufficient=enough
        or (terms.measure != "time" and not (terms.min_coverage and terms.checks)),
    )


def share_of(ratio: Fraction, places: int) -> Share:
    """Say a share exactly, and cut off for display."""
    return Share(ratio=ratio_text(ratio), percent=percent_text(ratio, places))


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def _partial(versions: Sequence[ObjectiveTerms], period: Period) -> bool:
    """Say whether the terms hold in a part of the period only."""
    spans = [span for terms in versions for span in terms.in_force]
    if any(begin <= period.begin and period.end <= end for begin, end in spans):
        return False
    held = total(norm((max(a, period.begin), min(b, period.end)) for a, b in spans))
    return held < period.end - period.begin


def _measured(
    terms: ObjectiveTerms, figures: DayFigures, spent: Quotient, ratio: Fraction | None
) -> Measured | None:
    if ratio is None:
        return None
    cases = terms.measure == "cases"
    return Measured(
        good=figures.cases.good if cases else spent.good,
        total=figures.cases.total if cases else spent.total,
        ratio=ratio_text(ratio),
        percent=percent_text(ratio, terms.places),
        unit="cases" if cases else "us",
    )


def _level(terms: ObjectiveTerms, known: Known) -> Level | None:
    if known.level is None or known.level.value is None:
        return None
    return Level(
        value=ratio_text(known.level.value),
        bound=None if terms.bound is None else ratio_text(terms.bound),
        unit=terms.unit,
    )


def _possible(terms: ObjectiveTerms, spent: Quotient, ratio: Fraction | None) -> Possible | None:
    """Only time can be unknown: a case that came by file is there or not."""
    found = possible.possible(spent) if terms.measure == "time" else None
    if found is None or ratio is None or found.lowest == found.highest:
        return None
    return Possible(
        lowest=share_of(found.lowest, terms.places),
        highest=share_of(found.highest, terms.places),
        cannot_tell=terms.goal is not None and found.tells(terms.goal, terms.op) == "cannot_tell",
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


def _outage_figures(known: Known, spent: Quotient) -> OutageFigures:
    found = outages.outage_figures(known.figures.outages, spent.good, carried_in=known.carried_in)
    return OutageFigures(
        count=found.count,
        longest_us=found.longest,
        mean_time_to_restore_us=_exact(found.mean_time_to_restore),
        mean_time_between_failures_us=_exact(found.mean_time_between_failures),
        mean_time_between_incidents_us=_exact(found.mean_time_between_incidents),
    )


def _exact(ratio: Fraction | None) -> str | None:
    return None if ratio is None else ratio_text(ratio)


def _exclusions(versions: Sequence[ObjectiveTerms], period: Period) -> tuple[Exclusion, ...]:
    """Each version of the terms has ruled on what lies in its own time."""
    found: dict[tuple[int, int, str, bool], Granted | Refused] = {}
    for terms in versions:
        both: tuple[Granted | Refused, ...] = (*terms.exclusions, *terms.refused)
        for each in both:
            inside = (max(each.begin, period.begin), min(each.end, period.end))
            if intersect(terms.in_force, norm((inside,))):
                refused = isinstance(each, Refused)
                found[each.begin, each.end, each.announcement, refused] = each
    return tuple(_exclusion(found[key]) for key in sorted(found))


def _exclusion(each: Granted | Refused) -> Exclusion:
    return Exclusion(
        announcement=each.announcement,
        clause=each.clause,
        from_=format_instant(each.begin),
        to=format_instant(each.end),
        effect=None if isinstance(each, Refused) else each.effect,
        rule=each.rule if isinstance(each, Refused) else None,
        reason=each.reason if isinstance(each, Refused) else None,
        positions=each.positions,
    )


def _declared(
    versions: Sequence[ObjectiveTerms], period: Period, until: int
) -> tuple[DeclaredState, ...]:
    found = {each for terms in versions for each in terms.declared}
    if not found:
        return ()
    begin, end = period.begin, min(period.end, until)
    return tuple(
        DeclaredState(
            declaration=each.declaration,
            state=each.state,
            from_=format_instant(max(each.begin, begin)),
            to=format_instant(min(each.end, end)),
            position=each.position,
        )
        for each in sorted(found, key=lambda each: (each.begin, each.position))
        if each.begin < end and each.end > begin
    )


def _by_effect(terms: ObjectiveTerms, figures: DayFigures) -> dict[Effect, Share]:
    """Say the figure by every effect, where excluded time makes them differ."""
    if terms.measure != "time" or not figures.tally.excused:
        return {}
    said: dict[Effect, Share] = {}
    last: tuple[Fraction, Share] | None = None
    for effect, ratio in ratio_by_effect(figures.tally, terms.policy).items():
        # Where nothing bad was excluded, most effects come to the same.
        if last is None or ratio != last[0]:
            last = ratio, share_of(ratio, terms.places)
        said[effect] = last[1]
    return said


def _budget(budget: Budget, spent: Quotient, terms: ObjectiveTerms, known: Known) -> ErrorBudget:
    margin = None if terms.goal is None else margin_now(spent, terms.goal)
    exhausts = known.forecast.exhausts_at if known.forecast else None
    return ErrorBudget(
        allowed_us=ratio_text(budget.allowed),
        spent_us=budget.spent,
        left_us=ratio_text(budget.left),
        consumed=_exact(budget.consumed),
        margin_now_us=_exact(margin),
        exhausts_at=_instant(exhausts),
    )


def _forecast(terms: ObjectiveTerms, known: Known) -> Forecast | None:
    found = known.forecast
    if found is None:
        return None

    def share(ratio: Fraction | None) -> Share | None:
        return None if ratio is None else share_of(ratio, terms.places)

    return Forecast(
        best=share(found.best),
        worst=share(found.worst),
        trend=share(found.trend),
        reasons=tuple(found.reasons),
    )


def _remedy(terms: ObjectiveTerms, said: Verdict) -> dict[str, object] | None:
    """Only a breach of a promise in force has consequences; shadow and baseline cause nothing."""
    due = said == "breached" and terms.mode == "enforced" and terms.remedy is not None
    return dict(terms.remedy or {}) if due else None
