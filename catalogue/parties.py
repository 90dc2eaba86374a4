"""Parties: who promises, who receives, who decides."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from catalogue.document import Document, Record, Text3
from catalogue.references import CalendarRef, PartyRef
from catalogue.values import Id, Zone

Role = Literal[
    "customer", "co_customer", "person_role", "provider", "project_partner", "data_host",
    "market", "stakeholder", "partner",
]  # fmt: skip


class Site(Document):
    """Where a party works."""

    city: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    tz: Zone
    calendar: CalendarRef | None


class Contact(Document):
    """How a party is reached in its trade."""

    service_desk: str


class Party(Record):
    """A customer, a provider, a role of one of them, or somebody with a stake."""

    id: Id
    role: Role
    name: Text3
    parent: PartyRef | None = None
    reports_to: PartyRef | None = None
    members: tuple[str, ...] = ()
    placeholder: bool = False
    site: Site | None = None
    contact: Contact | None = None
