"""What the judge needs to know of an objective and of the results it is measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

from catalogue.intervals import Intervals, Span, subtract, total
from catalogue.service_hours import ServiceHours
from slamon.sla.availability import PERCENT_PLACES, Policy
from slamon.sla.budget import planned_time
from slamon.sla.declared import Declared
from slamon.sla.exclusions import Granted, Refused
from slamon.sla.judgement import Mode, Op
from slamon.sla.runs import Run
from slamon.sla.slices import SliceRule
from slamon.sla.structure import Node, Tree
from slamon.sla.tally import Windows
from slamon.sla.windows import flattened

SPANS_KEPT = 256  # the same periods are asked for again and again

Measure = Literal["time", "cases", "level"]
"""What an objective counts: agreed time, cases (results or tickets), or a number against a bound."""


@dataclass(frozen=True, kw_only=True)
class ObjectiveTerms:
    """An objective, interpreted: texts as typed in the agreement, numbers exact, times in µs.

    `checks` are the probes it rests on, `structure` says how they make one state (None: any of them down is down),
    `quorum` is how many of the `locations` must see a check down, `control` the probe that vouches for a location
    itself, `reported` the checks that need none, as their jobs report to the centre.
    `interval` is the longest distance of two results of a check; it bounds each edge of an outage.
    `exclusions` are those granted, `refused` those that were not, `declared` the states that people declared.
    `members` names the service of each check: an exclusion of a member alone is judged by the counterfactual.
    `within` is the longest a case may take, as typed; `bound` is what a level is held against, `unit` says what it
    counts. `slices` or `mean_of_slices` (µs) say so where time is judged by slices. `term` is the whole time of the
    agreement: with `entire_period` the time beyond it counts as available. `consecutive` is how many missed periods
    in a row break the promise.

    Raises:
        ValueError: the quorum asks for more locations than are named.

    """

    objective: str
    service: str
    target: str
    goal: Fraction | None
    hours: ServiceHours
    in_force: Intervals
    checks: tuple[str, ...] = ()
    structure: Tree | None = None
    measure: Measure = "time"
    indicator: str = "availability"
    op: Op = ">="
    mode: Mode = "enforced"
    locations: tuple[str, ...] = ()
    quorum: int = 1
    control: str | None = None
    reported: tuple[str, ...] = ()
    confirm: int = 1
    recover: int = 1
    policy: Policy = field(default_factory=Policy)
    exclusions: tuple[Granted, ...] = ()
    refused: tuple[Refused, ...] = ()
    declared: tuple[Declared, ...] = ()
    members: Mapping[str, str] = field(default_factory=dict)
    within: str | None = None
    aggregate: Literal["sum", "max", "last"] | None = None
    slices: SliceRule | None = None
    mean_of_slices: int | None = None
    entire_period: bool = False
    consecutive: int = 1
    term: Intervals = ()
    bound: Fraction | None = None
    unit: str = ""
    priority: str | None = None
    min_coverage: str | None = None
    min_sample: int | None = None
    warn_at: Fraction = Fraction(3, 4)
    places: int = PERCENT_PLACES
    interval: int = 0
    remedy: Mapping[str, object] | None = None

    _planned: dict[Span, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a quorum that could never be reached."""
        if not 1 <= self.quorum <= max(1, len(self.locations)):
            raise ValueError(f"a quorum of {self.quorum} among {len(self.locations)} locations")

    def agreed(self, begin: int, end: int) -> Intervals:
        """Give the time of a span in which the promise holds."""
        hours: list[tuple[int, int]] = []
        for first, last in self.in_force:
            hours += self.hours.intervals(max(first, begin), min(last, end))
        return tuple(hours)

    def planned(self, span: Span) -> int:
        """Give the agreed time a whole span will have, known in advance (µs)."""
        known = self._planned.get(span)
        if known is None:
            if len(self._planned) >= SPANS_KEPT:
                self._planned.clear()
            known = planned_time(self.agreed(*span), self.windows, self.policy)
            self._planned[span] = known
        return known

    def beyond(self, span: Span) -> int:
        """Give the length of `hours_beyond` (µs)."""
        return total(self.hours_beyond(span))

    def hours_beyond(self, span: Span) -> Intervals:
        """Give the service hours of a span in which the agreement did not hold, if they count."""
        if not self.entire_period:
            return ()
        return subtract(self.hours.intervals(*span), self.term)

    @cached_property
    def least_coverage(self) -> Fraction:
        """The share of the agreed time whose state must be known."""
        return Fraction(self.min_coverage or 0) / 100

    @cached_property
    def tree(self) -> Tree:
        """How the checks make one state."""
        return self.structure or Node("serial", self.checks)

    @cached_property
    def windows(self) -> Windows:
        """Excluded time of the whole, in order and disjoint."""
        return flattened(each for each in self.exclusions if self._covers_all(each))

    @cached_property
    def member_windows(self) -> Mapping[str, Windows]:
        """Excluded time of single members, by check."""
        partial = [each for each in self.exclusions if not self._covers_all(each)]
        if not partial:
            return {}
        return {
            check: flattened(each for each in partial if self.members.get(check) in each.services)
            for check in self.checks
        }

    def _covers_all(self, exclusion: Granted) -> bool:
        return not exclusion.services or self.service in exclusion.services


@dataclass(frozen=True, slots=True)
class CheckRuns:
    """Runs of one check at one location in order of time; a result speaks for at most `validity` µs."""

    check: str
    location: str
    validity: int
    runs: tuple[Run, ...]
