"""Availability: the exact quotient an agreement asks for, from a tally."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple, assert_never, get_args

from slamon.sla.judgement import Effect, State
from slamon.sla.tally import OUTSIDE, Entry, Tally, parts_of

UnknownEffect = Literal["exclude", "as_available", "as_unavailable"]
Role = Literal["good", "bad", "unknown", "none"]

PERCENT_PLACES = 4
EFFECTS: tuple[Effect, ...] = get_args(Effect)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an agreement does with excluded, unknown and degraded time.

    `excused` puts one effect in the place of those stated with each exclusion: reliability removes all of them.
    """

    excused: Effect | None = None
    unknown: UnknownEffect = "exclude"
    degraded_is_available: bool = True

    def effect(self, stated: Effect) -> Effect:
        """Give the effect that holds."""
        return self.excused or stated


RELIABILITY = Policy(excused="remove_window")


class Quotient(NamedTuple):
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
    """Sort a tally into good, bad and unknown time by a policy (§4.5)."""
    roles = _roles(policy)
    good = bad = unknown = 0
    for entry, time in tally.entries.items():
        side = roles.get(entry) or role(entry, policy)
        if side == "good":
            good += time
        elif side == "bad":
            bad += time
        elif side == "unknown":
            unknown += time
    known = good + bad
    match policy.unknown:
        case "exclude":
            return Quotient(good, bad, unknown, known)
        case "as_available":
            return Quotient(good + unknown, bad, unknown, known)
        case "as_unavailable":
            return Quotient(good, bad + unknown, unknown, known)
    assert_never(policy.unknown)


def ratio_by_effect(tally: Tally, policy: Policy) -> dict[Effect, Fraction]:
    """Give availability as it would be if all excluded time had one effect, for each of them (§4.5).

    An effect under which nothing would have been measured is left out.
    """
    counted = {entry: time for entry, time in tally.entries.items() if "." not in entry}
    excluded = {entry: time for entry, time in tally.entries.items() if "." in entry}
    base, rest = quotient(Tally(counted), policy), Tally(excluded)
    found: dict[Effect, Fraction] = {}
    for effect, other in _under_each_effect(policy):
        more = quotient(rest, other)
        if total := base.total + more.total:
            found[effect] = Fraction(base.good + more.good, total)
    return found


@lru_cache(maxsize=64)
def _under_each_effect(policy: Policy) -> tuple[tuple[Effect, Policy], ...]:
    return tuple(
        (effect, Policy(effect, policy.unknown, policy.degraded_is_available)) for effect in EFFECTS
    )


def role(entry: Entry, policy: Policy) -> Role:
    """Say on which side of the quotient the time of an entry stands."""
    roles = _roles(policy)
    if entry not in roles:
        roles[entry] = _role(entry, policy)
    return roles[entry]


@lru_cache(maxsize=64)
def _roles(_: Policy) -> dict[Entry, Role]:
    """The sides of the entries met so far: they are asked for again and again."""
    return {}


def _role(entry: Entry, policy: Policy) -> Role:
    if entry == OUTSIDE:
        return "none"
    state, stated, otherwise = parts_of(entry)
    level = _level(state, policy)
    # A composite that would not have been available with its excluded members up was down for another reason.
    if stated is None or (otherwise and _level(otherwise, policy) == "bad"):
        return level
    match policy.effect(stated):
        case "remove_window":
            return "none"
        case "remove_bad_time":
            return "good" if level == "good" else "none"
        case "count_as_available":
            return "none" if level == "unknown" else "good"
        case "ignore":
            return level
    assert_never(stated)


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


def _level(state: State, policy: Policy) -> Role:
    match state:
        case "up":
            return "good"
        case "degraded":
            return "good" if policy.degraded_is_available else "bad"
        case "down":
            return "bad"
        case "unknown":
            return "unknown"
    assert_never(state)
