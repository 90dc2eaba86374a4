"""When a target went out of reach, and what an open period can still come to."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from catalogue.intervals import Intervals, norm, subtract
from catalogue.periods import Period
from slamon.sla.availability import quotient
from slamon.sla.budget import budget_of, lost
from slamon.sla.forecast import EarlyWarning, Forecast, SoFar, forecast
from slamon.sla.judge import out_of_reach_at, planned
from slamon.sla.slicing import mean_share
from slamon.sla.tally import DayFigures, Tally, added
from slamon.views.days import Day, Desk
from slamon.views.objectives import Judged

DAY_US = 86_400_000_000
LATELY = 28 * DAY_US  # what the trend is taken from (§4.10)
Dated = tuple[Judged, Day]
"""A local day, and the version of an objective that holds on it."""


def outlook(
    desk: Desk, group: Sequence[Judged], period: Period, figures: DayFigures, until: int
) -> Forecast | None:
    """What an open period can still come to."""
    terms = group[-1].terms
    if terms.goal is None or not figures.tally.counted:
        return None
    rest = (span for each in group for span in _to_come(each, until, period.end))
    so_far = SoFar(
        now=until,
        spent=quotient(figures.tally, terms.policy),
        lost=lost(figures.tally, terms.policy),
        planned=planned([each.terms for each in group], period),
        rest=norm(rest),
        recent=quotient(_lately(desk, group, until), terms.policy),
        open_outage=bool(figures.outages) and not figures.available_after,
    )
    return forecast(so_far, terms.goal, EarlyWarning(consumed=terms.warn_at))


def _to_come(judged: Judged, until: int, end: int) -> Intervals:
    """The agreed time ahead in which an outage would count, while this version holds."""
    terms = judged.terms
    gone = tuple(
        (a, b) for a, b, stated in terms.windows if terms.policy.effect(stated) != "ignore"
    )
    rest = terms.agreed(until, end)
    return subtract(rest, gone) if gone else rest


def _lately(desk: Desk, group: Sequence[Judged], until: int) -> Tally:
    days = (desk.figures(judged, (until - LATELY, until), until) for judged in group)
    return added(day.figures.tally for found in days for day in found)


def out_of_reach(
    desk: Desk, group: Sequence[Judged], period: Period, found: Sequence[Dated], total: Tally
) -> int | None:
    """The instant the target went out of reach: found in the first day whose end is beyond it."""
    terms = group[-1].terms
    if terms.measure != "time" or terms.goal is None or not quotient(total, terms.policy).bad:
        return None
    versions = [each.terms for each in group]
    agreed_time = planned(versions, period)

    def overdrawn(tally: Tally) -> bool:
        left = budget_of(tally, terms.policy, terms.goal or Fraction(0), agreed_time).left
        return left < 0 or (left == 0 and terms.op == ">")

    if not overdrawn(total):
        return None  # what is owed only grows: a budget that holds at the end held all the time
    before = Tally()
    for judged, day in found:
        after = before + day.figures.tally
        if overdrawn(after) and quotient(after, terms.policy).bad:
            entries = desk.entries(judged, (day.figures.begin, day.figures.end), day.figures.end)
            return out_of_reach_at(versions, period, judged.terms, entries, before)
        before = after
    return None


def first_bad(desk: Desk, group: Sequence[Judged], found: Sequence[Dated]) -> int | None:
    """The instant of the first result outside the promise, where all of them were promised."""
    if not allows_none(group[-1]):
        return None
    for judged, day in found:
        if day.figures.cases.bad:
            return desk.first_bad(judged, (day.figures.begin, day.figures.end))
    return None


def allows_none(judged: Judged) -> bool:
    """Whether a single bad case puts the share out of reach, however many good ones follow."""
    return judged.terms.goal is not None and judged.terms.goal >= 1


def mean_of_slices(
    desk: Desk, group: Sequence[Judged], period: Period, until: int
) -> Fraction | None:
    """The figure of a period that is judged by the mean of its slices."""
    length = group[-1].terms.mean_of_slices
    if until <= period.begin or not length:
        return None
    span = (period.begin, until)
    versions = [(desk.entries(each, span, until), each.terms) for each in group]
    return mean_share(versions, span, length)
