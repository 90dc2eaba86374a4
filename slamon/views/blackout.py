"""Blackouts: where every host that an agent asks fails at once, its own line is the likeliest to be down.

What is judged does not change by that: only a control probe that an agreement names (rule P7), or other places (P5),
keep a place from speaking of others while it is cut off itself.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from probes.outcome import Outcome
from probes.spec import AgentAssigned
from slamon.views.agents import AgentLine
from slamon.views.silent import lists
from slamon.views.tables import probe_last

ENOUGH = 3  # hosts; fewer may well be down together


def with_blackouts(
    connection: Connection, lines: tuple[AgentLine, ...], now: int
) -> tuple[AgentLine, ...]:
    """The same, each with how many hosts its agent asks where by an instant (µs) all of them fail."""
    columns = (probe_last.c.check, probe_last.c.location, probe_last.c.at, probe_last.c.outcome)
    newest = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(select(*columns))}
    failing = {agent: _failing(told, newest, now) for agent, told, _ in lists(connection)}
    return tuple(
        line.model_copy(update={"hosts_failing": failing.get(line.agent, 0)})
        if line.revoked_at is None
        else line
        for line in lines
    )


def _failing(told: AgentAssigned, newest: dict[tuple[str, str], tuple[int, int]], now: int) -> int:
    """How many hosts fail of a list where all do whose results still speak; 0 where they are few, or one does not."""
    hosts = set()
    for probe in told.probes:
        at, outcome = newest.get((probe.probe, told.location), (0, 0))
        interval = probe.interval_at(now)
        if not interval or at + probe.validity(interval) < now:
            continue
        if outcome != Outcome.BAD:
            return 0
        hosts.add(probe.spec.host)
    return len(hosts) if len(hosts) >= ENOUGH else 0
