"""Judge an agreement in a period from its days: one question, one answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from catalogue.instants import format_instant, parse_instant
from catalogue.intervals import intersect
from catalogue.periods import Period
from probes.outcome import Outcome
from slamon.sla import observed
from slamon.sla.availability import quotient
from slamon.sla.budget import budget_of, planned_time
from slamon.sla.judge import judge, out_of_reach_at
from slamon.sla.judgement import Basis, Coverage, ObjectiveJudgement, Outage, Unconfirmed, Verdict
from slamon.sla.tally import DayFigures, Tally, merge
from slamon.views import days, horizon
from slamon.views.daybook import mixed
from slamon.views.objectives import Judged, Unjudged
from slamon.views.promised import Promises, promises
from slamon.views.shelf import Fetched

SECOND_US = 1_000_000
WORST_FIRST: Sequence[Verdict] = (
    "breached",
    "at_risk",
    "not_measured",
    "on_track",
    "met",
    "pending",
    "not_applicable",
)


@dataclass(frozen=True)
class Frame:
    """What all judgements of one answer share: the instant asked for and how far results are reported."""

    connection: Connection
    now: int
    reported: horizon.Reported
    held: Promises
    desk: days.Desk

    @classmethod
    def at(cls, connection: Connection, now: int) -> Frame:
        """The frame of an instant (µs)."""
        reported = horizon.covered_until(connection)
        return cls(connection, now, reported, promises(connection), days.Desk(connection))

    def until(self, judged: Judged, period: Period) -> int:
        """How far an objective can be judged in a period."""
        return min(period.end, horizon.known_until(judged, self.reported, self.now))


def judge_objective(
    frame: Frame, versions: Sequence[Judged | Unjudged], period: Period, *, closed: bool = False
) -> ObjectiveJudgement:
    """Judge one objective in one period; where its terms changed inside, the worst part counts.

    `versions` are those of the objective, in order.
    """
    parts = [version for version in versions if _holds(version, period)]
    judgements = [
        _judge_part(frame, part, period, closed=closed) for part in parts or versions[-1:]
    ]
    worst = min(judgements, key=lambda each: WORST_FIRST.index(each.state))
    if len(judgements) == 1:
        return worst
    note = f"terms changed inside the period: the worst of {len(judgements)} parts is shown"
    return worst.model_copy(update={"note": note})


def _holds(version: Judged | Unjudged, period: Period) -> bool:
    return bool(intersect(version.in_force, (period.span,)))


def _judge_part(
    frame: Frame, version: Judged | Unjudged, period: Period, *, closed: bool
) -> ObjectiveJudgement:
    if isinstance(version, Unjudged):
        return not_judged(version, holds=_holds(version, period), closed=closed)
    until = frame.until(version, period)
    found = frame.desk.figures(version, period.span, until)
    figures = merge(day.figures for day in found) if found else _nothing(period)
    said = judge(
        version.terms,
        period,
        figures,
        until=until,
        closed=closed,
        basis=_basis(day.basis for day in found),
        breached_at=_breached_at(frame, version, period, found, figures.tally),
    )
    outages = tuple(_witnessed(frame, version, outage, until) for outage in said.outages)
    unconfirmed = _unconfirmed(frame, version, period, until) if said.measured else ()
    return said.model_copy(update={"outages": outages, "unconfirmed": unconfirmed})


def _nothing(period: Period) -> DayFigures:
    return DayFigures(period.begin, period.begin, Tally())


def _basis(parts: Iterable[Basis]) -> Basis:
    basis: Basis | None = None
    for part in parts:
        if part != "none":
            basis = mixed(basis, part)
    return basis or "none"


def not_judged(version: Unjudged, *, holds: bool, closed: bool) -> ObjectiveJudgement:
    """An objective of a kind that is kept and shown, with the reason why it has no figure."""
    objective = version.objective
    return ObjectiveJudgement(
        objective=objective.id,
        service=objective.service,
        indicator=objective.indicator,
        target=version.target,
        mode=version.mode,
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
        note=version.why,
    )


def _breached_at(
    frame: Frame, judged: Judged, period: Period, found: Sequence[days.Day], total: Tally
) -> int | None:
    """The instant the target went out of reach: found in the first day whose end is beyond it."""
    terms = judged.terms
    if terms.goal is None or not quotient(total, terms.policy).bad:
        return None
    planned = planned_time(terms.agreed(*period.span), terms.excused, terms.policy)
    before = Tally()
    for day in found:
        after = before + day.figures.tally
        spent = quotient(after, terms.policy)
        if spent.bad and budget_of(after, terms.policy, terms.goal, planned).left < 0:
            span = (day.figures.begin, day.figures.end)
            seen = frame.desk.observations(judged, span)
            return out_of_reach_at(terms, period, seen.states(judged, span), before)
        before = after
    return None


def _witnessed(frame: Frame, judged: Judged, outage: Outage, until: int) -> Outage:
    """An outage with the places that saw it, and the first and last bad result of each."""
    begin = parse_instant(outage.from_)
    span = (begin, parse_instant(outage.to) if outage.to else max(until, begin + 1))
    seen = frame.desk.observations(judged, span)
    places = observed.places_down(
        judged.terms,
        [each.check_runs() for each in seen.checks],
        [each.check_runs() for each in seen.controls],
        span,
    )
    evidence = tuple(text for each in seen.checks for text in _bad_results(each, span))
    return outage.model_copy(update={"locations": places, "evidence": evidence})


def _bad_results(fetched: Fetched, span: tuple[int, int]) -> Iterable[str]:
    parts = [
        part
        for run in fetched.runs
        if run.outcome is Outcome.BAD
        and (part := run.part(run.before(span[0]), run.before(span[1])))
    ]
    if parts:
        source = fetched.source
        first, last = _to_the_second(parts[0].first), _to_the_second(parts[-1].last)
        count = sum(part.count for part in parts)
        yield f"{source.check} at {source.location}: {count} bad results, {first} to {last}"


def _to_the_second(instant: int) -> str:
    return format_instant(instant // SECOND_US * SECOND_US)


def _unconfirmed(
    frame: Frame, judged: Judged, period: Period, until: int
) -> tuple[Unconfirmed, ...]:
    if judged.terms.confirm == 1:
        return ()
    span = (period.begin, until)
    seen = frame.desk.observations(judged, span)
    return observed.unconfirmed(
        judged.terms,
        [each.check_runs() for each in seen.checks],
        [each.check_runs() for each in seen.controls],
        span,
    )
