"""Contacts: when each agent was heard of last, and which wire it speaks; known since this process began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from fastapi import APIRouter
from pydantic import BaseModel

from catalogue.instants import format_instant


@dataclass(frozen=True)
class Contact:
    """An agent asked or handed in something at an instant (µs), in a wire."""

    at: int
    wire: int


class ContactLine(BaseModel):
    """The newest contact with an agent, as the API tells it."""

    agent: str
    at: str
    wire: int


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

    def router(self) -> APIRouter:
        """The route that tells them, beside the agents themselves."""
        router = APIRouter(prefix="/api/v1", tags=["operations"])
        router.get("/contacts")(self.lines)
        return router

    def lines(self) -> list[ContactLine]:
        """When each agent was heard of last by this process, and which wire it speaks."""
        return [
            ContactLine(agent=agent, at=format_instant(each.at), wire=each.wire)
            for agent, each in sorted(self.known().items())
        ]
