"""Service agreements: objectives, remedies, exclusions, and how they are measured and closed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from catalogue.document import Document, PartialDate, Record, Text3
from catalogue.instants import InstantError, at_clock, parse_duration
from catalogue.objectives import Objective
from catalogue.periods import Anniversary, Period, parse_period
from catalogue.references import (
    HoursRef,
    LocationRef,
    PartyRef,
    ProbeRef,
    RecommendationRef,
    Reference,
    WindowRef,
)
from catalogue.shifting import months_after
from catalogue.values import Duration, Id, UndottedId, Zone, wrong

State = Literal["proposed", "negotiating", "signed", "in_force", "expired", "terminated"]


class Exclusion(Document):
    """A reason for which time is taken out of the judgement."""

    id: Id
    kind: Literal[
        "planned_maintenance",
        "emergency_maintenance",
        "customer_cause",
        "force_majeure",
        "dependency",
        "suspension",
        "freeze",
    ]
    effect: Literal[
        "remove_window",
        "remove_bad_time",
        "count_as_available",
        "ignore",
        "maintenance_not_excluded",
    ]
    notice: Duration | None = None
    notice_hours: HoursRef | None = None
    max_per_month: Duration | None = None
    allowed_in: Annotated[str, Reference(("service_hours",), also=("any",))] | None = None
    ruling: Literal["joint"] | None = None
    window: WindowRef | None = None

    @model_validator(mode="after")
    def _freeze_alone_keeps_maintenance_in(self) -> Self:
        if (self.kind == "freeze") != (self.effect == "maintenance_not_excluded"):
            raise wrong("maintenance_not_excluded is the effect of a freeze, and its only one")
        return self


class MeasurementRules(Document):
    """When a service counts as down: confirmation, recovery, places and the control probe."""

    down_after: int = Field(ge=1)
    failing: Literal["consecutive"]
    outage_starts: Literal["first_failure"]
    up_after: int = Field(ge=1)
    locations: tuple[LocationRef, ...] = Field(min_length=1)
    quorum: int = Field(ge=1)
    rounding: Literal["truncate_2"]
    control_probe: ProbeRef | None = None

    @model_validator(mode="after")
    def _quorum_can_be_reached(self) -> Self:
        if self.quorum > len(self.locations):
            raise wrong(
                f"a quorum of {self.quorum} cannot be reached by {len(self.locations)} locations"
            )
        return self


class Responsibility(Document):
    """Who does, answers for, is asked about and is told of an activity."""

    activity: Text3
    R: PartyRef
    A: PartyRef
    C: PartyRef
    I: PartyRef  # noqa: E741 - the letters of RACI


class Dispute(Document):
    """How a breach is contested."""

    contest_within: Duration
    service_hours: HoursRef
    decided_by: Literal["joint"]
    escalate_to: PartyRef


class Close(Document):
    """After how long a period closes by itself."""

    fallback_after: Duration
    service_hours: HoursRef


class InForce(Document):
    """Days on which an agreement holds, both ends included; null = open or not known."""

    from_: date | PartialDate | None = Field(alias="from")
    to: date | None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first = self.from_.first_day() if isinstance(self.from_, PartialDate) else self.from_
        if first is not None and self.to is not None and self.to < first:
            said = f"the last day {self.to} is before the first day {first}"
            raise wrong(said, at=("to",))
        return self


class Agreement(Record):
    """A service agreement between a provider and a customer.

    `state` and what follows it were asserted first, and are what people recorded since: signed, begun (where the
    terms leave the first day open, as of a trial), ended before its time. `enforces` names the objectives that the
    signature took out of shadow mode.
    """

    id: UndottedId
    kind: Literal["sla", "mou", "ola", "uc", "project", "trial", "cooperation"]
    name: Text3
    customer: PartyRef
    provider: PartyRef
    beneficiaries: tuple[PartyRef, ...] = ()
    tz: Zone
    state: State
    signed_on: PartialDate | None
    began_on: date | None = None
    ended_on: date | None = None
    enforces: tuple[Id, ...] = ()
    in_force: InForce
    duration: Duration | None = None
    review_every: Duration | None = None
    recommendations: tuple[RecommendationRef, ...]
    objectives: tuple[Objective, ...]
    exclusions: tuple[Exclusion, ...] = ()
    measurement_rules: MeasurementRules | None = None
    raci: tuple[Responsibility, ...] = ()
    dispute: Dispute | None = None
    close: Close | None = None

    @property
    def binding(self) -> bool:
        """Tell whether the agreement was ever signed or came into force."""
        return self.state not in {"proposed", "negotiating"}

    @property
    def stated_first_day(self) -> date | None:
        """The day from which its terms say that it holds, or on which it began; null where they leave it open.

        A day that is known only roughly is the last one it may be: the reading that is safe for the provider.
        """
        first = self.in_force.from_ or self.began_on
        return first.last_day() if isinstance(first, PartialDate) else first

    @property
    def first_day(self) -> date | None:
        """The day on which it comes into force: where its terms leave it open, that of the signature.

        The day of a news item about a signature is another one.
        """
        signed = self.signed_on
        known = signed.last_day() if signed and signed.precision != "published_on" else None
        return self.stated_first_day or known

    @property
    def last_day(self) -> date | None:
        """The last day on which it is in force; null = open, or not known yet."""
        known = [
            day for day in (self.in_force.to or self._after_its_duration(), self.ended_on) if day
        ]
        return min(known, default=None)

    def _after_its_duration(self) -> date | None:
        first = self.first_day
        if self.duration is None or first is None:
            return None
        length = parse_duration(self.duration)
        return months_after(first, length.months) + timedelta(days=length.days - 1)

    @property
    def binds_from(self) -> date | None:
        """The first day on which anything follows from a breach: in force, and signed where a signature is known."""
        first = self.first_day if self.binding else None
        if first is None or self.signed_on is None:
            return first
        return max(first, self.signed_on.last_day())

    @property
    def anniversary(self) -> Anniversary | None:
        """The month and day on which its years begin; null while the first day is not known."""
        begin = self.first_day
        return (begin.month, begin.day) if begin else None

    def period(self, label: str) -> Period:
        """Read the label of a period in its zone: 2026-02, 2026-Q1, 2026, AY2026 (its own years), or its whole term.

        Raises:
            InstantError: the label names no period, or the agreement has none of that name.

        """
        begin, end = self._first_and_last()
        term = (begin, end) if begin is not None and end is not None else None
        return parse_period(label, self.tz, self.anniversary, term)

    def period_held(self, label: str) -> Period:
        """Read the label of a period in which the agreement holds at some time, signed or not.

        Raises:
            InstantError: the label names no period, or all of it is before or after the agreement.

        """
        period = self.period(label)
        _, end = self._first_and_last()
        first = self.stated_first_day
        if first is not None and period.end <= at_clock(first, 0, self.tz):
            said = f"{label} is before the agreement {self.id}, which holds from {first}"
            raise InstantError(f"{said}; ask for {first:%Y-%m} or later")
        if end is not None and period.begin >= end:
            said = f"{label} is after the agreement {self.id}, which held until {self.last_day}"
            raise InstantError(f"{said}; ask for {self.last_day:%Y-%m} or earlier")
        return period

    def _first_and_last(self) -> tuple[int | None, int | None]:
        """The instants at which it begins and ends, as far as they are known."""
        first, last = self.first_day, self.last_day
        return (
            None if first is None else at_clock(first, 0, self.tz),
            None if last is None else at_clock(last + timedelta(days=1), 0, self.tz),
        )

    def span_in_force(self) -> tuple[int, int | None] | None:
        """Return the instants `[from, to)` in which it is in force (null: open end); null if never."""
        begin, end = self._first_and_last()
        return (begin, end) if self.binding and begin is not None else None

    def is_in_force_on(self, day: date) -> bool:
        """Tell whether it is in force on a day, in its zone."""
        return self.holds_at(at_clock(day, 0, self.tz))

    def holds_at(self, instant: int) -> bool:
        """Tell whether it is in force at an instant (µs)."""
        span = self.span_in_force()
        return span is not None and span[0] <= instant and (span[1] is None or instant < span[1])

    def is_over_at(self, instant: int) -> bool:
        """Tell whether it has ended by an instant (µs), or is said to be over; one never signed can be over as well."""
        _, end = self._first_and_last()
        return self.state in {"expired", "terminated"} or (end is not None and end <= instant)
