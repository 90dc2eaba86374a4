"""Contacts: when each agent was heard of last, and which wire it speaks; known since this process began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from fastapi import APIRouter

from catalogue.instants import format_instant
from probes.health import AgentHealth
from slamon.ingest.healths import Healths
from slamon.views.heard import ContactLine

REMEMBERED = 100  # names under which was knocked in vain
GOES_ON = 300_000_000  # µs; an agent whose key is refused knocks twice a minute


@dataclass(frozen=True)
class Contact:
    """An agent asked or handed in something at an instant (µs), in a wire; `program` is how it names itself."""

    at: int
    wire: int
    program: str | None = None


@dataclass
class Contacts:
    """The newest contact with each agent; those who note and those who ask are in threads of their own."""

    _newest: dict[str, Contact] = field(default_factory=dict)
    _knocked: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, agent: str, contact: Contact) -> None:
        """An agent was let in."""
        with self._lock:
            self._newest[agent] = contact
            if contact.at - self._knocked.get(agent, contact.at) > GOES_ON:
                del self._knocked[agent]

    def turned_away(self, agent: str, at: int) -> None:
        """Somebody knocked at an instant (µs) under the name of an agent with a key that opens nothing.

        Anybody may knock under any name: only so many are remembered, those that knocked last.
        """
        with self._lock:
            self._knocked.pop(agent, None)
            self._knocked[agent] = at
            if len(self._knocked) > REMEMBERED:
                del self._knocked[next(iter(self._knocked))]

    def knocked(self) -> Mapping[str, int]:
        """When it was knocked last under a name with a key that opens nothing, where that goes on."""
        with self._lock:
            return dict(self._knocked)

    def known(self) -> Mapping[str, Contact]:
        """The newest contact with each agent that was heard of."""
        with self._lock:
            return dict(self._newest)

    def wire(self, agent: str) -> int | None:
        """The wire that an agent speaks; None of one that was not heard of."""
        found = self.known().get(agent)
        return found.wire if found else None


def lines(contacts: Contacts, healths: Healths) -> dict[str, ContactLine]:
    """The newest contact with each agent, and how it said that it is."""
    told = healths.known()
    known, knocked = contacts.known(), contacts.knocked()
    return {
        agent: _line(agent, known.get(agent), told.get(agent)).model_copy(
            update={"turned_away_at": format_instant(at) if (at := knocked.get(agent)) else None}
        )
        for agent in sorted({*known, *knocked})
    }


def router(contacts: Contacts, healths: Healths) -> APIRouter:
    """The route that tells of contacts, beside those of the agents themselves."""
    made = APIRouter(prefix="/api/v1", tags=["operations"])

    @made.get("/contacts")
    def newest() -> list[ContactLine]:
        """When each agent was heard of last by this process, in which wire, and how it said that it is."""
        return list(lines(contacts, healths).values())

    return made


def _line(agent: str, contact: Contact | None, health: AgentHealth | None) -> ContactLine:
    if contact is None:
        return ContactLine(agent=agent)
    line = ContactLine(
        agent=agent, at=format_instant(contact.at), wire=contact.wire, program=contact.program
    )
    if health is None:
        return line
    told = {
        "clock_ahead_us": health.clock_ahead,
        "undelivered": health.undelivered,
        "spool_bytes": health.spool_bytes,
        "attempts": health.lateness.count,
        "late_at_most_us": health.lateness.at_most(99),
        "loop_lag_us": health.longest_lag,
    }
    return line.model_copy(update=told)
