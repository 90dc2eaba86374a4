"""The verdict on an objective in a period: one of the closed set of judging states (§3)."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, assert_never

from slamon.sla.judgement import Op, Verdict


class Evidence(NamedTuple):
    """What a verdict is spoken on.

    `agreed`: there is agreed time in the period. `begun`: some of it has elapsed, or there was a case. `measured`:
    something was measured, and enough of it. `meets`: the target is met by what is known. `beyond`: it is out of
    reach whatever comes. `doubtful`: a warning holds.
    """

    agreed: bool
    has_target: bool
    begun: bool
    measured: bool
    meets: bool
    ended: bool
    beyond: bool
    doubtful: bool


def verdict(evidence: Evidence) -> Verdict:
    """Say what a period came to, or is coming to.

    Missing data is neither up nor down: a period without measured time, or with less than the agreement's share of
    it, is not_measured. Without agreed time or without a target (a baseline) no verdict applies.
    """
    if not evidence.agreed:
        return "not_applicable"
    if not evidence.ended and not evidence.begun:
        return "pending"
    if not evidence.measured:
        return "not_measured"
    if not evidence.has_target:
        return "not_applicable"
    return _final(evidence) if evidence.ended else _so_far(evidence)


def _final(evidence: Evidence) -> Verdict:
    return "met" if evidence.meets else "breached"


def _so_far(evidence: Evidence) -> Verdict:
    if evidence.beyond:
        return "breached"
    return "at_risk" if evidence.doubtful else "on_track"


def reaches(value: Fraction, op: Op, target: Fraction) -> bool:
    """Hold a value against a target, exactly: integers are compared, never rounded figures."""
    left = value.numerator * target.denominator
    right = target.numerator * value.denominator
    match op:
        case ">=":
            return left >= right
        case ">":
            return left > right
        case "<=":
            return left <= right
        case "<":
            return left < right
    assert_never(op)
