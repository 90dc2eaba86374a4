"""The periods of an agreement: which there are, and what each came to, as closed or as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from catalogue.agreements import Agreement
from catalogue.instants import InstantError
from catalogue.intervals import intersect
from catalogue.periods import Period, Unit, period_at
from slamon.sla.closing import PeriodClosed
from slamon.sla.judgement import ObjectiveJudgement
from slamon.views import cases, horizon, kept
from slamon.views.days import Desk
from slamon.views.judging import Frame, closed_by, judge_objective, own_period, period_note
from slamon.views.objectives import Judged, PromisedBy, Unjudged, of_agreement
from slamon.views.promised import Promises
from slamon.views.remedied import with_consequences
from slamon.views.shelf import FAR

Versions = Sequence[Judged | Unjudged]


def by_objective(held: Promises, agreement: str) -> Iterator[tuple[str, Versions]]:
    """The objectives of an agreement, each with its versions in order."""
    own = list(of_agreement(held, agreement))
    order = {objective: n for n, objective in enumerate(dict.fromkeys(map(_name, own)))}
    own.sort(key=lambda each: (order[_name(each)], each.version, -_part(each)))
    for objective, versions in groupby(own, key=_name):
        yield objective, list(versions)


def _name(each: Judged | Unjudged) -> str:
    return each.terms.objective if isinstance(each, Judged) else each.objective.id


def _part(each: Judged | Unjudged) -> int:
    return each.part if isinstance(each, Judged) else 0


def judge_period(
    frame: Frame, agreement: str, period: Period, *, own: bool = False
) -> tuple[ObjectiveJudgement, ...]:
    """All objectives of an agreement in a period, each in the period it promises by: as closed, or as it stands.

    With `own` only those that promise by such periods and hold in this one.
    """
    closed: dict[str, PeriodClosed | None] = {period.label: _closed(frame, agreement, period.label)}
    figures = []
    for objective, versions in by_objective(frame.held, agreement):
        if own and not _closed_with(versions, period):
            continue
        label = _closed_under(versions, period, frame.now)
        if label not in closed:
            closed[label] = _closed(frame, agreement, label)
        final = _figure(closed[label], objective)
        if final and label != period.label:
            final = final.model_copy(update={"note": period_note(label, final.note)})
        figures.append(final or _judged_now(frame, agreement, versions, period))
    return (*figures, *_no_more_promised(closed.get(period.label), figures))


def asked_for(held: Promises, agreement: Agreement, label: str) -> Period:
    """The period that a label names, in which the agreement holds; a month, or one by which it promises something.

    Raises:
        InstantError: the label names no such period.

    """
    period = agreement.period_held(label)
    kinds = {closed_by(each) for each in of_agreement(held, agreement.id)}
    if period.unit != "month" and period.unit not in kinds:
        kind = period.unit.replace("_", " ")
        said = f"nothing in {agreement.id} is promised by the {kind}, so {label} has no figure"
        raise InstantError(f"{said}; ask for a month like {_month_in(period)}")
    return period


def _month_in(period: Period) -> str:
    return period_at("month", period.begin, period.tz).label


def _judged_now(
    frame: Frame, agreement: str, versions: Versions, period: Period, *, closed: bool = False
) -> ObjectiveJudgement:
    said = judge_objective(frame, versions, period, closed=closed)
    stated = frame.held.get(Agreement, agreement)
    own = own_period(versions, period, frame.now)
    if stated is None or own is None:
        return said
    # A rolling window is closed with the month it ends in: the months before it stand in a row with it.
    counted = period if own.unit == "rolling" else own
    return with_consequences(frame.connection, stated, counted, said)


def _closed(frame: Frame, agreement: str, label: str) -> PeriodClosed | None:
    """What is tried anew takes no closed figure for granted."""
    return None if frame.desk.anew else kept.closed_period(frame.connection, agreement, label)


def _figure(closed: PeriodClosed | None, objective: str) -> ObjectiveJudgement | None:
    figures = closed.figures if closed else ()
    return next((each for each in figures if each.objective == objective), None)


def _no_more_promised(
    closed: PeriodClosed | None, found: Sequence[ObjectiveJudgement]
) -> Iterator[ObjectiveJudgement]:
    """Closed figures of objectives that the agreement, as known now, no longer has."""
    named = {each.objective for each in found}
    for each in closed.figures if closed else ():
        if each.objective not in named:
            yield each


def _closed_under(versions: Versions, asked: Period, now: int) -> str:
    """The label under which an objective's figure is closed; that of a rolling window is the month it ends."""
    own = own_period(versions, asked, now)
    return asked.label if own is None or own.unit == "rolling" else own.label


def closing_figures(
    frame: Frame, agreement: Agreement, period: Period
) -> tuple[tuple[ObjectiveJudgement, ...], int]:
    """The final figures of a period, and the instant up to which all of them are known.

    Only an objective that promises by such periods, and holds in this one, has a figure.
    """
    figures: list[ObjectiveJudgement] = []
    until = frame.now
    for _, versions in by_objective(frame.held, agreement.id):
        own = _closed_with(versions, period)
        if own:
            judged = [each for each in own if isinstance(each, Judged)]
            known = (horizon.known_until(each, frame.reported, frame.now) for each in judged)
            until = min([until, *known])
            figures.append(_judged_now(frame, agreement.id, own, period, closed=True))
    return tuple(figures), until


def _closed_with(versions: Versions, period: Period) -> Versions:
    """The versions of a promise that are closed with a period."""
    return [
        each
        for each in versions
        if closed_by(each) == period.unit and intersect(each.in_force, (period.span,))
    ]


def current_period(held: Promises, agreement: Agreement, now: int) -> Period | None:
    """The month an agreement is in: none before it begins, its last one after it has ended."""
    spans = [span for version in _judged(held, agreement) for span in version.terms.in_force]
    if not spans:
        return None
    begin, end = min(s[0] for s in spans), max(s[1] for s in spans)
    if now < begin:
        return None
    return period_at("month", min(now, end - 1), agreement.tz)


def all_periods(frame: Frame, agreement: Agreement) -> Iterator[Period]:
    """Every period by which an agreement promises something and that has begun, unit by unit."""
    by_unit: dict[PromisedBy, list[Judged]] = {}
    for each in _judged(frame.held, agreement):
        by_unit.setdefault(closed_by(each), []).append(each)
    for unit, judged in by_unit.items():
        if unit == "term":
            yield from [agreement.period("term")] if agreement.last_day is not None else []
        elif unit != "rolling":
            yield from _since_first_result(frame, agreement, judged, unit)


def _since_first_result(
    frame: Frame, agreement: Agreement, judged: Sequence[Judged], unit: Unit
) -> Iterator[Period]:
    firsts = [at for each in judged if (at := first_known(frame.desk, each)) is not None]
    spans = [span for each in judged for span in each.terms.in_force]
    if not firsts or not spans or frame.now < min(s[0] for s in spans):
        return
    last = min(frame.now, max(s[1] for s in spans) - 1)
    begin = max(min(firsts), min(s[0] for s in spans), -FAR)
    year = agreement.anniversary
    period = period_at(unit, begin, agreement.tz, year)
    while period.begin <= last:
        yield period
        period = period.next()


def first_known(desk: Desk, judged: Judged) -> int | None:
    """The instant of the first result, ticket or number that a promise rests on; None while there is none."""
    if not judged.files:
        return desk.first_result(judged)
    return cases.first_of(desk.connection, judged.files)


def _judged(held: Promises, agreement: Agreement) -> list[Judged]:
    return [
        each
        for _, versions in by_objective(held, agreement.id)
        for each in versions
        if isinstance(each, Judged)
    ]
