"""The verdict on an objective in a period."""

from __future__ import annotations

from fractions import Fraction

from slamon.sla.availability import Quotient, meets
from slamon.sla.budget import Budget
from slamon.sla.judgement import Verdict

WARN_AT = Fraction(75, 100)  # share of the error budget spent at which an open period is at risk


def verdict(
    *,
    planned: int,
    spent: Quotient,
    goal: Fraction | None,
    sufficient: bool,
    ended: bool,
    out_of_reach: bool,
    budget: Budget | None,
) -> Verdict:
    """Say what a period of `planned` agreed µs came to, or is coming to.

    Missing data is neither up nor down: without measured time, or with less than the agreement's share of it, a
    period is not_measured. Without agreed time or without a goal (a baseline) no verdict applies.
    """
    if not planned:
        return "not_applicable"
    if not ended and not spent.agreed:
        return "pending"
    if spent.ratio is None or not spent.known or not sufficient:
        return "not_measured"
    if goal is None:
        return "not_applicable"
    return _final(spent.ratio, goal) if ended else _so_far(budget, out_of_reach=out_of_reach)


def _final(ratio: Fraction, goal: Fraction) -> Verdict:
    return "met" if meets(ratio, goal) else "breached"


def _so_far(budget: Budget | None, *, out_of_reach: bool) -> Verdict:
    if out_of_reach:
        return "breached"
    consumed = budget.consumed if budget else None
    return "at_risk" if consumed is not None and consumed >= WARN_AT else "on_track"
