"""The error budget: how much bad time a target allows, what is spent of it, and when it was gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from catalogue.intervals import Intervals, subtract, total
from slamon.sla.availability import Policy, Quotient, quotient
from slamon.sla.tally import OUTSIDE, Entry, Piece, Tally, Windows, parts_of


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
        allowed = self.allowed
        return Fraction(self.spent * allowed.denominator, allowed.numerator) if allowed else None


def planned_time(agreed: Intervals, windows: Windows, policy: Policy) -> int:
    """Give the agreed time a whole period will have (µs), known in advance: the hours less the windows that go."""
    gone = tuple((a, b) for a, b, stated in windows if policy.effect(stated) == "remove_window")
    return total(subtract(agreed, gone) if gone else agreed)


def budget_of(tally: Tally, policy: Policy, goal: Fraction, planned: int) -> Budget:
    """Give the budget of a period of `planned` µs of which a tally has elapsed; unknown time allows nothing."""
    spent = quotient(tally, policy)
    base = planned - _elapsed(tally, policy) + spent.total
    allowed = Fraction((goal.denominator - goal.numerator) * base, goal.denominator)
    return Budget(allowed, spent.bad)


def margin_now(spent: Quotient, goal: Fraction) -> Fraction | None:
    """Give the bad time that could be added now without missing the target (µs), None at a target of 0 (§4.7).

    It looks at the time so far only, as if the period ended now; the budget looks at all of it.
    """
    if not goal:
        return None
    return Fraction(spent.good * goal.denominator - spent.total * goal.numerator, goal.numerator)


def breach_instant(
    pieces: Iterable[Piece],
    policy: Policy,
    goal: Fraction,
    planned: int,
    before: Tally | None = None,
    *,
    equality_meets: bool = True,
) -> int | None:
    """Give the instant at which a target went out of reach even if all the rest were good, or None while in reach.

    It is the beginning of the first microsecond that overdraws the budget; to spend it exactly is still met, unless
    the promise is “more than” (`equality_meets` False). `pieces` are in order of time; `before` is the tally of the
    part of the period that lies before them (§4.10).
    """
    allowed_part = goal.denominator - goal.numerator
    slack = 0 if equality_meets else 1

    def owed(tally: Tally) -> int:
        spent = quotient(tally, policy)
        return goal.denominator * spent.bad + allowed_part * lost(tally, policy)

    debt = owed(before or Tally()) - allowed_part * planned + slack
    growths: dict[Entry, int] = {}
    for begin, end, entry in pieces:
        if debt > 0:
            return begin
        growth = growths.get(entry)
        if growth is None:
            growth = growths[entry] = owed(Tally({entry: 1}))
        if growth and debt + growth * (end - begin) > 0:
            return begin + -debt // growth
        debt += growth * (end - begin)
    return None


def lost(tally: Tally, policy: Policy) -> int:
    """Give the planned time that turned out to be neither good nor bad (µs).

    Windows that are removed were never planned; time removed because of a member of a composite was.
    """
    return _elapsed(tally, policy) - quotient(tally, policy).total


def _elapsed(tally: Tally, policy: Policy) -> int:
    return sum(time for entry, time in tally.entries.items() if _was_planned(entry, policy))


def _was_planned(entry: Entry, policy: Policy) -> bool:
    if entry == OUTSIDE:
        return False
    _, stated, otherwise = parts_of(entry)
    return stated is None or otherwise is not None or policy.effect(stated) != "remove_window"
