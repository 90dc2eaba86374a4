"""What stands behind a figure that is no time: the cases, and the numbers that were read off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

from sqlalchemy import Connection

from catalogue.instants import format_instant
from catalogue.intervals import Intervals, Span, clip, subtract
from catalogue.periods import Period
from probes.outcome import Outcome
from slamon.sla.availability import ratio_text
from slamon.sla.counts import Counts, case_counts
from slamon.sla.duration import CaseResult
from slamon.sla.judgement import ObjectiveJudgement
from slamon.sla.runs import Run
from slamon.views import cases
from slamon.views.explanation import Cases, CaseTold, LevelRead, PriorityHeld
from slamon.views.judging import Frame
from slamon.views.measuring import ticket_results
from slamon.views.objectives import Judged
from slamon.views.shelf import Source
from slamon.views.signatures import waiting
from slamon.views.traced import Tracer

Stretch = tuple[Judged, Span]
Told = tuple[Cases | None, tuple[CaseTold, ...]]
NO_CASES: Told = (None, ())


def cases_of(
    frame: Frame, tracer: Tracer, newest: Judged, stretches: Sequence[Stretch], period: Period
) -> Told:
    """The cases of a period: how many, and each ticket or bad result; none where time or a level is promised."""
    if newest.terms.measure != "cases":
        return NO_CASES
    if newest.files:
        versions = list({judged.key: judged for judged, _ in stretches}.values())
        return _tickets(frame, ticket_results(frame.desk, versions, period.span, frame.now))
    return _results(frame, tracer, stretches)


def _tickets(frame: Frame, found: Sequence[CaseResult]) -> Told:
    states = [each.state for each in found]
    files = {each.case.file for each in found if each.case.file}
    unsigned = waiting(frame.connection, frame.held, files)
    counted = Cases(
        met=states.count("met"),
        not_met=states.count("breached"),
        pending=states.count("pending"),
        unsigned=sum(each.case.file in unsigned for each in found),
    )
    in_order = sorted(found, key=lambda each: each.case.started)
    return counted, tuple(_ticket(each, unsigned) for each in in_order)


def _ticket(result: CaseResult, unsigned: AbstractSet[tuple[str, str]]) -> CaseTold:
    case = result.case
    return CaseTold(
        case=case.id,
        state=result.state,
        from_=format_instant(case.started),
        to=None if case.stopped is None else format_instant(case.stopped),
        due_at=format_instant(result.due_at),
        elapsed_us=result.elapsed,
        priority=case.priority or None,
        priorities=tuple(
            PriorityHeld(priority=priority, from_=format_instant(since))
            for since, priority in case.priorities
        ),
        unsigned=case.file[1] if case.file and case.file in unsigned else None,
        facts=tuple(int(position) for position in case.evidence),
    )


def _results(frame: Frame, tracer: Tracer, stretches: Sequence[Stretch]) -> Told:
    """The results of probes that a share is taken of."""
    counted, agreed, seen = Counts(), Counts(), Counts()
    not_met: list[tuple[Source, Run]] = []
    for judged, span in stretches:
        terms = judged.terms
        found = cases.case_runs(
            frame.connection, judged.sources, judged.controls, judged.bound, span
        )
        hours = terms.agreed(*span)
        counted += case_counts(found, hours, terms.windows, span)
        agreed += case_counts(found, hours, (), span)
        seen += case_counts(found, (span,), (), span)
        excluded = tuple((a, b) for a, b, effect in terms.windows if effect != "ignore")
        bad = subtract(clip(hours, span), excluded)
        for source, runs in zip(judged.sources, found, strict=True):
            not_met += [(source, part) for part in _bad_within(runs, bad)]
    told = Cases(
        met=counted.good,
        not_met=counted.bad,
        excluded=agreed.total - counted.total,
        outside=seen.total - agreed.total,
    )
    return told, tuple(_lines(tracer, not_met))


def _bad_within(runs: Sequence[Run], spans: Intervals) -> Iterator[Run]:
    for run in runs:
        if run.outcome is Outcome.BAD:
            for begin, end in spans:
                if part := run.part(run.before(begin), run.before(end)):
                    yield part


def _lines(tracer: Tracer, found: Sequence[tuple[Source, Run]]) -> Iterator[CaseTold]:
    positions = tracer.positions((s.check, s.location, run.first) for s, run in found)
    for source, run in sorted(found, key=lambda each: each[1].first):
        position = positions.get((source.check, source.location, run.first))
        yield CaseTold(
            case=source.check,
            location=source.location,
            state="breached",
            from_=format_instant(run.first),
            to=format_instant(run.last),
            count=run.count,
            facts=() if position is None else (position,),
        )


def readings_of(
    connection: Connection, judged: Judged, period: Period, said: ObjectiveJudgement
) -> Iterator[LevelRead]:
    """The numbers a level was judged by: those of files, or the outages of the period."""
    terms = judged.terms
    if terms.measure != "level":
        return
    for name in judged.files:
        before = cases.level_before(connection, name, period.begin)
        if before is not None and terms.aggregate != "sum":
            yield _read(name, before)
        for row in cases.levels(connection, name, period.span):
            yield _read(name, row)
    if terms.indicator in {"outage_count", "longest_outage"}:
        for outage in said.outages:
            value = 1 if terms.indicator == "outage_count" else outage.counted_us
            yield LevelRead(
                at=outage.from_, value=ratio_text(Fraction(value)), source=terms.service, facts=()
            )


def _read(source: str, row: cases.LevelRow) -> LevelRead:
    return LevelRead(
        at=format_instant(row.at),
        value=ratio_text(Fraction(row.value)),
        source=source,
        facts=(row.position,),
    )
