"""What the judge says of an agreement and a period: the shape of `judge --json`, of the API and of a closed period."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["up", "degraded", "down", "unknown"]
Effect = Literal["remove_window", "remove_bad_time", "count_as_available", "ignore"]
Op = Literal[">=", ">", "<=", "<"]
Mode = Literal["enforced", "shadow", "baseline"]
Verdict = Literal[
    "not_applicable",
    "not_measured",
    "pending",
    "on_track",
    "at_risk",
    "breached",
    "met",
    "met_late",
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
    """Up to which fact the figures were folded, and when it was recorded.

    `instant` is the one that was asked for; where figures of now were asked for, that of the fact.
    """

    instant: str
    position: int
    recorded_at: str


class Measured(Said):
    """`good` of `total`, in agreed microseconds or in cases; `ratio` is exact (num/den), `percent` floored."""

    good: int
    total: int
    ratio: str
    percent: str
    unit: Literal["us", "cases"] = "us"


class Level(Said):
    """A number held against a bound, both exact (num/den); `unit` says of what."""

    value: str
    bound: str | None
    unit: str


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
    """How much bad time the target allows, and how much of it is spent (µs, exact).

    `margin_now_us` looks at the time so far only, as if the period ended now; `exhausts_at` is when the budget will
    be gone if the outage that is open now goes on.
    """

    allowed_us: str
    spent_us: int
    left_us: str
    consumed: str | None
    margin_now_us: str | None = None
    exhausts_at: str | None = None


class Share(Said):
    """A share, exact and floored for display."""

    ratio: str
    percent: str


class Possible(Said):
    """Where the figure may lie: all unknown time down, and all of it up.

    `cannot_tell`: the target lies between the two, so the verdict rests on what was not observed.
    """

    lowest: Share
    highest: Share
    cannot_tell: bool


class OutageFigures(Said):
    """Outages that began in the period; the means are exact (num/den, µs) and null without an outage."""

    count: int
    longest_us: int
    mean_time_to_restore_us: str | None
    mean_time_between_failures_us: str | None
    mean_time_between_incidents_us: str | None


class Forecast(Said):
    """What the period can still come to; `reasons` say why it is at risk."""

    best: Share | None
    worst: Share | None
    trend: Share | None
    reasons: tuple[str, ...]


class Exclusion(Said):
    """A part of an announced exclusion, granted with its effect, or refused with the rule that refused it."""

    announcement: str
    clause: str
    from_: str = Field(alias="from")
    to: str
    effect: Effect | None
    rule: str | None
    reason: str | None
    positions: tuple[int, ...]


class DeclaredState(Said):
    """Time whose state people declared: it goes before what was probed, and both are kept."""

    declaration: str
    state: State
    from_: str = Field(alias="from")
    to: str
    position: int


class RemedyDue(Said):
    """What follows from a breach: an action towards a party, or a credit in percent of the charge.

    `breaches` are the breached periods in a row that it follows from.
    """

    kind: str
    breaches: int
    to: str | None
    credit_percent: str | None


class InARow(Said):
    """Where only so many missed periods in a row break a promise: how many there are, this one included."""

    wanted: int
    missed: int


class PartJudged(Said):
    """A part of a period that was judged by its own target."""

    target: str
    from_: str = Field(alias="from")
    to: str
    state: Verdict
    measured: Measured | None


class ObjectiveJudgement(Said):
    """One objective in one period. `measured` is null when nothing was measured, never 0 or 100 percent.

    `target` is as typed in the agreement; of a share of cases it is the share, and `within` how long a case may take.
    Where terms changed inside the period, or a window tightens the target, `parts` are judged each by its own and
    the worst of them is shown. `waiting` counts cases that are not decided yet. `by_effect` is the figure as it
    would be if all excluded time had another effect.
    """

    objective: str
    service: str
    indicator: str
    target: str
    op: Op = ">="
    within: str | None = None
    mode: Mode
    state: Verdict
    provisional: bool
    basis: Basis
    partial: bool
    measured: Measured | None
    level: Level | None = None
    waiting: int = 0
    coverage: Coverage
    possible: Possible | None = None
    tally: dict[str, int]
    outages: tuple[Outage, ...]
    outage_figures: OutageFigures | None = None
    unconfirmed: tuple[Unconfirmed, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    declared: tuple[DeclaredState, ...] = ()
    by_effect: dict[Effect, Share] = {}
    breached_at: str | None
    error_budget: ErrorBudget | None
    forecast: Forecast | None = None
    remedy: dict[str, object] | None
    remedy_due: RemedyDue | None = None
    in_a_row: InARow | None = None
    parts: tuple[PartJudged, ...] = ()
    note: str | None = None


class Judgement(Said):
    """All objectives of one agreement in one period."""

    agreement: str
    period: Period
    as_known_at: AsKnownAt
    objectives: tuple[ObjectiveJudgement, ...]
