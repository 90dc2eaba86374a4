"""The forecast: what a period can still come to, what it comes to at this speed, and early warning (§4.10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Literal

from catalogue.instants import HOUR
from catalogue.intervals import Intervals
from slamon.sla.availability import Quotient, meets
from slamon.sla.budget import Budget

Reason = Literal["trend_misses", "ahead_of_time", "warn_level", "open_outage"]


class ForecastError(ValueError):
    """More time has passed than the period was planned to have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SoFar:
    """A period at the instant `now`, in µs of time that counts.

    `spent` is its good and bad time, `lost` what has passed and is neither, `planned` what the whole period will have.
    `recent` is the time the trend is taken from, that of the last 28 days; without it, the period's own.
    `rest` is the time to come in which an outage would count, `open_outage` says whether one goes on.

    Raises:
        ForecastError: more has passed than was planned.

    """

    now: int
    spent: Quotient
    lost: int
    planned: int
    rest: Intervals
    recent: Quotient | None = None
    open_outage: bool = False

    def __post_init__(self) -> None:
        """Refuse a plan that is shorter than what has passed."""
        if self.remaining < 0:
            raise ForecastError(
                f"{self.elapsed} µs have passed of {self.planned} planned; plan the period by what is known now"
            )

    @property
    def elapsed(self) -> int:
        """The planned time that has passed."""
        return self.spent.total + self.lost

    @property
    def remaining(self) -> int:
        """The planned time still to come."""
        return self.planned - self.elapsed


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """When to warn: budget consumed, consumed ahead of the share of time passed, agreed µs an open outage may go on."""

    consumed: Fraction = Fraction(3, 4)
    ahead: Fraction = Fraction(1, 4)
    outage: int = 4 * HOUR


@dataclass(frozen=True, slots=True)
class Forecast:
    """The shares a period can come to, exact, and the reasons to warn; None where there is nothing to take a share of.

    `best` is with all the rest good, `worst` with all of it bad, `trend` with the rest as bad as lately. `exhausts_at`
    is the instant at which an outage from now on would have used up the budget as it is, None where the period is over
    before, or the budget already overspent.
    """

    best: Fraction | None
    worst: Fraction | None
    trend: Fraction | None
    exhausts_at: int | None
    reasons: tuple[Reason, ...]

    @property
    def at_risk(self) -> bool:
        """Whether there is any reason to warn."""
        return bool(self.reasons)


def forecast(so_far: SoFar, goal: Fraction, warning: EarlyWarning | None = None) -> Forecast:
    """Say what a period can come to, and why its target is at risk."""
    spent, rest = so_far.spent, so_far.remaining
    budget = Budget((1 - goal) * (so_far.planned - so_far.lost), spent.bad)
    trend, exhausts_at = _trend(so_far), _exhausts_at(so_far, budget)
    reasons = _reasons(so_far, goal, warning or EarlyWarning(), budget, trend, exhausts_at)
    return Forecast(
        best=_share(spent.good + rest, spent.total + rest),
        worst=_share(spent.good, spent.total + rest),
        trend=trend,
        exhausts_at=exhausts_at,
        reasons=tuple(reasons),
    )


def agreed_forward(hours: Intervals, now: int, length: int) -> int | None:
    """Give the first instant by which `length` µs of agreed time have passed since `now`, None if there are less."""
    missing = length
    if missing <= 0:
        return now
    for begin, end in hours:
        first = max(begin, now)
        if end - first >= missing:
            return first + missing
        missing -= max(end - first, 0)
    return None


def _trend(so_far: SoFar) -> Fraction | None:
    spent, rest = so_far.spent, so_far.remaining
    lately = so_far.recent.ratio if so_far.recent else None
    if lately is None:
        lately = spent.ratio
    return None if lately is None else _share(spent.good + rest * lately, spent.total + rest)


def _exhausts_at(so_far: SoFar, budget: Budget) -> int | None:
    """A fraction of a microsecond that is left does not last until the next one."""
    if budget.left < 0 or not so_far.remaining:
        return None
    return agreed_forward(so_far.rest, so_far.now, floor(budget.left))


def _reasons(
    so_far: SoFar,
    goal: Fraction,
    warning: EarlyWarning,
    budget: Budget,
    trend: Fraction | None,
    exhausts_at: int | None,
) -> Iterator[Reason]:
    if trend is not None and not meets(trend, goal):
        yield "trend_misses"
    consumed = budget.consumed
    if consumed is not None and consumed > Fraction(so_far.elapsed, so_far.planned) + warning.ahead:
        yield "ahead_of_time"
    if consumed is not None and consumed >= warning.consumed:
        yield "warn_level"
    if so_far.open_outage and exhausts_at is not None and budget.left <= warning.outage:
        yield "open_outage"


def _share(good: Fraction | int, total: int) -> Fraction | None:
    return Fraction(good) / total if total else None
