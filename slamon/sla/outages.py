"""Outage figures: how often, how long, how long until restored, how long between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from slamon.sla.tally import DownRun


@dataclass(frozen=True, slots=True)
class OutageFigures:
    """Outages of a period by counted down time (µs); the means are exact, and None without an outage."""

    count: int
    longest: int
    mean_time_to_restore: Fraction | None
    mean_time_between_failures: Fraction | None


def outage_figures(outages: Sequence[DownRun], good: int) -> OutageFigures:
    """Give the figures of outages beside `good` µs of available time (ITIL: uptime between failures)."""
    count = len(outages)
    if not count:
        return OutageFigures(0, 0, None, None)
    down = [outage.counted for outage in outages]
    return OutageFigures(count, max(down), Fraction(sum(down), count), Fraction(good, count))
