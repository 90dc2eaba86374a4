"""Availability: the exact quotient an agreement asks for, from a tally."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, assert_never

from slamon.sla.tally import Tally

ExcusedEffect = Literal["remove_window", "remove_bad_time", "count_as_available", "ignore"]
UnknownEffect = Literal["exclude", "as_available", "as_unavailable"]

PERCENT_PLACES = 4


@dataclass(frozen=True, slots=True)
class Policy:
    """What an agreement does with excused, unknown and degraded time."""

    excused: ExcusedEffect = "remove_window"
    unknown: UnknownEffect = "exclude"
    degraded_is_available: bool = True


@dataclass(frozen=True, slots=True)
class Quotient:
    """Good and bad time, of which availability is made, and the unknown time among what is agreed (µs).

    `known` is the good and bad time without what a policy makes of the unknown.
    """

    good: int
    bad: int
    unknown: int
    known: int

    @property
    def total(self) -> int:
        """The time availability is a share of."""
        return self.good + self.bad

    @property
    def agreed(self) -> int:
        """The agreed time, known or not."""
        return self.known + self.unknown

    @property
    def ratio(self) -> Fraction | None:
        """Availability, or None if nothing was measured."""
        return Fraction(self.good, self.total) if self.total else None

    @property
    def coverage(self) -> Fraction | None:
        """Share of the agreed time with a known state, or None if nothing is agreed."""
        return Fraction(self.known, self.agreed) if self.agreed else None


def quotient(tally: Tally, policy: Policy) -> Quotient:
    """Sort a tally into good, bad and unknown time by a policy."""
    good, bad = _sorted(tally, policy)
    unknown = tally.unknown + (tally.excused_unknown if policy.excused == "ignore" else 0)
    known = good + bad
    match policy.unknown:
        case "exclude":
            return Quotient(good, bad, unknown, known)
        case "as_available":
            return Quotient(good + unknown, bad, unknown, known)
        case "as_unavailable":
            return Quotient(good, bad + unknown, unknown, known)
    assert_never(policy.unknown)


def meets(measured: Fraction, target: Fraction) -> bool:
    """Say whether a share reaches its target, compared as integers; equality is met."""
    return measured.numerator * target.denominator >= target.numerator * measured.denominator


def ratio_text(ratio: Fraction) -> str:
    """Write a ratio exactly, like 199/200 or 1/1."""
    return f"{ratio.numerator}/{ratio.denominator}"


def percent_text(ratio: Fraction, places: int = PERCENT_PLACES) -> str:
    """Write a share as percent, cut off towards the bad side: what is below 100 never shows as 100."""
    scale = 10**places
    units = ratio.numerator * 100 * scale // ratio.denominator
    whole, rest = divmod(units, scale)
    return f"{whole}.{rest:0{places}}" if places else str(whole)


def _sorted(tally: Tally, policy: Policy) -> tuple[int, int]:
    good, bad = _by_level(tally.up, tally.degraded, tally.down, policy)
    excused_good, excused_bad = _by_level(
        tally.excused_up, tally.excused_degraded, tally.excused_down, policy
    )
    match policy.excused:
        case "remove_window":
            return good, bad
        case "remove_bad_time":
            return good + excused_good, bad
        case "count_as_available":
            return good + excused_good + excused_bad, bad
        case "ignore":
            return good + excused_good, bad + excused_bad
    assert_never(policy.excused)


def _by_level(up: int, degraded: int, down: int, policy: Policy) -> tuple[int, int]:
    return (up + degraded, down) if policy.degraded_is_available else (up, degraded + down)
