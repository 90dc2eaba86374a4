"""Outage figures: how often, how long, how long until restored, how long between (§4.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from slamon.sla.tally import DayFigures, DownRun


@dataclass(frozen=True, slots=True)
class OutageFigures:
    """Outages of a period by counted down time (µs); the means are exact, and None without an outage."""

    count: int
    longest: int
    mean_time_to_restore: Fraction | None
    mean_time_between_failures: Fraction | None

    @property
    def mean_time_between_incidents(self) -> Fraction | None:
        """From the begin of one outage to that of the next: the time between failures and the one to restore."""
        if self.mean_time_to_restore is None or self.mean_time_between_failures is None:
            return None
        return self.mean_time_between_failures + self.mean_time_to_restore


def outage_figures(
    outages: Sequence[DownRun], good: int, *, carried_in: bool = False
) -> OutageFigures:
    """Give the figures of a period's outages beside `good` µs of available time (ITIL: uptime between failures).

    An outage counts in the period in which it began, its time in each: where the first was `carried_in` from the
    period before, it is not counted again, but its time here is down time and may be the longest.
    """
    count = len(outages[1:] if carried_in else outages)
    down = [outage.counted for outage in outages]
    longest = max(down, default=0)
    if not count:
        return OutageFigures(0, longest, None, None)
    return OutageFigures(count, longest, Fraction(sum(down), count), Fraction(good, count))


def carried_in(before: DayFigures, figures: DayFigures) -> bool:
    """Say whether the first outage of a span began in what came `before`: no available time counted in between."""
    runs_out = bool(before.outages) and not before.available_after
    return runs_out and bool(figures.outages) and not figures.available_before
