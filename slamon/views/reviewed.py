"""From closed periods and reviewed breaches to `period`, `breach` and `breach_step`."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from slamon.ledger.codec import Entry
from slamon.sla.closing import PeriodClosed
from slamon.sla.review import BreachFound, BreachUpheld, BreachWaived
from slamon.views.tables import breach, breach_step, period


def closed(connection: Connection, entry: Entry, fact: PeriodClosed) -> None:
    """A period of an agreement was closed with these figures."""
    _, agreement, label = entry.stream.split(":")
    connection.execute(
        insert(period).values(
            agreement=agreement,
            label=label,
            closed=fact.model_dump(mode="json", by_alias=True),
            position=entry.position,
            recorded_at=entry.recorded_at,
            actor=entry.actor,
        )
    )


def found(connection: Connection, entry: Entry, fact: BreachFound) -> None:
    """An objective was missed in a closed period."""
    _, agreement, objective, label = entry.stream.split(":")
    connection.execute(
        insert(breach).values(
            breach=f"{agreement}.{objective}.{label}",
            agreement=agreement,
            objective=objective,
            label=label,
            status="open",
            found=fact.model_dump(mode="json", by_alias=True),
        )
    )
    _step(connection, entry, "found", None)


def decided(connection: Connection, entry: Entry, fact: BreachUpheld | BreachWaived) -> None:
    """A breach was upheld or waived."""
    status: Literal["upheld", "waived"] = "upheld" if isinstance(fact, BreachUpheld) else "waived"
    key = _breach_id(entry)
    connection.execute(update(breach).where(breach.c.breach == key).values(status=status))
    _step(connection, entry, status, fact.reason)


def _breach_id(entry: Entry) -> str:
    return entry.stream.partition(":")[2].replace(":", ".")


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
