"""Counts: a share of good events among valid ones, for promises that count cases instead of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from probes.outcome import Outcome
from slamon.sla.availability import meets


@dataclass(frozen=True, slots=True)
class Counts:
    """Good and bad events; what was neither is no event."""

    good: int
    bad: int

    def share(self, min_events: int = 1) -> Fraction | None:
        """Give the share of good events, or None where there are fewer than `min_events`."""
        events = self.good + self.bad
        return Fraction(self.good, events) if events >= max(min_events, 1) else None


@dataclass(frozen=True, slots=True)
class CountsVerdict:
    """A share held against its goal; `consumed` is the part of the error budget spent, None at a goal of 100 %."""

    share: Fraction
    met: bool
    gap: Fraction
    error_ratio: Fraction
    error_budget: Fraction
    consumed: Fraction | None


def counts_of(outcomes: Iterable[Outcome]) -> Counts:
    """Count outcomes: degraded is good, inconclusive is no event."""
    good = bad = 0
    for outcome in outcomes:
        if outcome is Outcome.BAD:
            bad += 1
        elif outcome is not Outcome.INCONCLUSIVE:
            good += 1
    return Counts(good, bad)


def hold_against(share: Fraction, goal: Fraction) -> CountsVerdict:
    """Hold a share against its goal, exactly; equality is met."""
    error_ratio, error_budget = 1 - share, 1 - goal
    consumed = error_ratio / error_budget if error_budget else None
    return CountsVerdict(
        share, meets(share, goal), share - goal, error_ratio, error_budget, consumed
    )
