"""The possible range: what a period may have come to in truth, as far as some of it is unknown (§0.4, §4.5)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from slamon.sla.availability import Quotient
from slamon.sla.counts import Counts
from slamon.sla.judgement import Op
from slamon.sla.verdict import reaches

Telling = Literal["meets", "misses", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class Possible:
    """The shares that a measured one may be in truth: all unknown bad, all unknown good."""

    lowest: Fraction
    highest: Fraction

    def tells(self, goal: Fraction, op: Op = ">=") -> Telling:
        """Say whether a target is met or missed whatever the unknown was."""
        if reaches(self.lowest, op, goal):
            return "meets"
        return "cannot_tell" if reaches(self.highest, op, goal) else "misses"


def possible(spent: Quotient) -> Possible | None:
    """Give the possible range of an ended period, None where no time was agreed.

    Where the agreement says what unknown time counts as, it is in the quotient already, and by contract not in doubt.
    """
    doubtful = spent.agreed - spent.total
    return _between(spent.good, spent.bad, doubtful)


def possible_counts(counts: Counts, unknown: int) -> Possible | None:
    """Give the possible range of a share of cases of which `unknown` ones were not seen; None without any case."""
    return _between(counts.good, counts.bad, unknown)


def _between(good: int, bad: int, unknown: int) -> Possible | None:
    everything = good + bad + unknown
    if not everything:
        return None
    return Possible(Fraction(good, everything), Fraction(good + unknown, everything))
