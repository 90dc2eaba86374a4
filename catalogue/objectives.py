"""Objectives: what is promised of a service, how it is measured, and over which period."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from catalogue.combining import AtLeast, Combine, Group, faults_of_combining
from catalogue.document import Document
from catalogue.instants import parse_duration
from catalogue.references import DataRef, HoursRef, ServiceRef, WindowRef
from catalogue.remedies import Credit, Remedy, agrees_with_target
from catalogue.targets import Bound, Op, Period, Rolling, Share, Slice, Target
from catalogue.values import Percent, UndottedId, wrong

Indicator = Literal[
    "availability",
    "reliability",
    "latency",
    "success",
    "response_time",
    "resolution_time",
    "outage_count",
    "longest_outage",
    "age",
    "level",
]

# The figure is a share of time; of the outages in it; of cases; or a number against a bound.
OF_TIME = frozenset({"availability", "reliability"})
OF_OUTAGES = frozenset({"outage_count", "longest_outage"})
OF_CASES_IN_TIME = frozenset({"latency", "response_time", "resolution_time"})
OF_CASES = OF_CASES_IN_TIME | {"success"}
OF_TICKETS = frozenset({"response_time", "resolution_time"})
BOUNDED = OF_OUTAGES | {"age", "level"}
LENGTHS = frozenset({"longest_outage", "age"})

_LIKE = {
    "outage_count": '{bound: "3"}',
    "longest_outage": '{bound: "PT4H"}',
    "age": '{bound: "PT24H"}',
    "level": '{bound: "20.0"}',
}


class TighterIn(Document):
    """A higher target inside a window; the period is judged in parts (rule E4)."""

    window: WindowRef
    target: Percent


class Objective(Document):
    """A measured promise.

    `consecutive`: only so many missed periods in a row break it. `warn_at`: the percent of the error budget, or of the
    bound, at which it is at risk. `entire_period`: time in which the agreement did not hold counts as available.
    """

    id: UndottedId
    service: ServiceRef
    indicator: Indicator
    priority: str | None = None
    target: Target
    op: Op | None = None
    unit: str | None = None
    aggregate: Literal["sum", "max", "last"] | None = None
    period: Period
    entire_period: bool = False
    consecutive: int | None = Field(default=None, ge=1)
    service_hours: HoursRef
    data: tuple[DataRef, ...] = Field(min_length=1)
    combine: Combine | None = None
    min_coverage: Percent | None = None
    min_sample: int | None = Field(default=None, ge=1)
    unknown: Literal["exclude", "as_available", "as_unavailable"] = "exclude"
    degraded: Literal["available", "unavailable"] = "available"
    slice_: Slice | None = Field(default=None, alias="slice")
    warn_at: Percent = Decimal(75)
    mode: Literal["enforced", "shadow"] = "enforced"
    tighter_in: TighterIn | None = None
    remedy: Remedy

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for fault in _faults(self):
            raise fault
        agrees_with_target(self.remedy, self.threshold)
        return self

    @property
    def threshold(self) -> Decimal:
        """The number that must be reached or kept: a percent, or the bound (of a length of time in µs)."""
        match self.target:
            case Share():
                return self.target.share
            case Bound():
                return self.target.number
            case _:
                return self.target

    @property
    def operator(self) -> Op:
        """How the figure is compared with the target."""
        return self.op or ("<=" if self.indicator in BOUNDED else ">=")

    @property
    def promised(self) -> str:
        """The target in words, as typed."""
        match self.target:
            case Share():
                return f"{self.target.share} % within {self.target.within}"
            case Bound():
                return f"{self.target.bound} {self.unit}" if self.unit else str(self.target.bound)
            case _:
                return str(self.target)

    @property
    def up_when(self) -> AtLeast:
        """How many of its data must be up: all of them where nothing is said."""
        if isinstance(self.combine, Group):
            return self.combine.up_when(self.data)
        return AtLeast(1 if self.combine == "all_down" else len(self.data), self.data)


def _faults(objective: Objective) -> Iterator[PydanticCustomError]:
    yield from _form_of_target(objective)
    yield from _comparison(objective)
    yield from _combination(objective)
    yield from _policies(objective)
    yield from _level(objective)
    yield from _period(objective)
    yield from _consequences(objective)


def _form_of_target(objective: Objective) -> Iterator[PydanticCustomError]:
    indicator, target = objective.indicator, objective.target
    if indicator in BOUNDED:
        if not isinstance(target, Bound):
            yield wrong(
                f"{indicator} has a target {{bound}}, like {_LIKE[indicator]}", at=("target",)
            )
        elif target.is_length != (indicator in LENGTHS):
            kind = "a length of time" if indicator in LENGTHS else "a number"
            said = f"{indicator} is compared with {kind}, like {_LIKE[indicator]}"
            yield wrong(said, at=("target", "bound"))
        elif indicator == "outage_count" and target.number % 1:
            said = f"outages are counted whole: {target.bound} of them cannot be"
            yield wrong(said, at=("target", "bound"))
    elif indicator in OF_CASES_IN_TIME:
        if not isinstance(target, Share):
            like = '{within: PT1H, share: "95.00"}'
            yield wrong(f"{indicator} has a target {{within, share}}, like {like}", at=("target",))
    elif isinstance(target, Share | Bound):
        yield wrong(f'{indicator} has a target like "99.50"', at=("target",))


def _comparison(objective: Objective) -> Iterator[PydanticCustomError]:
    indicator, op = objective.indicator, objective.op
    if op is None or indicator == "level":
        return
    better, sensible = ("less", ("<=", "<")) if indicator in BOUNDED else ("more", (">=", ">"))
    if op not in sensible:
        allowed = " or ".join(f'"{each}"' for each in sensible)
        said = f'"{op}" is no promise of {indicator}, where {better} is better; write {allowed}'
        yield wrong(said, at=("op",))


def _combination(objective: Objective) -> Iterator[PydanticCustomError]:
    indicator, combine = objective.indicator, objective.combine
    by_state = indicator in OF_TIME | OF_OUTAGES
    if by_state and len(objective.data) > 1 and combine is None:
        yield wrong('several data sources need "combine"', '"combine: any_down"')
    if not by_state and combine not in {None, "any_down"}:
        said = f'"combine" puts states together; {indicator} has none: leave it out'
        yield wrong(said, at=("combine",))
    if isinstance(combine, Group):
        for fault in faults_of_combining(combine, objective.data):
            given = fault.context or {}
            yield wrong(given["said"], given["proposal"], ("combine", *given["at"]))


def _policies(objective: Objective) -> Iterator[PydanticCustomError]:
    """Refuse what changes a share of time where there is none."""
    indicator, sliced = objective.indicator, objective.slice_
    of_time = indicator in OF_TIME
    if not of_time and objective.unknown != "exclude":
        said = f'"unknown: {objective.unknown}" belongs to availability and reliability, not to {indicator}'
        yield wrong(said, at=("unknown",))
    if not of_time | (indicator in OF_OUTAGES) and objective.degraded != "available":
        said = (
            f'"degraded: unavailable" belongs to a promise of time or outages, not to {indicator}'
        )
        yield wrong(said, at=("degraded",))
    if sliced is not None and not of_time:
        said = f'"slice" belongs to availability and reliability, not to {indicator}'
        yield wrong(said, at=("slice",))
    elif sliced is not None and sliced.min_run is not None:
        yield from _runs(sliced, sliced.min_run)


def _runs(sliced: Slice, min_run: str) -> Iterator[PydanticCustomError]:
    length = parse_duration(min_run)
    if sliced.rule == "mean":
        said = '"min_run" belongs to the rule entirely_down; a mean leaves no slice out'
        yield wrong(said, at=("slice", "min_run"))
    elif length.months or length.days or length.us < parse_duration(sliced.length).us:
        said = f"a run of {min_run} is not made of slices of {sliced.length}; write {sliced.length} or a longer time"
        yield wrong(said, f'"{sliced.length}"', at=("slice", "min_run"))


def _level(objective: Objective) -> Iterator[PydanticCustomError]:
    if objective.indicator == "level" and objective.aggregate is None:
        yield wrong('a level needs "aggregate": sum, max or last', '"aggregate: last"')
    if objective.indicator != "level" and objective.aggregate is not None:
        said = f'"aggregate" belongs to a level, not to {objective.indicator}'
        yield wrong(said, at=("aggregate",))
    if objective.unit not in {None, "percent"} and objective.indicator != "level":
        yield wrong(f'"{objective.unit}" is none of: percent', '"percent"', at=("unit",))


def _period(objective: Objective) -> Iterator[PydanticCustomError]:
    period = objective.period
    overlapping = isinstance(period, Rolling)
    if objective.consecutive is not None and (overlapping or period == "whole_term"):
        why = "rolling windows overlap" if overlapping else "there is one whole term only"
        said = f"{why}, so no two follow each other; consecutive needs a calendar period"
        yield wrong(said, at=("consecutive",))
    if not objective.entire_period:
        return
    if objective.indicator not in OF_TIME:
        said = (
            f'"entire_period" belongs to availability and reliability, not to {objective.indicator}'
        )
        yield wrong(said, at=("entire_period",))
    elif overlapping or period == "whole_term":
        named = "a rolling window" if overlapping else "the whole term"
        said = f"{named} has no part in which the agreement does not hold; leave entire_period out"
        yield wrong(said, at=("entire_period",))


def _consequences(objective: Objective) -> Iterator[PydanticCustomError]:
    if objective.indicator in BOUNDED and isinstance(objective.remedy, Credit):
        said = (
            f"credits go by a percent, and {objective.indicator} has none; "
            "write a remedy of kind justification, escalation, review_item or suspension"
        )
        yield wrong(said, at=("remedy", "kind"))
    if objective.warn_at <= 0:
        yield wrong(
            "a warning at 0 percent never ends; write more, or leave it out", at=("warn_at",)
        )
    if objective.tighter_in is not None and objective.indicator in BOUNDED:
        said = f"tighter_in raises a percent, and {objective.indicator} has none"
        yield wrong(said, at=("tighter_in",))
