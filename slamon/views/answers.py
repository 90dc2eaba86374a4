"""What the read side answers: typed, frozen, the same for pages, API and metrics. Instants are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from slamon.sla.judgement import Basis, Level, Mode, ObjectiveJudgement, Op, Period, State, Verdict
from slamon.views.claimed import CounterEvidence
from slamon.views.words import Words

ReviewStatus = Literal["open", "upheld", "waived", "withdrawn"]
Attention = Literal["bad", "overdue", "suspect", "paused", "maintenance"]
MissingBurn = Literal["nothing_measured", "no_budget", "too_few_results", "longer_than_in_force"]


class Answer(BaseModel):
    """A frozen answer of the read side."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class DayCell(Answer):
    """One day of one service: the worst state seen, and the floored percent of known time it was available."""

    date: str
    worst: State | None
    percent: str | None
    known_percent: str
    basis: Basis


class ServiceSummary(Answer):
    """A service as lists show it; `state` is the state now, `since` when it began (null while unknown).

    `excluded` says whether an exclusion covers this instant; nobody named a `funding_source` where it is null.
    """

    service: str
    name: Words
    provider: Words
    lifecycle: str
    catalogue: str
    measured: bool
    state: State
    since: str | None
    basis: Basis
    days: tuple[DayCell, ...]
    excluded: bool = False
    funding_source: str | None = None


class ObjectiveStatus(Answer):
    """An objective in its current period, with what lists need to name it."""

    title: str
    service_name: Words
    judgement: ObjectiveJudgement


class AgreementSummary(Answer):
    """An agreement with its objectives in the current period; `state` is its lifecycle, like in_force."""

    agreement: str
    name: Words
    kind: str
    customer: Words
    provider: Words
    state: str
    catalogue: str
    in_force_from: str | None
    in_force_to: str | None
    period: Period | None
    closed_periods: tuple[str, ...]
    restated_periods: tuple[str, ...] = ()
    objectives: tuple[ObjectiveStatus, ...]


class OutageLine(Answer):
    """An outage of a service as lists show it, of the objective named; `declared` if somebody declared all of it."""

    service: str
    service_name: Words
    agreement: str
    objective: str
    from_: str = Field(alias="from")
    to: str | None
    counted_us: int
    basis: Basis
    declared: bool = False


class BreachLine(Answer):
    """A breach as lists show it. `breach` is agreement.objective.period; `level` is the number that missed a bound.

    The figure is the one that holds now; `found_percent` and `found_level` are from when it was found, where others.
    """

    breach: str
    agreement: str
    agreement_name: Words
    objective: str
    service: str
    service_name: Words
    period: str
    indicator: str = "availability"
    op: Op = ">="
    target: str
    percent: str | None
    level: Level | None = None
    found_percent: str | None = None
    found_level: Level | None = None
    status: ReviewStatus
    basis: Basis
    found_at: str
    found_by: str


class BreachDecision(Answer):
    """A step of a breach's review."""

    decision: Literal["found", "upheld", "waived", "withdrawn"]
    at: str
    actor: str
    reason: str | None
    position: int


class BreachDetail(Answer):
    """A breach with the figure it was found with, and its review so far.

    `restated` is the newest figure where the period was restated since and the objective still has one, else null.
    """

    line: BreachLine
    judgement: ObjectiveJudgement
    period: Period
    judged_at_position: int
    decisions: tuple[BreachDecision, ...]
    restated: ObjectiveJudgement | None = None
    counter_evidence: CounterEvidence | None = None

    @property
    def holds(self) -> ObjectiveJudgement | None:
        """The figure that holds now; None where the objective has none any more."""
        if self.restated is None and self.line.status == "withdrawn":
            return None
        return self.restated or self.judgement


class WindowBurn(Answer):
    """How fast a budget burned over a window of agreed time, in times the speed that would just spend it.

    `rate` and `threshold` are exact (num/den); without a rate `missing` says why. `threshold` is the speed that alarms
    where both windows of a pair exceed it; a window that is long in one pair and short in another has that of the
    first. A window without `from` is longer than the agreement has held.
    """

    window: str
    from_: str | None = Field(alias="from")
    rate: str | None
    missing: MissingBurn | None
    threshold: str


class BurnLine(Answer):
    """The burn of an objective's budget over windows up to `at`, by the budget of its open period.

    `firing` names the long window of each pair that alarms.
    """

    agreement: str
    objective: str
    service: str
    mode: Mode
    period: str
    at: str
    windows: tuple[WindowBurn, ...]
    firing: tuple[str, ...]


class Overview(Answer):
    """The first page: how things stand, at a glance."""

    now: str
    position: int
    agreements: tuple[AgreementSummary, ...]
    services: tuple[ServiceSummary, ...]
    open_breaches: tuple[BreachLine, ...]
    outages: tuple[OutageLine, ...]
    burns: tuple[BurnLine, ...] = ()


class WindowLabel(Answer):
    """A window that was announced for a service and not withdrawn; `position` is that of the announcement."""

    agreement: str
    exclusion: str
    kind: str | None
    status: Literal["announced", "granted", "refused"]
    position: int


class PauseTold(Answer):
    """Since when an agent leaves a probe in peace, until when (None: until somebody has it asked again), and why."""

    since: str
    until: str | None
    reason: str


class ProbeLine(Answer):
    """A probe as assigned, with its newest result; where no agent asks it, `why` says why not.

    `basis` is what all its results at this place rest on; `asked` is what the agent was told to ask.
    `attention` is why somebody should look at it, `windows` are those announced that hold this instant;
    `pause` is told while the probe is paused. `grace_us` is how late a heartbeat may be.
    `p95_us` is what 95 of 100 attempts of the newest UTC day did not exceed, within 3.1 %.
    """

    probe: str
    kind: str
    service: str | None
    location: str | None
    target: str
    interval_us: int | None
    control: bool
    measurable: bool
    why: str | None
    outcome: str | None
    last_at: str | None
    latency_us: int | None
    runs: dict[str, int]
    basis: Basis = "none"
    asked: dict[str, object] | None = None
    p95_us: int | None = None
    attention: tuple[Attention, ...] = ()
    windows: tuple[WindowLabel, ...] = ()
    pause: PauseTold | None = None
    grace_us: int | None = None


class LatencyFigures(Answer):
    """How long attempts took: half of them at most `p50_us`, 95 of 100 at most `p95_us`, both within 3.1 %.

    The longest that is told apart is 15.2 s: a figure of 15204352 µs stands for that or more.
    """

    p50_us: int
    p95_us: int
    count: int


class LatencyDay(LatencyFigures):
    """The same of a UTC day."""

    date: str


class ServiceDetail(Answer):
    """A service's page: its terms, probes, objectives, outages, and what of its terms has no effect yet.

    `latency` is by day over all attempts of its probes at all places, `latency_overall` that of these days together.
    """

    summary: ServiceSummary
    terms: dict[str, object]
    not_yet_interpreted: tuple[str, ...]
    probes: tuple[ProbeLine, ...]
    objectives: tuple[ObjectiveStatus, ...]
    outages: tuple[OutageLine, ...]
    simulated_until: str | None
    latency: tuple[LatencyDay, ...] = ()
    latency_overall: LatencyFigures | None = None


class TariffLine(Answer):
    """A tariff as lists show it; `state` is its lifecycle."""

    tariff: str
    name: Words
    provider: Words
    provider_id: str
    state: str
    currency: str | None
    valid_from: str | None
    valid_to: str | None
    lines: int
    illustrative: bool


class CommitmentLine(Answer):
    """A dated deliverable as lists show it; `state` is open, overdue or fulfilled."""

    commitment: str
    what: Words
    debtor: Words
    creditor: Words
    due: str | None
    recur: str | None
    state: str
    agreement: str | None
    recommendation: str | None
    illustrative: bool


class RecordLine(Answer):
    """A record of the catalogue: kind, id, display name and lifecycle."""

    kind: str
    id: str
    catalogue: str
    name: Words
    lifecycle: str | None
    position: int


class PeriodLine(Answer):
    """One objective in one period that it promises by, closed or open: the row of the compliance table.

    Good and bad are what its figure is made of, in agreed µs or in cases: those of several periods add.
    """

    agreement: str
    objective: str
    service: str
    mode: Mode
    period: str
    tz: str
    indicator: str = "availability"
    target: str
    percent: str | None
    level: Level | None = None
    state: Verdict
    provisional: bool
    basis: Basis
    good_us: int
    bad_us: int
    good_cases: int = 0
    bad_cases: int = 0
    unknown_us: int
    excused_us: int
    outside_us: int


class TallyDay(Answer):
    """Agreed time by state of one objective on one local day (µs)."""

    agreement: str
    objective: str
    day: str
    tally: dict[str, int]
    basis: Basis


class ImportLine(Answer):
    """A source of imported results: what it asks to be said of it, and the services it has results of."""

    source: str
    attribution: str | None
    licence: str | None
    services: tuple[str, ...]


class SealLine(Answer):
    """A seal over the facts of positions `first` to `last`; it stands at a position of its own. Hashes are in hex."""

    number: int
    position: int
    sealed_at: str
    first: int
    last: int
    count: int
    previous: str
    root: str
    hash: str


class LedgerStatus(Answer):
    """Where the ledger and its views stand; `seal` is the newest one."""

    ledger_id: str
    epoch: int
    position: int
    view_position: int
    recorded_at: str | None
    seal: SealLine | None = None
