"""Burn: how fast an error budget is spent over windows of agreed time, and which speed is alarming (§4.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from catalogue.instants import HOUR, MINUTE
from catalogue.intervals import Intervals, Span
from slamon.sla.availability import Quotient
from slamon.sla.counts import Counts

Missing = Literal["nothing_measured", "no_budget"]

# Lengths in agreed time: of service hours of eight hours a day, "1d" is three days' worth.
WINDOWS: Mapping[str, int] = MappingProxyType(
    {
        "5m": 5 * MINUTE,
        "30m": 30 * MINUTE,
        "1h": HOUR,
        "2h": 2 * HOUR,
        "6h": 6 * HOUR,
        "1d": 24 * HOUR,
        "3d": 72 * HOUR,
    }
)


@dataclass(frozen=True, slots=True)
class Burn:
    """Times the speed that would spend the budget exactly by the end of its period; without a rate, why not.

    A target of 100 % has no budget to be spent at any speed: its first bad microsecond is the breach.
    """

    rate: Fraction | None
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class WindowPair:
    """Two windows (µs of agreed time) of one alert, fired where the long one spends `budget`, a share, of the period's.

    The short window lets the alert end soon after the trouble has.

    Raises:
        ValueError: the windows have no length, or the short one is the longer.

    """

    budget: Fraction
    short: int
    long: int

    def __post_init__(self) -> None:
        """Refuse windows that could not be measured."""
        if not 0 < self.short <= self.long:
            raise ValueError(
                f"windows of {self.short} and {self.long} µs; name a short one, then a longer one"
            )


PAIRS = (
    WindowPair(Fraction(2, 100), WINDOWS["5m"], WINDOWS["1h"]),
    WindowPair(Fraction(5, 100), WINDOWS["30m"], WINDOWS["6h"]),
    WindowPair(Fraction(10, 100), WINDOWS["2h"], WINDOWS["1d"]),
    WindowPair(Fraction(10, 100), WINDOWS["6h"], WINDOWS["3d"]),
)


@dataclass(frozen=True, slots=True)
class PairErrors:
    """What was measured in a pair of windows: shares of bad time or cases, None where nothing was.

    `results` is how many results the long window rests on.
    """

    factor: Fraction
    short: Fraction | None
    long: Fraction | None
    results: int = 0


def error_share(spent: Quotient | Counts) -> Fraction | None:
    """Give the share that was bad, or None where nothing was measured."""
    measured = spent.good + spent.bad
    return Fraction(spent.bad, measured) if measured else None


def burn(spent: Quotient | Counts, goal: Fraction) -> Burn:
    """Give the burn over the window in which `spent` was measured."""
    error = error_share(spent)
    if error is None:
        return Burn(None, "nothing_measured")
    if goal == 1:
        return Burn(None, "no_budget")
    return Burn(error / (1 - goal))


def factor(budget: Fraction, period: int, long: int) -> Fraction:
    """Give the burn at which a window of `long` µs spends a share of the budget of a period of `period` µs.

    Both are agreed time: a month of eight hours on weekdays is a quarter of the calendar's.
    """
    return budget * period / long


def thresholds(period: int, pairs: Sequence[WindowPair] = PAIRS) -> tuple[Fraction, ...]:
    """Give the burn that each pair must exceed in a period of `period` µs of agreed time."""
    return tuple(factor(pair.budget, period, pair.long) for pair in pairs)


def firing(
    pairs: Iterable[PairErrors], goal: Fraction, min_results: int = 0
) -> tuple[PairErrors, ...]:
    """Give the pairs whose windows both burn faster than their factor; to burn at exactly the factor is no alarm.

    With a target of 100 % any bad time in both windows is one. A pair whose long window rests on fewer than
    `min_results` results is silent; the short window always holds fewer and only says whether it still goes on.
    """
    return tuple(
        pair
        for pair in pairs
        if pair.results >= min_results
        and _exceeds(pair.short, pair, goal)
        and _exceeds(pair.long, pair, goal)
    )


def fires(pairs: Iterable[PairErrors], goal: Fraction, min_results: int = 0) -> bool:
    """Say whether any pair fires."""
    return bool(firing(pairs, goal, min_results))


def agreed_back(hours: Intervals, at: int, length: int) -> int | None:
    """Give the latest instant from which `length` > 0 µs of agreed time have passed up to `at`; None if it is less."""
    missing = length
    for begin, end in reversed(hours):
        last = min(end, at)
        if last - begin >= missing:
            return last - missing
        missing -= max(last - begin, 0)
    return None


def window_spans(
    hours: Intervals, at: int, windows: Mapping[str, int] = WINDOWS
) -> dict[str, Span | None]:
    """Give the spans up to `at` that hold each window's length of agreed time, None where the hours do not reach."""
    begins = {name: agreed_back(hours, at, length) for name, length in windows.items()}
    return {name: None if begin is None else (begin, at) for name, begin in begins.items()}


def _exceeds(error: Fraction | None, pair: PairErrors, goal: Fraction) -> bool:
    """Compare without dividing by the budget, which may be none."""
    return error is not None and error > pair.factor * (1 - goal)
