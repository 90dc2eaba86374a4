"""Deliverables: until when a dated promise may be kept, how often it recurs, and whether it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Literal

from catalogue.instants import InstantError, at_clock
from slamon.sla.judgement import Verdict

NonBusiness = Literal["none", "next", "previous"]

SATURDAY = 5
LONGEST_SEARCH = 366  # days without a business day among them are no calendar


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How the due days of a deliverable are read, in the zone of the agreement (§4.10).

    A due day on a weekend or holiday moves as `if_non_business` says; then grace is added, in days of the calendar
    and in business days; the limit is the end of that day. Warning is given from the beginning of the day
    `warn_days` before the due day; None = never.

    Raises:
        ValueError: a number of days is negative.

    """

    tz: str
    if_non_business: NonBusiness = "none"
    holidays: frozenset[date] = frozenset()
    grace_days: int = 0
    grace_business_days: int = 0
    warn_days: int | None = None

    def __post_init__(self) -> None:
        """Refuse days that lead backwards."""
        if min(self.grace_days, self.grace_business_days, self.warn_days or 0) < 0:
            raise ValueError("grace and warning are numbers of days, 0 or more")

    def due_day(self, due: date) -> date:
        """Give the day on which a promise for `due` is due: on or, as agreed, next to a business day."""
        if self.if_non_business == "none":
            return due
        step = 1 if self.if_non_business == "next" else -1
        return self._business_day(due, step)

    def limit(self, due: date) -> int:
        """Give the first instant that is too late: 00:00 after the due day and its grace."""
        day = self.due_day(due) + timedelta(days=self.grace_days)
        for _ in range(self.grace_business_days):
            day = self._business_day(day + timedelta(days=1), 1)
        return at_clock(day + timedelta(days=1), 0, self.tz)

    def warned_from(self, due: date) -> int | None:
        """Give the instant from which an open promise is at risk, or None if nobody asked to be warned."""
        if self.warn_days is None:
            return None
        return at_clock(self.due_day(due) - timedelta(days=self.warn_days), 0, self.tz)

    def _business_day(self, day: date, step: int) -> date:
        for days in range(LONGEST_SEARCH):
            found = day + timedelta(days=step * days)
            if found.weekday() < SATURDAY and found not in self.holidays:
                return found
        raise InstantError(f"a year of holidays around {day}; correct the calendar")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One due day of a deliverable: its limit, when it was accepted, and the verdict on it.

    A waiver forgives a breach: the verdict stays, `waived` stands beside it (rule E5).
    """

    due: date
    limit: int
    accepted: int | None
    state: Verdict
    waived: bool = False

    @property
    def open(self) -> bool:
        """Whether it still waits to be accepted."""
        return self.accepted is None

    @property
    def breached_at(self) -> int | None:
        """The instant from which it is late (its limit), also where it was accepted later; None if it is not."""
        return self.limit if self.state in {"breached", "met_late"} else None


def judge_occurrence(
    schedule: Schedule, due: date, accepted: int | None, now: int, *, waived: bool = False
) -> Occurrence:
    """Judge one due day as of now (§4.10); what is accepted after now has not happened yet."""
    known = accepted if accepted is not None and accepted <= now else None
    limit = schedule.limit(due)
    state = _state(known, limit, schedule.warned_from(due), now)
    return Occurrence(due, limit, known, state, waived)


def judge_deliverable(
    schedule: Schedule, due_days: Sequence[date], accepted: Sequence[int], now: int
) -> tuple[Occurrence, ...]:
    """Judge due days in order of time; what is accepted first answers the one that was due first."""
    known = sorted(instant for instant in accepted if instant <= now)[: len(due_days)]
    return tuple(
        judge_occurrence(schedule, due, instant, now)
        for due, instant in zip_longest(sorted(due_days), known)
    )


def _state(accepted: int | None, limit: int, warned_from: int | None, now: int) -> Verdict:
    if accepted is not None:
        return "met" if accepted < limit else "met_late"
    if now >= limit:
        return "breached"
    return "at_risk" if warned_from is not None and now >= warned_from else "pending"
