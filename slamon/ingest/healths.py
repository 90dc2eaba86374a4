"""Healths: what each agent told of itself last; known since this process began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from probes.health import AgentHealth


@dataclass
class Healths:
    """The newest word of each agent; those who note and those who ask are in threads of their own."""

    _newest: dict[str, AgentHealth] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, agent: str, health: AgentHealth) -> None:
        """An agent has told how it is."""
        with self._lock:
            self._newest[agent] = health

    def known(self) -> Mapping[str, AgentHealth]:
        """The newest word of each agent that was heard of."""
        with self._lock:
            return dict(self._newest)
