"""Agents that are silent: slots of them are due, and nothing is handed in."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select, tuple_

from catalogue.instants import parse_instant
from probes.spec import AgentAssigned
from slamon.ledger.store import Ledger
from slamon.views.agents import AgentLine, said
from slamon.views.batches import read_assignment
from slamon.views.tables import assignment

SILENCE = 180_000_000  # µs; beyond two intervals of its fastest probe, an agent that works has handed in by then


def patience(fastest: int) -> int:
    """How long (µs) an agent may hand in nothing whose fastest probe has that interval (µs)."""
    return SILENCE + 2 * fastest


def with_silences(
    connection: Connection, ledger: Ledger, lines: tuple[AgentLine, ...], now: int
) -> tuple[AgentLine, ...]:
    """The same, each with the instant since which it is silent at an instant (µs), if it is."""
    due = _due(connection, ledger, now)
    return tuple(
        line.model_copy(update={"silent_since": said(_since(line, *due[line.agent], now))})
        if line.agent in due
        else line
        for line in lines
    )


def _since(line: AgentLine, told: int, fastest: int, now: int) -> int:
    """Since when a line's agent is silent, that was told its list at `told`; 0 where it is not."""
    if line.revoked_at is not None:
        return 0
    heard = parse_instant(line.reported_until) if line.reported_until else 0
    return _silence(heard, told, fastest, now)


def silent_since(connection: Connection, ledger: Ledger, agent: str, heard: int, now: int) -> int:
    """Since when an agent is silent at an instant (µs) that handed in until `heard`; 0 where it is not."""
    told = _due(connection, ledger, now).get(agent)
    return _silence(heard, *told, now) if told else 0


def _silence(heard: int, told: int, fastest: int, now: int) -> int:
    since = max(heard, told)
    return since if since + patience(fastest) < now else 0


def _due(connection: Connection, ledger: Ledger, now: int) -> dict[str, tuple[int, int]]:
    """Of each agent of which anything is due now: when it was told so, and its shortest interval."""
    found = {}
    for agent, told, position in lists(connection):
        intervals = [each.interval_at(now) for each in told.probes]
        if fastest := min((each for each in intervals if each), default=None):
            (entry,) = ledger.since(position - 1, limit=1)
            found[agent] = (entry.recorded_at, fastest)
    return found


def lists(connection: Connection) -> Iterator[tuple[str, AgentAssigned, int]]:
    """What each agent that is a machine was told last, and the position of that."""
    newest = select(assignment.c.agent, func.max(assignment.c.version)).group_by(assignment.c.agent)
    columns = (assignment.c.agent, assignment.c.body, assignment.c.position)
    rows = connection.execute(
        select(*columns)
        .where(tuple_(assignment.c.agent, assignment.c.version).in_(newest))
        .where(assignment.c.simulated.is_(False))
    )
    for agent, body, position in rows:
        yield agent, read_assignment(body), position
