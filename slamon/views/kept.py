"""Closed periods and breaches as they stand."""

from __future__ import annotations

from sqlalchemy import Connection, Row, select

from catalogue.agreements import Agreement
from catalogue.instants import format_instant
from catalogue.periods import parse_period
from catalogue.services import Service
from slamon.sla.closing import PeriodClosed
from slamon.sla.judgement import ObjectiveJudgement, Period
from slamon.views.answers import BreachDecision, BreachDetail, BreachLine
from slamon.views.promised import Promises, promises
from slamon.views.tables import breach, breach_step, period


def closed_labels(connection: Connection, agreement: str) -> tuple[str, ...]:
    """The closed periods of an agreement, the newest first."""
    rows = connection.execute(
        select(period.c.label)
        .where(period.c.agreement == agreement)
        .order_by(period.c.label.desc())
    )
    return tuple(row.label for row in rows)


def closed_period(connection: Connection, agreement: str, label: str) -> PeriodClosed | None:
    """The figures of a closed period; None while it is open."""
    stored = connection.execute(
        select(period.c.closed).where(period.c.agreement == agreement, period.c.label == label)
    ).scalar()
    return PeriodClosed.model_validate(stored) if stored else None


def said_period(label: str, tz: str) -> Period:
    """A period as answers show it."""
    found = parse_period(label, tz)
    return Period(
        label=found.label, from_=format_instant(found.begin), to=format_instant(found.end), tz=tz
    )


def breaches(connection: Connection, status: str | None) -> tuple[BreachLine, ...]:
    """Breaches of one review status or of all, the newest period first."""
    query = select(breach).order_by(breach.c.label.desc(), breach.c.breach)
    if status is not None:
        query = query.where(breach.c.status == status)
    return tuple(_line(connection, row) for row in connection.execute(query).all())


def breach_detail(connection: Connection, name: str) -> BreachDetail | None:
    """One breach with the figures fixed at close and its review."""
    row = connection.execute(select(breach).where(breach.c.breach == name)).first()
    if row is None:
        return None
    held = promises(connection)
    steps = connection.execute(
        select(breach_step).where(breach_step.c.breach == name).order_by(breach_step.c.step)
    )
    return BreachDetail(
        line=_line(connection, row),
        judgement=_figure(connection, row),
        period=said_period(row.label, held.need(Agreement, row.agreement).tz),
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


def _figure(connection: Connection, row: Row[tuple[object, ...]]) -> ObjectiveJudgement:
    closed = closed_period(connection, row.agreement, row.label)
    if closed is None:
        message = f"breach {row.breach} stands without its closed period"
        raise LookupError(message)
    return next(figure for figure in closed.figures if figure.objective == row.objective)


def _line(connection: Connection, row: Row[tuple[object, ...]]) -> BreachLine:
    held = promises(connection)
    figure = _figure(connection, row)
    first = connection.execute(
        select(breach_step.c.recorded_at, breach_step.c.actor).where(
            breach_step.c.breach == row.breach, breach_step.c.step == 1
        )
    ).one()
    return BreachLine(
        breach=row.breach,
        agreement=row.agreement,
        agreement_name=held.need(Agreement, row.agreement).name.en,
        objective=row.objective,
        service=figure.service,
        service_name=service_name(held, figure.service),
        period=row.label,
        target=figure.target,
        percent=figure.measured.percent if figure.measured else None,
        status=row.status,
        basis=figure.basis,
        found_at=format_instant(first.recorded_at),
        found_by=first.actor,
    )


def service_name(held: Promises, name: str) -> str:
    """The English name of a service, or its id."""
    service = held.get(Service, name)
    return service.name.en if service else name
