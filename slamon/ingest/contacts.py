"""Contacts: when each agent was heard of last, and which wire it speaks; known since this process began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from fastapi import APIRouter
from pydantic import BaseModel

from catalogue.instants import format_instant
from probes.health import AgentHealth
from slamon.ingest.healths import Healths


@dataclass(frozen=True)
class Contact:
    """An agent asked or handed in something at an instant (µs), in a wire."""

    at: int
    wire: int


class ContactLine(BaseModel):
    """The newest contact with an agent, as the API tells it; null is what it has not told.

    `clock_ahead_us` is how far its clock is ahead of ours, `undelivered` how many batches it has still to hand in.
    """

    agent: str
    at: str
    wire: int
    clock_ahead_us: int | None = None
    undelivered: int | None = None
    spool_bytes: int | None = None


@dataclass
class Contacts:
    """The newest contact with each agent; those who note and those who ask are in threads of their own."""

    _newest: dict[str, Contact] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, agent: str, contact: Contact) -> None:
        """An agent was let in."""
        with self._lock:
            self._newest[agent] = contact

    def known(self) -> Mapping[str, Contact]:
        """The newest contact with each agent that was heard of."""
        with self._lock:
            return dict(self._newest)

    def wire(self, agent: str) -> int | None:
        """The wire that an agent speaks; None of one that was not heard of."""
        found = self.known().get(agent)
        return found.wire if found else None


def router(contacts: Contacts, healths: Healths) -> APIRouter:
    """The route that tells of contacts, beside those of the agents themselves."""
    made = APIRouter(prefix="/api/v1", tags=["operations"])

    @made.get("/contacts")
    def newest() -> list[ContactLine]:
        """When each agent was heard of last by this process, in which wire, and how it said that it is."""
        told = healths.known()
        return [
            _line(agent, each, told.get(agent)) for agent, each in sorted(contacts.known().items())
        ]

    return made


def _line(agent: str, contact: Contact, health: AgentHealth | None) -> ContactLine:
    return ContactLine(
        agent=agent,
        at=format_instant(contact.at),
        wire=contact.wire,
        clock_ahead_us=health.clock_ahead if health else None,
        undelivered=health.undelivered if health else None,
        spool_bytes=health.spool_bytes if health else None,
    )
