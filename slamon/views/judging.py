"""Judge an objective in a period from its days: one question, one answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sqlalchemy import Connection

from catalogue.instants import format_instant
from catalogue.intervals import intersect
from catalogue.periods import Period, period_at
from slamon.sla import outages
from slamon.sla.duration import counts_of_cases
from slamon.sla.judge import judge, with_time_beyond
from slamon.sla.judgement import Basis, Coverage, ObjectiveJudgement, PartJudged, Verdict
from slamon.sla.known import Known
from slamon.sla.tally import DayFigures, Tally, classify, merge
from slamon.views import days, horizon, measuring
from slamon.views.daybook import mixed
from slamon.views.objectives import Judged, PromisedBy, Unjudged, of_agreement
from slamon.views.outlook import allows_none, first_bad, mean_of_slices, out_of_reach, outlook
from slamon.views.promised import Promises, promises
from slamon.views.witnesses import unconfirmed, witnessed

DAY_US = 86_400_000_000
LOOK_BACK = 35 * DAY_US  # how far back the beginning of an outage is looked for
WORST_FIRST: Sequence[Verdict] = (
    "breached",
    "at_risk",
    "not_measured",
    "on_track",
    "met_late",
    "met",
    "pending",
    "not_applicable",
)
Dated = tuple[Judged, days.Day]


@dataclass(frozen=True)
class Frame:
    """What all judgements of one answer share: the instant asked for and how far results are reported."""

    connection: Connection
    now: int
    reported: horizon.Reported
    held: Promises
    desk: days.Desk
    past: bool = False
    """Whether it shows what was known at `now`, and not all that is known."""

    @classmethod
    def at(cls, connection: Connection, now: int, *, past: bool = False) -> Frame:
        """The frame of an instant (µs)."""
        reported = horizon.covered_until(connection)
        return cls(connection, now, reported, promises(connection), days.Desk(connection), past)

    def until(self, judged: Judged, period: Period) -> int:
        """How far an objective can be judged in a period."""
        return min(period.end, horizon.known_until(judged, self.reported, self.now))


def judge_objective(
    frame: Frame, versions: Sequence[Judged | Unjudged], asked: Period, *, closed: bool = False
) -> ObjectiveJudgement:
    """Judge one objective in the period it promises by; where it has parts with terms of their own, the worst counts.

    `versions` are those of the objective, in order. Parts that promise the same are added, tally by tally.
    """
    period = own_period(versions, asked, frame.now)
    if period is None:
        why = "the day on which the agreement begins is not known"
        return not_judged(versions[-1], why, holds=True, closed=closed)
    parts = _weighing(promising(versions, asked), period)
    said = [
        _judge_group(frame, group, period, closed=closed)
        for group in _alike(parts or versions[-1:])
    ]
    worst = min(said, key=lambda each: WORST_FIRST.index(each.state))
    if len(said) > 1:
        pairs = zip(said, _alike(parts), strict=True)
        told = tuple(_part(each, group, period) for each, group in pairs)
        note = f"judged in {len(said)} parts, each by its own terms: the worst is shown"
        worst = worst.model_copy(update={"note": note, "parts": told})
    if period.label != asked.label:
        worst = worst.model_copy(update={"note": period_note(period.label, worst.note)})
    return worst


def own_period(versions: Sequence[Judged | Unjudged], asked: Period, now: int) -> Period | None:
    """The period an objective promises by that stands for the one asked for; None where none can be told."""
    newest = promising(versions, asked)[-1]
    return newest.own_period(asked, now) if isinstance(newest, Judged) else asked


def promising(versions: Sequence[Judged | Unjudged], asked: Period) -> Sequence[Judged | Unjudged]:
    """The versions that answer for a period: those that promise by its kind and hold in it, else the newest that hold.

    A promise by months that is made by quarters from some day on is two promises, each with periods of its own.
    """
    holding = [each for each in versions if _holds(each, asked)] or versions[-1:]
    kind = next((_kind(each) for each in holding[::-1] if closed_by(each) == asked.unit), None)
    kind = kind or _kind(holding[-1])
    return [each for each in versions if _kind(each) == kind]


def _weighing(versions: Sequence[Judged | Unjudged], period: Period) -> Sequence[Judged | Unjudged]:
    """The versions that hold in a period; what binds nobody does not weigh beside what binds."""
    holding = [each for each in versions if _holds(each, period)]
    return [each for each in holding if each.mode != "shadow"] or holding


def closed_by(version: Judged | Unjudged) -> PromisedBy:
    """The unit of the periods with which a promise is closed: a rolling window is, month by month."""
    return "month" if _kind(version) == "rolling" else _kind(version)


def _kind(version: Judged | Unjudged) -> PromisedBy:
    return "month" if isinstance(version, Unjudged) else version.unit


def judged_by(
    frame: Frame, versions: Sequence[Judged | Unjudged], period: Period
) -> Iterator[tuple[tuple[Judged, ...], tuple[Dated, ...]]]:
    """The versions that are added in a period, group by group, and each local day with the one it is judged by."""
    holding = _weighing(promising(versions, period), period)
    for group in _alike(holding or versions[-1:]):
        if not isinstance(group, Unjudged):
            until = min(frame.until(each, period) for each in group)
            yield tuple(group), tuple(_days(frame, group, period, until))


def period_note(label: str, note: str | None) -> str:
    """What is said of a figure that is not that of the period asked for."""
    said = f"promised by another period: judged in {label}"
    return f"{said}; {note}" if note else said


def _holds(version: Judged | Unjudged, period: Period) -> bool:
    return bool(intersect(version.in_force, (period.span,)))


def _alike(
    versions: Sequence[Judged | Unjudged],
) -> list[Sequence[Judged] | Unjudged]:
    """Versions in order, those that promise the same put together."""
    judged = [each for each in versions if isinstance(each, Judged)]
    groups: list[Sequence[Judged] | Unjudged] = [
        list(group) for _, group in groupby(sorted(judged, key=_order), key=_promise)
    ]
    return groups + [each for each in versions if isinstance(each, Unjudged)]


def _order(judged: Judged) -> tuple[int, int]:
    return judged.part, judged.version


def _promise(judged: Judged) -> object:
    """What must be equal for the tallies of two versions to be added (§4.12)."""
    terms = judged.terms
    told = (terms.indicator, terms.target, terms.op, terms.mode, terms.within, terms.priority)
    return *told, terms.policy, terms.aggregate, terms.min_coverage, terms.min_sample, judged.part


def _part(
    said: ObjectiveJudgement, group: Sequence[Judged] | Unjudged, period: Period
) -> PartJudged:
    spells = [group.in_force] if isinstance(group, Unjudged) else [each.in_force for each in group]
    spans = intersect(tuple(sorted(s for spell in spells for s in spell)), (period.span,))
    return PartJudged(
        target=said.target,
        from_=format_instant(spans[0][0]),
        to=format_instant(spans[-1][1]),
        state=said.state,
        measured=said.measured,
    )


def _judge_group(
    frame: Frame, group: Sequence[Judged] | Unjudged, period: Period, *, closed: bool
) -> ObjectiveJudgement:
    if isinstance(group, Unjudged):
        return not_judged(group, group.why, holds=_holds(group, period), closed=closed)
    newest = group[-1]
    until = min(frame.until(each, period) for each in group)
    found = list(_days(frame, group, period, until))
    known = _known(frame, group, period, found, until, closed=closed)
    said = judge([each.terms for each in group], period, known)
    if newest.files:
        return said.model_copy(update={"tally": {}, "declared": (), "exclusions": ()})
    return _with_witnesses(frame, group, period, said, until) if newest.sources else said


def _with_witnesses(
    frame: Frame, group: Sequence[Judged], period: Period, said: ObjectiveJudgement, until: int
) -> ObjectiveJudgement:
    newest = group[-1]
    seen = tuple(witnessed(frame.desk, newest, outage, until) for outage in said.outages)
    lone = unconfirmed(frame.desk, newest, (period.begin, until)) if said.measured else ()
    return said.model_copy(update={"outages": seen, "unconfirmed": lone})


def _days(frame: Frame, group: Sequence[Judged], period: Period, until: int) -> Iterator[Dated]:
    """Each local day of a period with the version that holds on it, in order of time."""
    by_version = [(each, _figures(frame.desk, each, period, until)) for each in group]
    for together in zip(*(found for _, found in by_version), strict=True):
        span = (together[0].figures.begin, together[0].figures.end)
        holding = (n for n, each in enumerate(group) if intersect(each.in_force, (span,)))
        index = next(holding, 0)
        yield group[index], together[index]


def _figures(desk: days.Desk, judged: Judged, period: Period, until: int) -> list[days.Day]:
    """The days of a period; the first one in part only where a rolling window begins inside it."""
    found = desk.figures(judged, period.span, until)
    if found and found[0].figures.begin < period.begin:
        rest = replace(period_at("day", period.begin, judged.tz), begin=period.begin)
        found[0] = next(desk.computed(judged, [rest], until))
    return found


def _known(
    frame: Frame,
    group: Sequence[Judged],
    period: Period,
    found: Sequence[Dated],
    until: int,
    *,
    closed: bool,
) -> Known:
    newest = group[-1]
    figures = _of_time(group, period, found)
    carried = _carried_in(frame, group, period, figures)
    known = Known(
        figures=figures,
        until=until,
        closed=closed,
        basis=_basis(day.basis for _, day in found),
        breached_at=out_of_reach(frame.desk, group, period, found, figures.tally),
        carried_in=carried,
    )
    if newest.terms.measure == "level":
        level = measuring.level_of(frame.desk, group, period, figures, until, carried=carried)
        basis = known.basis if newest.sources else "imported"
        return replace(known, level=level, basis=basis)
    if newest.files:
        return _of_tickets(frame, group, period, known)
    if newest.terms.measure == "cases":
        return replace(known, breached_at=first_bad(frame.desk, group, found))
    if newest.terms.mean_of_slices is not None:
        return replace(
            known, share=mean_of_slices(frame.desk, group, period, until), breached_at=None
        )
    if newest.terms.measure == "time" and not closed and until < period.end:
        return replace(known, forecast=outlook(frame.desk, group, period, figures, until))
    return known


def _of_time(group: Sequence[Judged], period: Period, found: Sequence[Dated]) -> DayFigures:
    """The time of a period by class; none where files are counted, whatever state the service was in."""
    if group[-1].files or not found:
        return _nothing(period)
    figures = merge(day.figures for _, day in found)
    return with_time_beyond([each.terms for each in group], period, figures)


def _of_tickets(frame: Frame, group: Sequence[Judged], period: Period, known: Known) -> Known:
    results = measuring.ticket_results(frame.desk, group, period.span, frame.now)
    late = [each.breached_at for each in results if each.breached_at is not None]
    return replace(
        known,
        figures=replace(known.figures, cases=counts_of_cases(results)),
        waiting=sum(each.state == "pending" for each in results),
        basis="imported" if results else "none",
        breached_at=min(late, default=None) if allows_none(group[-1]) else None,
    )


def _nothing(period: Period) -> DayFigures:
    return DayFigures(period.begin, period.begin, Tally())


def _basis(parts: Iterable[Basis]) -> Basis:
    basis: Basis | None = None
    for part in parts:
        if part != "none":
            basis = mixed(basis, part)
    return basis or "none"


def _carried_in(frame: Frame, group: Sequence[Judged], period: Period, figures: DayFigures) -> bool:
    """Whether the first outage began before the period, or before the versions that are judged hold (§4.6)."""
    if not figures.outages or figures.available_before:
        return False
    firsts = (begin for each in group for begin, _ in each.in_force)
    begin = max(period.begin, min(firsts, default=period.begin))
    before = tuple(_before(frame, group[0], (begin - LOOK_BACK, begin)))
    return bool(before) and outages.carried_in(merge(before), figures)


def _before(frame: Frame, judged: Judged, span: tuple[int, int]) -> Iterator[DayFigures]:
    """The figures of a span by whichever versions of a promise held in it."""
    for each in of_agreement(frame.held, judged.agreement):
        if isinstance(each, Judged) and each.key[:2] == judged.key[:2]:
            for held in intersect(each.in_force, (span,)):
                entries = frame.desk.entries(each, held, held[1])
                yield classify(entries, each.terms.agreed(*held), each.terms.windows, held)


def not_judged(
    version: Judged | Unjudged, why: str, *, holds: bool, closed: bool
) -> ObjectiveJudgement:
    """An objective that is kept and shown, with the reason why it has no figure."""
    if isinstance(version, Judged):
        terms = version.terms
        named = (terms.objective, terms.service, terms.indicator, terms.target, terms.mode)
    else:
        stated = version.objective
        named = (stated.id, stated.service, stated.indicator, version.target, version.mode)
    objective, service, indicator, target, mode = named
    return ObjectiveJudgement(
        objective=objective,
        service=service,
        indicator=indicator,
        target=target,
        mode=mode,
        state="not_measured" if holds else "not_applicable",
        provisional=not closed,
        basis="none",
        partial=False,
        measured=None,
        coverage=Coverage(
            known_us=0, agreed_us=0, ratio=None, percent=None, minimum=None, sufficient=False
        ),
        tally={},
        outages=(),
        breached_at=None,
        error_budget=None,
        remedy=None,
        note=why,
    )
