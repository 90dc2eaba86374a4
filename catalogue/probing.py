"""Locations, probes, imports and attestations: how it is known what was delivered."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from catalogue.document import Document, Record, Text3
from catalogue.references import (
    AgreementRef,
    HoursRef,
    LocationRef,
    PartyRef,
    Reference,
    ServiceRef,
    WindowRef,
)
from catalogue.values import Address, Duration, Id, Zone, wrong


class Location(Record):
    """Where an agent measures from."""

    id: Id
    name: Text3


class ProbeDefaults(Record):
    """Interval and timeout of probes that state none."""

    interval: Duration
    timeout: Duration


class IntervalIn(Document):
    """Another interval inside a window, or again and again inside service hours."""

    window: WindowRef | None = None
    hours: HoursRef | None = None
    interval: Duration

    @model_validator(mode="after")
    def _in_one(self) -> Self:
        if (self.window is None) == (self.hours is None):
            raise wrong('another interval holds inside a "window" or inside "hours"')
        return self


class Active(Document):
    """Only while an agreement is in force."""

    agreement: AgreementRef


def _written_as(value: object) -> str:
    return "list" if isinstance(value, list | tuple) else "map"


# One may be written without its list.
IntervalsIn = Annotated[
    Annotated[IntervalIn, Tag("map")] | Annotated[tuple[IntervalIn, ...], Tag("list")],
    Discriminator(_written_as),
]


class Probe(Record):
    """What is asked again and again, or reports itself; each kind has fields of its own (`catalogue.questions`).

    It is asked every `interval`, inside windows and hours as often as these say; where several hold, the shortest
    interval does.
    `critical_interval` holds in the critical windows of its service. Only its timeout ends an attempt. Without
    `locations` it is asked everywhere.
    """

    id: Id
    kind: str
    service: ServiceRef | None
    control: bool = False
    target: Address | None = None
    demo_target: Address | None = None
    locations: tuple[LocationRef, ...] = ()
    interval: Duration | None = None
    interval_in: IntervalsIn | None = None
    critical_interval: Duration | None = None
    timeout: Duration | None = None
    enabled: bool = True
    active: Active | None = None
    note: str | None = None

    @property
    def windows(self) -> tuple[IntervalIn, ...]:
        """The windows and hours in which it is asked at another interval."""
        if isinstance(self.interval_in, IntervalIn):
            return (self.interval_in,)
        return self.interval_in or ()

    def asked_at(self, location: str) -> bool:
        """Whether the agents at a location ask it."""
        return not self.locations or location in self.locations


_COMPARED = r"(>=|<=|==|!=|>|<) ?-?\d+(\.\d+)?"


def _comparison(text: str) -> str:
    if not re.fullmatch(_COMPARED, text):
        raise wrong(f'"{text}" compares with no number', '">= 1"')
    return text


Comparison = Annotated[
    str,
    AfterValidator(_comparison),
    WithJsonSchema({"type": "string", "pattern": f"^{_COMPARED}$", "examples": [">= 1"]}),
]
"""With which number a value is compared, and how, like ">= 1"."""


class RowsName(Document):
    """Which service a row of a file speaks of: a prefix before its word, or a map of words."""

    prefix: str | None = None
    services: dict[str, ServiceRef] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.prefix is None) == (not self.services):
            raise wrong('rows name their service by "prefix" or by "services"')
        return self

    def service_of(self, word: str) -> str | None:
        """Name the service of a row; null if its word is not known."""
        return self.services.get(word) if self.prefix is None else f"{self.prefix}{word}"


class Import(Record):
    """A file of what no probe can observe: results, levels, counter-evidence or, where no use is stated, tickets.

    `validity` says how long a row of observations speaks. Of kind `prometheus` it is a series that a Prometheus keeps:
    a value each `step` is good or else degraded where it compares so, else bad, and inconclusive where it is no number.
    Of tickets `priorities` leads from words of the file to those of the agreement; one whose priority changed is judged
    under its `first` or its `last`. A file waits for the signatures of those who are named.
    """

    id: Id
    service: Annotated[str, Reference(("service",), also=("any",))]
    kind: Literal["csv", "prometheus"]
    columns: dict[str, str] = Field(default_factory=dict)
    url: Address | None = None
    query: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    step: Duration | None = None
    good: Comparison | None = None
    degraded: Comparison | None = None
    values: dict[str, Literal["good", "degraded", "bad", "inconclusive"]] = Field(
        default_factory=dict
    )
    priorities: dict[str, str] = Field(default_factory=dict)
    judged_under: Literal["first", "last"] = "last"
    rows_name: RowsName | None = None
    validity: Duration | None = None
    location: LocationRef | None = None
    tz: Zone | None = None
    signed_by: PartyRef | None = None
    counter_signed_by: PartyRef | None = None
    use: Literal["observations", "levels", "counter_evidence"] | None = None
    attribution: str | None = None
    licence: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _fields_of_its_kind(self) -> Self:
        series = ("url", "query", "step", "good", "degraded")
        if self.kind == "csv":
            if told := [name for name in series if getattr(self, name) is not None]:
                raise wrong(f'"{told[0]}" belongs to an import of kind prometheus', at=(told[0],))
            if not self.columns:
                raise wrong('a file needs "columns"')
            return self
        for name in (*series[:-1], "validity", "location"):
            if getattr(self, name) is None:
                raise wrong(f'a series of a Prometheus needs "{name}"')
        if self.use != "observations" or self.service == "any" or self.columns or self.values:
            raise wrong('a series has "use: observations" of one service, and no columns or values')
        if not str(self.url).startswith(("http://", "https://")):
            raise wrong("a Prometheus is asked by http or https", at=("url",))
        return self

    @model_validator(mode="after")
    def _only_tickets_have_priorities(self) -> Self:
        if self.use is not None and (self.priorities or self.judged_under != "last"):
            at = "priorities" if self.priorities else "judged_under"
            raise wrong(f'"{at}" belongs to an import of tickets', at=(at,))
        return self

    @model_validator(mode="after")
    def _levels_are_complete(self) -> Self:
        if self.use != "levels":
            return self
        missing = [column for column in ("at", "value") if column not in self.columns]
        if missing:
            raise wrong(f'levels need a column for "{missing[0]}"', at=("columns",))
        if self.service == "any":
            raise wrong("levels are about one service", at=("service",))
        return self

    @model_validator(mode="after")
    def _observations_are_complete(self) -> Self:
        if self.use != "observations" or self.kind == "prometheus":
            return self
        missing = [column for column in ("observed_at", "outcome") if column not in self.columns]
        if missing:
            raise wrong(f'observations need a column for "{missing[0]}"')
        if not self.values or self.validity is None or self.location is None:
            raise wrong('observations need "values", "validity" and "location"')
        if self.service == "any" and (self.rows_name is None or "service" not in self.columns):
            raise wrong('rows of any service need "rows_name" and a column for "service"')
        return self


class Attestation(Record):
    """A signed yes or no about a service that cannot be probed."""

    id: Id
    service: ServiceRef
    every: Duration
    question: Text3
    answered_by: PartyRef
