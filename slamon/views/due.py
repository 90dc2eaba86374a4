"""Which due day of a commitment is open, and where it stands."""

from __future__ import annotations

from datetime import date
from itertools import islice

from catalogue.agreements import Agreement
from catalogue.calendars import Calendar
from catalogue.commitments import Commitment
from catalogue.parties import Party, Site
from slamon.sla.deliverable import Occurrence, Schedule, judge_occurrence, occurrences
from slamon.views.promised import Promises


def open_occurrence(held: Promises, commitment: Commitment, now: int) -> Occurrence | None:
    """Judge the due day that waits, as of now: the first one nobody has said is fulfilled; None if there is none."""
    if commitment.due is None:
        return None
    answered = 1 if commitment.state == "fulfilled" else 0
    days = occurrences(commitment.due, commitment.recur, date.max)
    waiting = next(islice(days, answered, None), None)
    if waiting is None:
        return None
    return judge_occurrence(schedule_of(held, commitment), waiting, None, now)


def schedule_of(held: Promises, commitment: Commitment) -> Schedule:
    """Read how the due days of a commitment are counted.

    Local days are those of its agreement, else of the place where the debtor works, else of UTC; holidays those of
    the calendar it names, else of that place.
    """
    site = _site(held, commitment)
    agreement = held.get(Agreement, commitment.agreement) if commitment.agreement else None
    named = commitment.calendar or (site.calendar if site else None)
    calendar = held.get(Calendar, named) if named else None
    grace = commitment.days("grace") or 0
    return Schedule(
        tz=agreement.tz if agreement else site.tz if site else "UTC",
        if_non_business=commitment.if_non_business,
        holidays=calendar.holidays() if calendar else frozenset(),
        grace_days=0 if commitment.calendar else grace,
        grace_business_days=grace if commitment.calendar else 0,
        warn_days=commitment.days("warn"),
    )


def _site(held: Promises, commitment: Commitment) -> Site | None:
    debtor = held.get(Party, commitment.debtor)
    return debtor.site if debtor else None
