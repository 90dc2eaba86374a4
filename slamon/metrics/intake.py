"""Families about the agents: how far each has handed in, and what stands to be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from catalogue.instants import parse_instant
from slamon.metrics.text import Family, labels
from slamon.views.agents import AgentLine
from slamon.views.alarms import IntakeKind

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Intake:
    """The agents as the read side knows them."""

    agents: tuple[AgentLine, ...]

    def collect(self) -> Iterator[Family]:
        """The families of one scrape."""
        yield Family(
            "slamon_agent_reported_until_timestamp_seconds",
            "Instant up to which an agent has handed in.",
            (
                (labels(agent=line.agent), parse_instant(line.reported_until) / MICROSECONDS)
                for line in self.agents
                if line.reported_until
            ),
        )
        yield Family(
            "slamon_agent_alarms",
            "What the intake had to tell of an agent within a day: batches set aside, two writers, a new spool.",
            self._alarms(),
        )

    def _alarms(self) -> Iterator[tuple[str, int]]:
        for line in self.agents:
            counted = Counter(each.kind for each in line.alarms)
            for kind in get_args(IntakeKind):
                yield labels(agent=line.agent, kind=kind), counted[kind]
