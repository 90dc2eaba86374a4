"""What the judge says of an agreement and a period: the shape of `judge --json`, of the API and of a closed period."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["up", "degraded", "down", "unknown"]
Mode = Literal["enforced", "shadow", "baseline"]
Verdict = Literal[
    "not_applicable", "not_measured", "pending", "on_track", "at_risk", "breached", "met"
]
Basis = Literal["measured", "simulated", "mixed", "imported", "none"]


class Said(BaseModel):
    """A part of a judgement."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Period(Said):
    """A contractual period; `label` is like 2026-02; instants are ISO 8601 in UTC."""

    label: str
    from_: str = Field(alias="from")
    to: str
    tz: str


class AsKnownAt(Said):
    """Up to which fact the figures were folded."""

    instant: str
    position: int


class Measured(Said):
    """`good` of `total` agreed microseconds; `ratio` is exact (num/den), `percent` floored to 4 decimals."""

    good: int
    total: int
    ratio: str
    percent: str


class Coverage(Said):
    """Share of the agreed time with a known state, by time; `minimum` is the percent the agreement asks for."""

    known_us: int
    agreed_us: int
    ratio: str | None
    percent: str | None
    minimum: str | None
    sufficient: bool


class Outage(Said):
    """A run of counted down time; `to` is null while it lasts; `uncertainty_us` bounds each edge."""

    from_: str = Field(alias="from")
    to: str | None
    counted_us: int
    locations: tuple[str, ...]
    evidence: tuple[str, ...]
    uncertainty_us: int


class Unconfirmed(Said):
    """Bad results that never reached the confirmation the agreement asks for: visible, not counted."""

    check: str
    location: str
    from_: str = Field(alias="from")
    count: int


class ErrorBudget(Said):
    """How much bad time the target allows, and how much of it is spent (µs, exact)."""

    allowed_us: str
    spent_us: int
    left_us: str
    consumed: str | None


class ObjectiveJudgement(Said):
    """One objective in one period. `measured` is null when nothing was measured, never 0 or 100 percent."""

    objective: str
    service: str
    indicator: str
    target: str
    mode: Mode
    state: Verdict
    provisional: bool
    basis: Basis
    partial: bool
    measured: Measured | None
    coverage: Coverage
    tally: dict[str, int]
    outages: tuple[Outage, ...]
    unconfirmed: tuple[Unconfirmed, ...] = ()
    breached_at: str | None
    error_budget: ErrorBudget | None
    remedy: dict[str, object] | None
    note: str | None = None


class Judgement(Said):
    """All objectives of one agreement in one period."""

    agreement: str
    period: Period
    as_known_at: AsKnownAt
    objectives: tuple[ObjectiveJudgement, ...]
