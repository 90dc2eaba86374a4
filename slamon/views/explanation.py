"""What an explanation says: the shape of `judge --explain --json` and of the API; facts are ledger positions."""

from __future__ import annotations

from pydantic import Field

from slamon.sla.duration import CaseState
from slamon.sla.explaining import Hearing, Rule
from slamon.sla.judgement import AsKnownAt, Effect, Measured, Mode, Period, Said, Verdict
from slamon.views.claimed import CounterEvidence
from slamon.views.words import Words


class Witness(Said):
    """What a check at a place said when an interval began, and the newest result it said that by."""

    check: str
    location: str
    said: Hearing
    result_at: str | None
    fact: int | None


class Interval(Said):
    """A stretch of time that counts as one `class` for one reason; classes are those of the tally, without `_us`.

    `clause` is an exclusion of the agreement, its service hours, the agreement itself, or the objective. Where time
    counts although it was announced, `refused` is the rule by which that announcement was refused. `holiday` names
    the day of the calendar because of which the service hours do not hold.
    """

    from_: str = Field(alias="from")
    to: str
    us: int
    class_: str = Field(alias="class")
    effect: Effect | None
    rule: Rule
    says: str
    clause: str
    announcement: str | None
    declaration: str | None
    refused: str | None
    holiday: Words | None = None
    witnesses: tuple[Witness, ...]
    facts: tuple[int, ...]


class Cases(Said):
    """How many cases there were: those that count, and those that were excluded or lay outside the agreed time.

    Of those that count `unsigned` rest on a file that lacks a signature: a figure with such cases is provisional.
    """

    met: int
    not_met: int
    pending: int = 0
    excluded: int = 0
    outside: int = 0
    unsigned: int = 0


class PriorityHeld(Said):
    """A priority, and since when a ticket had it."""

    priority: str
    from_: str = Field(alias="from")


class CaseTold(Said):
    """A case that counted or is not yet decided; of results of a probe the ones not met, a row of them in one line.

    `elapsed_us` is the agreed time it took so far. A ticket is judged under `priority`; `priorities` are those it had,
    in order, where that changed. `unsigned` names its file (by digest) where that lacks a signature.
    """

    case: str
    location: str | None = None
    state: CaseState
    from_: str = Field(alias="from")
    to: str | None
    count: int = 1
    due_at: str | None = None
    elapsed_us: int | None = None
    priority: str | None = None
    priorities: tuple[PriorityHeld, ...] = ()
    unsigned: str | None = None
    facts: tuple[int, ...]


class LevelRead(Said):
    """A number read off at an instant, exact (num/den)."""

    at: str
    value: str
    source: str
    facts: tuple[int, ...]


class TermsBehind(Said):
    """A record of the catalogue that a figure follows, and the newest fact about it."""

    kind: str
    id: str
    fact: int


class PartExplained(Said):
    """A part of a period that is judged by one target; `tally` is the sum of its intervals, by class.

    Where files are counted, neither has any time: what counted are the cases or numbers.
    """

    target: str
    from_: str = Field(alias="from")
    to: str
    tally: dict[str, int]
    intervals: tuple[Interval, ...]
    cases: Cases | None
    cases_listed: tuple[CaseTold, ...]
    readings: tuple[LevelRead, ...]


class ObjectiveExplained(Said):
    """Why the figure of an objective is what it is. `agrees`: the parts explained hold the tally that is shown.

    It does not where facts recorded since have changed a closed period that is not restated yet; `note` says so.
    """

    objective: str
    service: str
    indicator: str
    target: str
    mode: Mode
    state: Verdict
    provisional: bool
    measured: Measured | None
    tally: dict[str, int]
    agrees: bool
    note: str | None
    terms: tuple[TermsBehind, ...]
    parts: tuple[PartExplained, ...]
    counter_evidence: CounterEvidence | None = None


class Explanation(Said):
    """Why the figures of an agreement in a period are what they are."""

    agreement: str
    period: Period
    as_known_at: AsKnownAt
    objectives: tuple[ObjectiveExplained, ...]
