"""How agreements and services stand now: the answers of the overview."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from catalogue.agreements import Agreement
from catalogue.document import PartialDate
from catalogue.instants import format_instant, local_date
from catalogue.intervals import intersect, norm, subtract
from catalogue.periods import Period, parse_period
from catalogue.services import UNSPECIFIED, Service
from slamon.sla.availability import Policy, percent_text, quotient
from slamon.sla.judgement import Basis, ObjectiveJudgement, State
from slamon.sla.tally import DayFigures, merge
from slamon.views import days, horizon, kept
from slamon.views.answers import (
    AgreementSummary,
    DayCell,
    ObjectiveStatus,
    OutageLine,
    PeriodLine,
    ServiceSummary,
    TallyDay,
)
from slamon.views.burning import excluded_now
from slamon.views.judging import Frame
from slamon.views.listings import party_name
from slamon.views.objectives import Judged, of_agreement, of_service
from slamon.views.periods import all_periods, by_objective, current_period, judge_period
from slamon.views.promised import Promises

DAY_US = 86_400_000_000
LOOK_BACK = 2 * DAY_US  # how far back the beginning of the present state is looked for


def concerns(held: Promises, agreement: str, service: str) -> bool:
    """Whether any version of an agreement promises something of a service."""
    return any(
        service == (each.terms if isinstance(each, Judged) else each.objective).service
        for each in of_agreement(held, agreement)
    )


def agreement_summary(frame: Frame, agreement: Agreement) -> AgreementSummary:
    """An agreement with its objectives in the current period."""
    held = frame.held
    period = current_period(held, agreement, frame.now)
    judgements = judge_period(frame, agreement.id, period) if period else ()
    return AgreementSummary(
        agreement=agreement.id,
        name=agreement.name,
        kind=agreement.kind,
        customer=party_name(held, agreement.customer),
        provider=party_name(held, agreement.provider),
        state=_lifecycle(agreement, frame.now),
        catalogue=held.catalogue_of("agreement", agreement.id),
        in_force_from=_day_text(agreement.in_force.from_ or agreement.began_on),
        in_force_to=agreement.last_day.isoformat() if agreement.last_day else None,
        period=kept.said_period(period) if period else None,
        closed_periods=kept.closed_labels(frame.connection, agreement.id),
        restated_periods=kept.closed_labels(frame.connection, agreement.id, restated=True),
        objectives=tuple(objective_status(held, judgement) for judgement in judgements),
    )


def _lifecycle(agreement: Agreement, now: int) -> str:
    """The lifecycle as shown: an agreement whose last day is over has expired, whoever recorded it or not."""
    last = agreement.last_day
    over = last is not None and local_date(now, agreement.tz) > last
    return "expired" if over and agreement.state in {"signed", "in_force"} else agreement.state


def in_force_first(summary: AgreementSummary) -> tuple[bool, str]:
    """The order of agreements: what holds now comes before what is negotiated or over."""
    return summary.state not in {"signed", "in_force"}, summary.agreement


def _day_text(day: object) -> str | None:
    """A day as precisely as it is known, never more."""
    if isinstance(day, PartialDate):
        return day.value
    return str(day) if day else None


def objective_status(held: Promises, judgement: ObjectiveJudgement) -> ObjectiveStatus:
    """A judgement with what lists need to name it."""
    return ObjectiveStatus(
        title=judgement.objective,
        service_name=kept.service_name(held, judgement.service),
        judgement=judgement,
    )


def shown(held: Promises, service: str, now: int) -> Judged | None:
    """The objective that a service's state and days are shown by.

    In force before not in force, a promise before a baseline, enforced before shadow.
    """
    own = of_service(held, service)

    def rank(each: Judged) -> tuple[bool, int, str, str]:
        holds = bool(intersect(each.terms.in_force, ((now, now + 1),)))
        mode = ("enforced", "shadow", "baseline").index(each.terms.mode)
        return not holds, mode, each.agreement, each.terms.objective

    return min(own, key=rank, default=None)


def service_summary(frame: Frame, service: Service, *, back: int) -> ServiceSummary:
    """A service with its state now and its last `back` days."""
    held = frame.held
    judged = shown(held, service.id, frame.now)
    state, since, basis = _state_now(frame, judged) if judged else ("unknown", None, "none")
    return ServiceSummary(
        service=service.id,
        name=service.name,
        provider=party_name(held, service.provider),
        lifecycle=service.lifecycle,
        catalogue=held.catalogue_of("service", service.id),
        measured=judged is not None,
        state=state,
        since=since,
        basis=basis,
        days=day_cells(frame, judged, back) if judged else (),
        excluded=judged is not None and excluded_now(judged, frame.now),
        funding_source=None if service.funding_source == UNSPECIFIED else service.funding_source,
    )


def _state_now(frame: Frame, judged: Judged) -> tuple[State, str | None, Basis]:
    until = horizon.known_until(judged, frame.reported, frame.now)
    span = (until - LOOK_BACK, until)
    seen = frame.desk.observations(judged, span)
    begin, state = seen.states(judged, span).points[-1]
    known = state != "unknown" and begin > span[0]
    return state, format_instant(begin) if known else None, next(seen.rested_on([span]))


def day_cells(frame: Frame, judged: Judged, back: int) -> tuple[DayCell, ...]:
    """The last `back` local days of an objective, the oldest first."""
    until = horizon.known_until(judged, frame.reported, frame.now)
    span = (frame.now - (back - 1) * DAY_US, frame.now)
    found = frame.desk.figures(judged, span, until)
    return tuple(_cell(day, judged.terms.policy) for day in found)


@lru_cache(maxsize=16_384)
def _cell(day: days.Day, policy: Policy) -> DayCell:
    spent = quotient(day.figures.tally, policy)
    return DayCell(
        date=day.label,
        worst=_worst(day.figures),
        percent=percent_text(spent.ratio, 2) if spent.ratio is not None else None,
        known_percent=percent_text(spent.coverage, 2) if spent.coverage is not None else "0.00",
        basis=day.basis,
    )


def _worst(figures: DayFigures) -> State | None:
    tally = figures.tally
    times: tuple[tuple[State, int], ...] = (
        ("down", tally.down),
        ("degraded", tally.degraded),
        ("up", tally.up),
        ("unknown", tally.unknown),
    )
    return next((state for state, time in times if time), None)


def outages(frame: Frame, judged: Judged, span: tuple[int, int]) -> Iterator[OutageLine]:
    """The outages of an objective in a span, in order of time."""
    until = min(span[1], horizon.known_until(judged, frame.reported, frame.now))
    found = _promised_days(frame, judged, span, until)
    if not found:
        return
    merged = merge(day.figures for day in found)
    held = frame.held
    for run in merged.outages:
        basis = next((d.basis for d in found if d.figures.end > run.begin), "none")
        yield OutageLine(
            service=judged.terms.service,
            service_name=kept.service_name(held, judged.terms.service),
            agreement=judged.agreement,
            objective=judged.terms.objective,
            from_=format_instant(run.begin),
            to=None if run.end >= until and until < span[1] else format_instant(run.end),
            counted_us=run.counted,
            basis=basis,
            declared=_is_declared(judged, (run.begin, run.end)),
        )


def _promised_days(
    frame: Frame, judged: Judged, span: tuple[int, int], until: int
) -> list[days.Day]:
    """The days of a span from the first to the last on which the promise held: others have no outages."""
    held = intersect(judged.terms.in_force, (span,))
    return frame.desk.figures(judged, (held[0][0], held[-1][1]), until) if held else []


def _is_declared(judged: Judged, span: tuple[int, int]) -> bool:
    """Whether somebody declared all of an outage."""
    down = norm((each.begin, each.end) for each in judged.terms.declared if each.state == "down")
    return not subtract((span,), down)


def all_outages(
    frame: Frame, service: str | None, span: tuple[int, int] | None
) -> list[OutageLine]:
    """Outages of promises (a baseline's where a service has none), the oldest first."""
    held = frame.held
    found: list[OutageLine] = []
    for each in held.of(Service):
        if service is not None and each.id != service:
            continue
        for judged in _of_service(held, each.id):
            begin = frame.desk.first_result(judged)
            if begin is not None:
                found += outages(frame, judged, span or (begin, frame.now))
    return sorted(found, key=lambda line: (line.from_, line.agreement, line.objective))


def _of_service(held: Promises, service: str) -> Sequence[Judged]:
    own = of_service(held, service)
    promised = [each for each in own if each.terms.mode != "baseline"]
    return promised or own


def period_lines(frame: Frame, agreement: str | None) -> Iterator[PeriodLine]:
    """Each objective in each period it promises by and in which it was in force, up to now."""
    held = frame.held
    for each in held.of(Agreement):
        if agreement is not None and each.id != agreement:
            continue
        periods = sorted(all_periods(frame, each), key=lambda period: (period.begin, period.end))
        if periods:
            _lay_out(frame, each.id, (periods[0].begin, max(period.end for period in periods)))
        for period in periods:
            for judgement in judge_period(frame, each.id, period, own=True):
                yield _period_line(each, period, judgement)


def _lay_out(frame: Frame, agreement: str, span: tuple[int, int]) -> None:
    """Fetch all days of a long span at once, so that each month finds its own."""
    for _, versions in by_objective(frame.held, agreement):
        for judged in versions:
            if isinstance(judged, Judged):
                until = horizon.known_until(judged, frame.reported, frame.now)
                frame.desk.figures(judged, span, until)


def _period_line(agreement: Agreement, period: Period, judgement: ObjectiveJudgement) -> PeriodLine:
    tally, measured = judgement.tally, judgement.measured
    good, bad = (measured.good, measured.total - measured.good) if measured else (0, 0)
    of_time = measured is not None and measured.unit == "us"
    return PeriodLine(
        agreement=agreement.id,
        objective=judgement.objective,
        service=judgement.service,
        mode=judgement.mode,
        period=period.label,
        tz=period.tz,
        target=judgement.target,
        percent=measured.percent if measured else None,
        indicator=judgement.indicator,
        level=judgement.level,
        state=judgement.state,
        provisional=judgement.provisional,
        basis=judgement.basis,
        good_us=good if of_time else 0,
        bad_us=bad if of_time else 0,
        good_cases=0 if of_time else good,
        bad_cases=0 if of_time else bad,
        unknown_us=tally.get("unknown_us", 0),
        excused_us=sum(v for name, v in tally.items() if name.startswith("excused_")),
        outside_us=tally.get("outside_us", 0),
    )


def tally_days(
    frame: Frame, agreement: str, objective: str | None, after_day: str | None, limit: int
) -> Iterator[TallyDay]:
    """Agreed time by state of local days, by (day, objective), those behind `after_day` only."""
    held = frame.held
    own = [v for _, many in by_objective(held, agreement) for v in many if isinstance(v, Judged)]
    found: list[TallyDay] = []
    for judged in own:
        if objective is not None and judged.terms.objective != objective:
            continue
        found += _tally_days(frame, judged, after_day, limit)
    found.sort(key=lambda day: (day.day, day.objective))
    yield from found[:limit]


def _tally_days(
    frame: Frame, judged: Judged, after_day: str | None, limit: int
) -> Iterator[TallyDay]:
    first = frame.desk.first_result(judged)
    if first is None:
        return
    begin = parse_period(after_day, judged.tz).end if after_day else first
    until = horizon.known_until(judged, frame.reported, frame.now)
    span = (max(begin, first), min(until, max(begin, first) + (limit + 1) * DAY_US))
    for day in frame.desk.figures(judged, span, until):
        yield TallyDay(
            agreement=judged.agreement,
            objective=judged.terms.objective,
            day=day.label,
            tally=day.figures.tally.as_us(),
            basis=day.basis,
        )
