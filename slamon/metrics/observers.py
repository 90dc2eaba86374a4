"""Families about the agents as they tell of themselves: whether it is they who are slow, and not the targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from probes.health import BOUNDS, AgentHealth, LatenessCounted
from slamon.metrics.text import Family, also, labels

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Observers:
    """The newest word of each agent, by its name."""

    agents: Mapping[str, AgentHealth]

    def collect(self) -> Iterator[Family]:
        """The families of one scrape."""
        yield Family(
            "slamon_probe_start_lateness_seconds",
            "How long after they were due attempts began, since the agent did.",
            self._lateness(),
            "histogram",
        )
        yield self._gauge(
            "slamon_agent_loop_lag_seconds",
            "The longest delay of the agent's own loop between its last two reports.",
            lambda told: told.longest_lag / MICROSECONDS,
        )
        yield self._gauge(
            "slamon_agent_undelivered_batches",
            "Batches in the agent's spool that the centre has not acknowledged.",
            lambda told: told.undelivered,
        )
        yield self._gauge(
            "slamon_agent_spool_bytes",
            "What the agent's spool holds.",
            lambda told: told.spool_bytes,
        )
        yield self._gauge(
            "slamon_agent_clock_offset_seconds",
            "How far the agent's clock is ahead of the centre's; negative when behind.",
            lambda told: None if told.clock_ahead is None else told.clock_ahead / MICROSECONDS,
        )

    def _gauge(self, name: str, says: str, of: Callable[[AgentHealth], float | None]) -> Family:
        series = ((labels(agent=agent), of(told)) for agent, told in sorted(self.agents.items()))
        return Family(name, says, series)

    def _lateness(self) -> Iterator[tuple[str, float]]:
        for agent, told in sorted(self.agents.items()):
            yield from _histogram(labels(agent=agent), told.lateness)


def _histogram(own: str, counted: LatenessCounted) -> Iterator[tuple[str, float]]:
    for bound, upto in zip(BOUNDS, counted.upto, strict=True):
        yield f"_bucket{also(own, 'le', repr(bound / MICROSECONDS))}", upto
    yield f"_bucket{also(own, 'le', '+Inf')}", counted.count
    yield f"_sum{own}", counted.total / MICROSECONDS
    yield f"_count{own}", counted.count
