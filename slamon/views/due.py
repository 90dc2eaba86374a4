"""Which due day of a commitment is open, and where it stands."""

from __future__ import annotations

from catalogue.agreements import Agreement
from catalogue.calendars import Calendar
from catalogue.commitments import Commitment
from catalogue.parties import Party, Site
from slamon.sla.deliverable import Occurrence, Schedule, judge_occurrence
from slamon.views.promised import Promises


def open_occurrence(held: Promises, commitment: Commitment, now: int) -> Occurrence | None:
    """Judge the delivery that waits, as of now, by the day agreed upon last; None if there is none with a due day."""
    waiting = commitment.waiting()
    day = (waiting.moved_to or waiting.due) if waiting else None
    if day is None:
        return None
    return judge_occurrence(schedule_of(held, commitment), day, None, now)


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
