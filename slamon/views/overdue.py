"""Periods that should have been closed by now: the closing time of their agreement has passed."""

from __future__ import annotations

from collections.abc import Iterator

from catalogue.agreements import Agreement
from catalogue.deadlines import limit_after
from catalogue.service_hours import WEEKDAYS, WHOLE_DAY, ServiceHours
from slamon.views import kept, periods
from slamon.views.interpreting import days_of
from slamon.views.judging import Frame
from slamon.views.promised import Promises

CLOSING_TIME = "P10D"  # business days, where the agreement says nothing (§4.12)


def closings_due(frame: Frame) -> Iterator[tuple[str, str]]:
    """Open periods of signed agreements whose closing time is over, the oldest first (§4.12): agreement and label.

    Only from the first result and from the signature on: nobody closes what nobody measured, or promised.
    """
    for agreement in frame.held.of(Agreement):
        if agreement.binding:
            yield from ((agreement.id, label) for label in _labels(frame, agreement))


def _labels(frame: Frame, agreement: Agreement) -> Iterator[str]:
    closed = frozenset(kept.closed_labels(frame.connection, agreement.id))
    _, binds, _ = days_of(agreement)
    for period in periods.all_periods(frame, agreement):
        if not binds < period.end <= frame.now or period.label in closed:
            continue
        if closes_by_itself_at(frame.held, agreement, period.end) <= frame.now:
            yield period.label


def closes_by_itself_at(held: Promises, agreement: Agreement, period_end: int) -> int:
    """The instant at which a period is closed by itself, by rule T5 where the agreement counts days."""
    if agreement.close is None:
        weekdays = ServiceHours(agreement.tz, dict.fromkeys(WEEKDAYS[:5], WHOLE_DAY))
        return limit_after(period_end, CLOSING_TIME, weekdays, agreement.tz)
    hours = held.hours(agreement.close.service_hours)
    return limit_after(period_end, agreement.close.fallback_after, hours, agreement.tz)
