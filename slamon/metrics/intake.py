"""Families about the agents: how far each has handed in, and what stands to be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from catalogue.instants import parse_instant
from slamon.views.agents import AgentLine
from slamon.views.alarms import IntakeKind

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Intake:
    """The agents as the read side knows them."""

    agents: tuple[AgentLine, ...]

    def collect(self) -> Iterator[Metric]:
        """The families of one scrape."""
        yield self._reported()
        yield self._alarms()

    def _reported(self) -> Metric:
        says = "Instant up to which an agent has handed in."
        family = GaugeMetricFamily(
            "slamon_agent_reported_until_timestamp_seconds", says, labels=["agent"]
        )
        for line in self.agents:
            if line.reported_until:
                family.add_metric([line.agent], parse_instant(line.reported_until) / MICROSECONDS)
        return family

    def _alarms(self) -> Metric:
        says = "What the intake had to tell of an agent within a day: batches set aside, two writers, a new spool."
        family = GaugeMetricFamily("slamon_agent_alarms", says, labels=["agent", "kind"])
        for line in self.agents:
            counted = Counter(each.kind for each in line.alarms)
            for kind in get_args(IntakeKind):
                family.add_metric([line.agent, kind], counted[kind])
        return family
