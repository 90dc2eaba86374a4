"""What the judge needs to know of an objective and of the results it is measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from catalogue.intervals import Intervals
from catalogue.service_hours import ServiceHours
from slamon.sla.availability import PERCENT_PLACES, Policy
from slamon.sla.judgement import Mode
from slamon.sla.runs import Run

Combination = Literal["any_down", "all_down"]


@dataclass(frozen=True, kw_only=True)
class ObjectiveTerms:
    """An availability objective, interpreted: texts as typed in the agreement, numbers exact, times in µs.

    `checks` are the probes it rests on, `quorum` is how many of the `locations` must see a check down, `control` the
    probe that vouches for a location itself. `interval` is the longest distance of two results of a check; it bounds
    each edge of an outage. `excused` is the excluded time that was granted.

    Raises:
        ValueError: the quorum asks for more locations than are named.

    """

    objective: str
    service: str
    target: str
    goal: Fraction | None
    hours: ServiceHours
    in_force: Intervals
    checks: tuple[str, ...]
    indicator: str = "availability"
    mode: Mode = "enforced"
    combine: Combination = "any_down"
    locations: tuple[str, ...] = ()
    quorum: int = 1
    control: str | None = None
    confirm: int = 1
    recover: int = 1
    policy: Policy = field(default_factory=Policy)
    excused: Intervals = ()
    min_coverage: str | None = None
    places: int = PERCENT_PLACES
    interval: int = 0
    remedy: Mapping[str, object] | None = None

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


@dataclass(frozen=True, slots=True)
class CheckRuns:
    """Runs of one check at one location in order of time; a result speaks for at most `validity` µs."""

    check: str
    location: str
    validity: int
    runs: tuple[Run, ...]
