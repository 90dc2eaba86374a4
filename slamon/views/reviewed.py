"""From closed periods and reviewed breaches to `period`, `period_restatement`, `breach` and `breach_step`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, select, union_all, update

from slamon.ledger.codec import Entry
from slamon.sla.closing import PeriodClosed, PeriodRestated
from slamon.sla.review import BreachFound, BreachUpheld, BreachWaived, BreachWithdrawn
from slamon.views.tables import (
    breach,
    breach_step,
    period,
    period_restatement,
    period_touched,
    seal,
)
from slamon.views.writing import insert

_RULED = union_all(
    select(period.c.position),
    select(period_restatement.c.position),
    select(breach_step.c.position),
    select(seal.c.position),
).subquery()
"""Positions of facts that change no figure."""

Stored = Mapping[str, Any]

STATUSES: Mapping[str, Literal["open", "upheld", "waived", "withdrawn"]] = {
    "found": "open",
    "upheld": "upheld",
    "waived": "waived",
    "withdrawn": "withdrawn",
}
"""How a breach stands after each decision."""

BETWEEN = 1_000  # facts recorded while a period was being closed that are looked at once more


def closed(connection: Connection, entry: Entry, fact: PeriodClosed) -> None:
    """A period of an agreement was closed with these figures."""
    _, agreement, label = entry.stream.split(":", 2)
    stored = fact.model_dump(mode="json", by_alias=True)
    connection.execute(
        insert(period).values(
            agreement=agreement,
            label=label,
            closed=stored,
            newest=stored,
            known=fact.position,
            restatements=0,
            position=entry.position,
            recorded_at=entry.recorded_at,
            actor=entry.actor,
        )
    )
    _touched_meanwhile(connection, entry, fact.position)


def restated(connection: Connection, entry: Entry, fact: PeriodRestated) -> None:
    """Later facts have given a closed period these figures."""
    _, agreement, label = entry.stream.split(":", 2)
    this = (period.c.agreement == agreement, period.c.label == label)
    row = connection.execute(select(period.c.closed, period.c.restatements).where(*this)).one()
    stored = fact.model_dump(mode="json", by_alias=True)
    newest = with_newest(row.closed, stored)
    connection.execute(
        update(period)
        .where(*this)
        .values(newest=newest, known=fact.position, restatements=row.restatements + 1)
    )
    connection.execute(
        insert(period_restatement).values(
            agreement=agreement,
            label=label,
            step=row.restatements + 1,
            restated=stored,
            position=entry.position,
            recorded_at=entry.recorded_at,
            actor=entry.actor,
        )
    )
    _settle(connection, agreement, label, fact.position)
    _touched_meanwhile(connection, entry, fact.position)


def with_newest(closed: Stored, restated: Stored) -> Stored:
    """A closed period with the figures of a restatement, both as they are stored."""
    newest = {name: restated[name] for name in ("position", "code_version", "tzdata")}
    return {**closed, "figures": restated["new"], **newest}


def _settle(connection: Connection, agreement: str, label: str, known: int) -> None:
    """Forget the facts that the newest figures rest on."""
    touched = period_touched.c
    connection.execute(
        delete(period_touched).where(
            touched.agreement == agreement, touched.label == label, touched.position <= known
        )
    )


def _touched_meanwhile(connection: Connection, entry: Entry, known: int) -> None:
    """Mark the facts recorded between the judgement and its record: none of them was looked at for this period."""
    _, agreement, label = entry.stream.split(":", 2)
    first = max(known + 1, entry.position - BETWEEN)
    rulings = connection.execute(select(_RULED.c.position).where(_RULED.c.position >= first))
    others = set(range(first, entry.position)) - {row.position for row in rulings}
    rows = [{"agreement": agreement, "label": label, "position": at} for at in sorted(others)]
    if rows:
        connection.execute(insert(period_touched).on_conflict_do_nothing(), rows)


def found(connection: Connection, entry: Entry, fact: BreachFound) -> None:
    """An objective was missed in a closed period; one that was withdrawn may be found again."""
    _, agreement, objective, label = entry.stream.split(":", 3)
    row = {
        "status": "open",
        "found": fact.model_dump(mode="json", by_alias=True),
        "figure": _figure(connection, agreement, objective, label),
    }
    write = insert(breach).values(
        breach=_breach_id(entry), agreement=agreement, objective=objective, label=label, **row
    )
    connection.execute(write.on_conflict_do_update(index_elements=["breach"], set_=row))
    _step(connection, entry, "found", None)


def _figure(
    connection: Connection, agreement: str, objective: str, label: str
) -> dict[str, Any] | None:
    """The newest figure of an objective: the one with which its breach is found."""
    this = (period.c.agreement == agreement, period.c.label == label)
    newest = connection.execute(select(period.c.newest).where(*this)).scalar()
    return figure_of(newest, objective)


def figure_of(newest: Stored | None, objective: str) -> dict[str, Any] | None:
    """The figure of an objective among those of a closed period, as they are stored; None where it has none."""
    figures = newest["figures"] if newest else []
    return next((each for each in figures if each["objective"] == objective), None)


def withdrawn(connection: Connection, entry: Entry, fact: BreachWithdrawn) -> None:
    """A restatement took a breach away."""
    key = _breach_id(entry)
    connection.execute(update(breach).where(breach.c.breach == key).values(status="withdrawn"))
    _step(connection, entry, "withdrawn", fact.reason)


def decided(connection: Connection, entry: Entry, fact: BreachUpheld | BreachWaived) -> None:
    """A breach was upheld or waived."""
    status: Literal["upheld", "waived"] = "upheld" if isinstance(fact, BreachUpheld) else "waived"
    key = _breach_id(entry)
    connection.execute(update(breach).where(breach.c.breach == key).values(status=status))
    _step(connection, entry, status, fact.reason)


def _breach_id(entry: Entry) -> str:
    return ".".join(entry.stream.split(":", 3)[1:])


def _step(connection: Connection, entry: Entry, decision: str, reason: str | None) -> None:
    key = _breach_id(entry)
    steps = select(func.count()).where(breach_step.c.breach == key)
    connection.execute(
        insert(breach_step).values(
            breach=key,
            step=connection.execute(steps).scalar_one() + 1,
            decision=decision,
            recorded_at=entry.recorded_at,
            actor=entry.actor,
            reason=reason,
            position=entry.position,
        )
    )
