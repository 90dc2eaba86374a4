"""Up to when each agent has handed in: what comes later is still in its spool."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from slamon.views.tables import covered


def handed_in(connection: Connection) -> dict[str, int]:
    """For each agent that ever handed anything in, the instant (µs) up to which it has."""
    latest = select(covered.c.agent, func.max(covered.c.until)).group_by(covered.c.agent)
    return {row[0]: row[1] for row in connection.execute(latest.order_by(covered.c.agent))}
