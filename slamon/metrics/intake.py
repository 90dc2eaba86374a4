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
from slamon.views.completeness import Completeness

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Slots:
    """What of their slots agents have observed."""

    counted: tuple[Completeness, ...]

    def collect(self) -> Iterator[Family]:
        """The families of one scrape."""
        yield Family(
            "slamon_agent_completeness_ratio",
            "Slots with a result by slots due, in the last full hour or day of UTC; all of them are 1.",
            (
                (labels(agent=each.agent, over=over), found.observed / found.due)
                for each in self.counted
                for over, found in (("hour", each.hour), ("day", each.day))
                if found.due
            ),
        )


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
