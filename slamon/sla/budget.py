"""The error budget: how much bad time a target allows, what is spent of it, and when it was gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from catalogue.intervals import Intervals, subtract, total
from slamon.sla.availability import Policy, quotient
from slamon.sla.tally import Piece, Tally, tally_of


@dataclass(frozen=True, slots=True)
class Budget:
    """Bad time a target allows in a period, and the part of it that is spent (µs, exact)."""

    allowed: Fraction
    spent: int

    @property
    def left(self) -> Fraction:
        """What may still be bad; negative once overspent."""
        return self.allowed - self.spent

    @property
    def consumed(self) -> Fraction | None:
        """Share of the budget that is spent, or None where a target of 100 % allows nothing."""
        return self.spent / self.allowed if self.allowed else None


def planned_time(agreed: Intervals, excused: Intervals, policy: Policy) -> int:
    """Give the agreed time a whole period will have (µs), known in advance: the hours less the windows that go."""
    return total(subtract(agreed, excused) if policy.excused == "remove_window" else agreed)


def budget_of(tally: Tally, policy: Policy, goal: Fraction, planned: int) -> Budget:
    """Give the budget of a period of `planned` µs of which a tally has elapsed; unknown time allows nothing."""
    spent = quotient(tally, policy)
    return Budget((1 - goal) * (planned - _lost(tally, policy)), spent.bad)


def breach_instant(
    pieces: Iterable[Piece],
    policy: Policy,
    goal: Fraction,
    planned: int,
    before: Tally | None = None,
) -> int | None:
    """Give the instant at which a target went out of reach even if all the rest were good, or None while in reach.

    It is the beginning of the first microsecond that overdraws the budget; to spend it exactly is still met.
    `pieces` are in order of time; `before` is the tally of the part of the period that lies before them.
    """
    allowed_part = goal.denominator - goal.numerator

    def owed(tally: Tally) -> int:
        return goal.denominator * quotient(tally, policy).bad + allowed_part * _lost(tally, policy)

    debt = owed(before or Tally()) - allowed_part * planned
    for begin, end, state, kind in pieces:
        if debt > 0:
            return begin
        growth = owed(tally_of(state, kind, 1))
        if growth and debt + growth * (end - begin) > 0:
            return begin + -debt // growth
        debt += growth * (end - begin)
    return None


def _lost(tally: Tally, policy: Policy) -> int:
    """Give the planned time that turned out to be neither good nor bad (µs)."""
    elapsed = tally.counted + (0 if policy.excused == "remove_window" else tally.excused)
    return elapsed - quotient(tally, policy).total
