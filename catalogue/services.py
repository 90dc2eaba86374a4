"""Services, what is priced of them, and what is measured without a promise."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from catalogue.document import Document, Record, Text3
from catalogue.references import (
    HoursRef,
    OfferingRef,
    PartyRef,
    ProbeRef,
    RecommendationRef,
    ServiceRef,
    SummaryItemRef,
    WindowRef,
)
from catalogue.values import Id, Zone

UNSPECIFIED = "unspecified"
"""The funding source of a service for which nobody has named one."""

Lifecycle = Literal["proposed", "trial", "live", "retained", "integrating", "retired"]

UNSPECIFIED = "unspecified"
"""The funding source of a service of which nobody has said who pays for it."""


class Offering(Document):
    """What can be ordered of a service; `comparable_to` meets the same need in the same unit."""

    id: Id
    name: Text3
    unit: str
    comparable_to: tuple[OfferingRef, ...] = ()


class Baseline(Record):
    """A measurement without target: never a breach, an alert or a remedy."""

    id: Id
    indicator: Literal["availability", "latency"]
    data: tuple[ProbeRef, ...] = Field(min_length=1)
    combine: Literal["any_down"] | None = None
    period: Literal["calendar_month"]
    tz: Zone
    service_hours: HoursRef
    recommendation: RecommendationRef | None = None


class Service(Record):
    """A service that somebody receives.

    It `depends_on` services without which it cannot be given, each by an agreement of its own or from the same house.
    `components` are the parts it is made of, which nobody orders or promises alone: shown, and not judged.
    """

    id: Id
    name: Text3
    provider: PartyRef
    lifecycle: Lifecycle
    criticality: Literal["none", "low", "medium", "high", "critical_before_deadline"]
    critical_windows: tuple[WindowRef, ...] = ()
    measured_by: tuple[Literal["probe", "import", "attestation", "none"], ...]
    funding_source: str
    recommendations: tuple[RecommendationRef, ...]
    summary_items: tuple[SummaryItemRef, ...] = ()
    depends_on: tuple[ServiceRef, ...] = ()
    components: tuple[str, ...] = ()
    note: str | None = None
    offerings: tuple[Offering, ...]
    baselines: tuple[Baseline, ...] = ()
