"""Closed periods and breaches as they stand, and how they came to be so."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Row, select

from catalogue import periods as calendar
from catalogue.agreements import Agreement
from catalogue.instants import format_instant
from catalogue.services import Service
from slamon.sla.closing import PeriodClosed, PeriodRestated
from slamon.sla.judgement import ObjectiveJudgement, Period
from slamon.sla.restated import changed, differs
from slamon.views import sealed
from slamon.views.answers import BreachDecision, BreachDetail, BreachLine
from slamon.views.histories import FigureRestated, PeriodHistory, Restatement
from slamon.views.promised import Promises, promises
from slamon.views.tables import breach, breach_step, period, period_restatement, period_touched
from slamon.views.words import Words

_TOUCHED = (
    select(period.c.agreement, period.c.label, period_touched.c.position)
    .join(
        period_touched,
        (period_touched.c.agreement == period.c.agreement)
        & (period_touched.c.label == period.c.label),
    )
    .where(period_touched.c.position > period.c.known)
    .order_by(period_touched.c.position)
)


def closed_labels(
    connection: Connection, agreement: str, *, restated: bool = False
) -> tuple[str, ...]:
    """The closed periods of an agreement, or of them only the restated ones, the newest first."""
    query = select(period.c.label).where(period.c.agreement == agreement)
    if restated:
        query = query.where(period.c.restatements > 0)
    return tuple(row.label for row in connection.execute(query.order_by(period.c.label.desc())))


def closed_period(connection: Connection, agreement: str, label: str) -> PeriodClosed | None:
    """The newest figures of a closed period; None while it is open."""
    stored = connection.execute(
        select(period.c.newest).where(period.c.agreement == agreement, period.c.label == label)
    ).scalar()
    return PeriodClosed.model_validate(stored) if stored else None


def history(connection: Connection, agreement: str, label: str) -> PeriodHistory | None:
    """The closing of a period and its restatements; None while it is open."""
    row = connection.execute(
        select(period).where(period.c.agreement == agreement, period.c.label == label)
    ).first()
    if row is None:
        return None
    closed = PeriodClosed.model_validate(row.closed)
    return PeriodHistory(
        agreement=agreement,
        period=said_period(promises(connection).once_held(Agreement, agreement).period(label)),
        closed_at=format_instant(row.recorded_at),
        closed_by=closed.closed_by,
        actor=row.actor,
        position=row.position,
        judged_at_position=closed.position,
        code_version=closed.code_version,
        tzdata=closed.tzdata,
        figures=closed.figures,
        restatements=tuple(_restatements(connection, agreement, label)),
        sealed_by=sealed.before(connection, row.position),
        seal=sealed.over(connection, row.position),
    )


def _restatements(connection: Connection, agreement: str, label: str) -> Iterator[Restatement]:
    rows = connection.execute(
        select(period_restatement)
        .where(period_restatement.c.agreement == agreement, period_restatement.c.label == label)
        .order_by(period_restatement.c.step)
    )
    for row in rows:
        fact = PeriodRestated.model_validate(row.restated)
        yield Restatement(
            at=format_instant(row.recorded_at),
            actor=row.actor,
            position=row.position,
            judged_at_position=fact.position,
            cause=fact.cause,
            causes=fact.causes,
            reasons=fact.reasons,
            code_version=fact.code_version,
            tzdata=fact.tzdata,
            objectives=tuple(_changes(fact)),
        )


def _changes(fact: PeriodRestated) -> Iterator[FigureRestated]:
    for old, new in changed(fact.old, fact.new):
        if (either := new or old) is not None:
            yield FigureRestated(
                objective=either.objective, service=either.service, old=old, new=new
            )


def touched(connection: Connection, agreement: str, label: str) -> tuple[int, ...]:
    """The positions of facts that may have changed a closed period since its newest figures."""
    rows = connection.execute(
        _TOUCHED.where(period.c.agreement == agreement, period.c.label == label)
    )
    return tuple(row.position for row in rows)


def touched_periods(connection: Connection) -> tuple[tuple[str, str, int], ...]:
    """The closed periods that later facts may have changed, each with the newest position of them."""
    newest: dict[tuple[str, str], int] = {}
    for row in connection.execute(_TOUCHED):
        newest[row.agreement, row.label] = row.position
    return tuple((agreement, label, at) for (agreement, label), at in sorted(newest.items()))


def said_period(found: calendar.Period) -> Period:
    """A period as answers show it."""
    return Period(
        label=found.label,
        from_=format_instant(found.begin),
        to=format_instant(found.end),
        tz=found.tz,
    )


def is_waived(connection: Connection, name: str) -> bool:
    """Whether a breach was found and forgiven."""
    status = select(breach.c.status).where(breach.c.breach == name)
    return connection.execute(status).scalar() == "waived"


def breaches(connection: Connection, status: str | None) -> tuple[BreachLine, ...]:
    """Breaches of one review status or of all, the newest period first."""
    query = select(breach).order_by(breach.c.label.desc(), breach.c.breach)
    if status is not None:
        query = query.where(breach.c.status == status)
    return tuple(_line(connection, row) for row in connection.execute(query).all())


def breach_detail(connection: Connection, name: str) -> BreachDetail | None:
    """One breach with the figure it was found with, the one that holds now, and its review."""
    row = connection.execute(select(breach).where(breach.c.breach == name)).first()
    if row is None:
        return None
    held = promises(connection)
    steps = connection.execute(
        select(breach_step).where(breach_step.c.breach == name).order_by(breach_step.c.step)
    )
    found, newest = _found(row), newest_figure(connection, row.agreement, row.label, row.objective)
    return BreachDetail(
        line=_line(connection, row),
        judgement=found,
        restated=newest if newest and differs((found,), (newest,)) else None,
        period=said_period(held.once_held(Agreement, row.agreement).period(row.label)),
        judged_at_position=row.found["position"],
        decisions=tuple(
            BreachDecision(
                decision=step.decision,
                at=format_instant(step.recorded_at),
                actor=step.actor,
                reason=step.reason,
                position=step.position,
            )
            for step in steps
        ),
    )


def _found(row: Row[tuple[object, ...]]) -> ObjectiveJudgement:
    """The figure that a breach was found with."""
    if row.figure is None:
        message = f"breach {row.breach} stands without its closed period"
        raise LookupError(message)
    return ObjectiveJudgement.model_validate(row.figure)


def newest_figure(
    connection: Connection, agreement: str, label: str, objective: str
) -> ObjectiveJudgement | None:
    """The newest figure of an objective in a closed period; None where it has none any more."""
    closed = closed_period(connection, agreement, label)
    figures = closed.figures if closed else ()
    return next((figure for figure in figures if figure.objective == objective), None)


def _line(connection: Connection, row: Row[tuple[object, ...]]) -> BreachLine:
    held = promises(connection)
    found, newest = _found(row), newest_figure(connection, row.agreement, row.label, row.objective)
    figure = newest or found
    found_then = connection.execute(
        select(breach_step.c.recorded_at, breach_step.c.actor)
        .where(breach_step.c.breach == row.breach, breach_step.c.decision == "found")
        .order_by(breach_step.c.step.desc())
        .limit(1)
    ).one()
    return BreachLine(
        breach=row.breach,
        agreement=row.agreement,
        agreement_name=held.once_held(Agreement, row.agreement).name,
        objective=row.objective,
        service=figure.service,
        service_name=service_name(held, figure.service),
        period=row.label,
        target=figure.target,
        percent=_percent(newest),
        level=newest.level if newest else None,
        found_percent=_percent(found) if _percent(found) != _percent(newest) else None,
        found_level=found.level if newest is None or found.level != newest.level else None,
        indicator=figure.indicator,
        op=figure.op,
        status=row.status,
        basis=figure.basis,
        found_at=format_instant(found_then.recorded_at),
        found_by=found_then.actor,
    )


def _percent(figure: ObjectiveJudgement | None) -> str | None:
    return figure.measured.percent if figure and figure.measured else None


def service_name(held: Promises, name: str) -> Words:
    """The name of a service, or its id."""
    service = held.get(Service, name)
    return service.name if service else name
