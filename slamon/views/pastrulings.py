"""Closed periods and breaches as they stood at a position: what was ruled later is taken off again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, exists, func, not_, select

from slamon.ledger.store import Ledger
from slamon.sla.review import BreachFound
from slamon.views.pastveil import Sight, Veil, recorded
from slamon.views.reviewed import STATUSES, figure_of, with_newest
from slamon.views.tables import (
    breach,
    breach_step,
    period,
    period_restatement,
    period_touched,
)


def veil_rulings(veil: Veil, ledger: Ledger) -> None:
    """Show periods, restatements, breaches and the steps of their review as they stood."""
    periods, breaches = list(_periods(veil)), list(_breaches(veil, ledger))
    veil.lay(period, periods)
    veil.join(period, _unchanged_period)
    veil.lay(breach, breaches)
    veil.join(breach, _unchanged_breach)
    for table in (period_restatement, breach_step):
        veil.only(table)
    veil.lay(period_touched)  # nobody restates the past


def _unchanged_period(sight: Sight, stored: Table) -> ColumnElement[bool]:
    return recorded(sight, stored) & not_(_restated_later(sight))


def _restated_later(sight: Sight) -> ColumnElement[bool]:
    stored, later = sight.stored(period).c, sight.stored(period_restatement).c
    return exists().where(
        later.agreement == stored.agreement,
        later.label == stored.label,
        later.position > sight.known,
    )


def _periods(veil: Veil) -> Iterator[Mapping[str, Any]]:
    """The closed periods that were restated later, with the figures they had."""
    stored = veil.stored(period)
    query = select(stored).where(recorded(veil.sight, stored), _restated_later(veil.sight))
    for row in veil.connection.execute(query).mappings().all():
        steps = _restatements(veil, row["agreement"], row["label"], veil.position)
        newest = with_newest(row["closed"], steps[-1].restated) if steps else row["closed"]
        yield {
            **row,
            "newest": newest,
            "known": newest["position"],
            "restatements": len(steps),
        }


def _restatements(veil: Veil, agreement: str, label: str, upto: int) -> list[Row[Any]]:
    stored = veil.stored(period_restatement)
    query = select(stored.c.restated).where(
        stored.c.agreement == agreement, stored.c.label == label, stored.c.position <= upto
    )
    return list(veil.connection.execute(query.order_by(stored.c.step)))


def _unchanged_breach(sight: Sight, _: Table) -> ColumnElement[bool]:
    return _has_step(sight, later=False) & not_(_has_step(sight, later=True))


def _has_step(sight: Sight, *, later: bool) -> ColumnElement[bool]:
    stored, step = sight.stored(breach).c, sight.stored(breach_step).c
    when = step.position > sight.known if later else step.position <= sight.known
    return exists().where(step.breach == stored.breach, when)


def _breaches(veil: Veil, ledger: Ledger) -> Iterator[Mapping[str, Any]]:
    """The breaches on which something was decided later, as they were reviewed before."""
    stored, steps = veil.stored(breach), veil.stored(breach_step)
    query = select(stored).where(
        _has_step(veil.sight, later=False), _has_step(veil.sight, later=True)
    )
    for row in veil.connection.execute(query).mappings().all():
        known = select(func.max(steps.c.step)).where(
            steps.c.breach == row["breach"], steps.c.position <= veil.position
        )
        last = select(steps.c.decision).where(
            steps.c.breach == row["breach"], steps.c.step == known.scalar_subquery()
        )
        decision = veil.connection.execute(last).scalar_one()
        yield {**row, "status": STATUSES[decision], **_found(veil, ledger, dict(row))}


def _found(veil: Veil, ledger: Ledger, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The finding that stood, and the figure of the period just then."""
    stream = f"breach:{row['agreement']}:{row['objective']}:{row['label']}"
    facts = ledger.stream(stream, upto=veil.position)
    *_, entry = (entry for entry in facts if isinstance(entry.fact, BreachFound))
    closed = _closed(veil, veil.stored(period), row)
    steps = _restatements(veil, row["agreement"], row["label"], entry.position)
    newest = with_newest(closed, steps[-1].restated) if steps and closed else closed
    found = entry.fact.model_dump(mode="json", by_alias=True)  # type: ignore[union-attr]
    return {"found": found, "figure": figure_of(newest, row["objective"])}


def _closed(veil: Veil, stored: Table, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    query = select(stored.c.closed).where(
        stored.c.agreement == row["agreement"], stored.c.label == row["label"]
    )
    closed: Mapping[str, Any] | None = veil.connection.execute(query).scalar()
    return closed
