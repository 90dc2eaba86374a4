"""Durations: how long a case took on the agreed clock, when it was due, and whether that was kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from catalogue.deadlines import elapsed, limit_after, walk
from catalogue.instants import parse_duration
from catalogue.intervals import Intervals, Span, norm
from catalogue.service_hours import ServiceHours
from slamon.sla.counts import Counts

CaseState = Literal["pending", "met", "breached"]


@dataclass(frozen=True, slots=True)
class Case:
    """A case with a clock, such as a ticket: started and stopped at instants in µs; None = not yet stopped.

    `paused` is the time in which the clock stood still: its spans (one that lasts is given up to now), or, where only
    the sum is known, agreed time in µs. `evidence` names the facts the case was taken from, `file` the source and the
    digest of the file. `priorities` holds from when it had which, where that changed; it is judged under `priority`.

    Raises:
        ValueError: the case stops before it starts, or is paused for less than no time.

    """

    id: str
    priority: str
    started: int
    stopped: int | None = None
    paused: Intervals | int = ()
    evidence: tuple[str, ...] = ()
    priorities: tuple[tuple[int, str], ...] = ()
    file: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        """Refuse clocks that run backwards."""
        if self.stopped is not None and self.stopped < self.started:
            raise ValueError(f"case {self.id} stops before it starts; correct one of its instants")
        if isinstance(self.paused, int) and self.paused < 0:
            raise ValueError(f"case {self.id} is paused for less than no time; correct its pauses")


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case held against its target: agreed µs it took so far, the instant it was due, the verdict.

    `breached_at` is the instant it was due where that passed without a stop.
    """

    case: Case
    elapsed: int
    due_at: int
    state: CaseState

    @property
    def breached_at(self) -> int | None:
        """The instant from which the case is late (§4.10), or None if it is not."""
        return self.due_at if self.state == "breached" else None


def cases_in(cases: Iterable[Case], period: Span, priority: str | None = None) -> Iterator[Case]:
    """Give the cases that start in a period, of one priority or of all.

    A case belongs to the period of its start, when the promise about it began: counted by its end, a late case could
    move to a month that hides it, and one never answered would count nowhere.
    """
    for case in cases:
        if period[0] <= case.started < period[1] and priority in {None, case.priority}:
            yield case


def took(case: Case, hours: ServiceHours, now: int) -> int:
    """Give the agreed time a case took, or has taken by now, less its pauses (µs).

    A sum of pauses longer than that leaves no time: never less.
    """
    end = max(case.started, now if case.stopped is None else case.stopped)
    if isinstance(case.paused, int):
        return max(0, elapsed(hours, case.started, end) - case.paused)
    return elapsed(hours, case.started, end, norm(case.paused))


def due_at(case: Case, within: str, hours: ServiceHours) -> int:
    """Give the instant at which a case is due: its start and the target walked through the calendar (§4.10).

    Pauses put it off. A target of days ends by rule T5, and pauses put it off by the agreed time they held.

    Raises:
        InstantError: the target is no duration.
        NoAgreedTimeError: the hours never hold so much time.

    """
    length = parse_duration(within)
    if length.months or length.days:
        limit = limit_after(case.started, within, hours, hours.tz)
        return _put_off(case, limit, hours)
    if isinstance(case.paused, int):
        return walk(hours, case.started, length.us + case.paused)
    return walk(hours, case.started, length.us, norm(case.paused))


def hold(case: Case, within: str, hours: ServiceHours, now: int) -> CaseResult:
    """Hold a case against its target as of now; to take exactly as long as allowed is met (§4.10).

    A case that is still open is pending until it takes longer than allowed.
    """
    due = due_at(case, within, hours)
    spent = took(case, hours, now)
    length = parse_duration(within)
    end = now if case.stopped is None else case.stopped
    late = end > due if length.months or length.days else spent > length.us
    if late:
        return CaseResult(case, spent, due, "breached")
    return CaseResult(case, spent, due, "pending" if case.stopped is None else "met")


def counts_of_cases(results: Iterable[CaseResult]) -> Counts:
    """Count cases for a promised share: met ones are good, breached ones bad, pending ones no cases yet."""
    states = [result.state for result in results]
    return Counts(states.count("met"), states.count("breached"))


def _put_off(case: Case, limit: int, hours: ServiceHours) -> int:
    """Put a limit off by the agreed time that pauses took before it, on a clock that stands still in those after it."""
    if isinstance(case.paused, int):
        return walk(hours, limit, case.paused)
    paused = norm(case.paused)
    lost = elapsed(hours, case.started, limit) - elapsed(hours, case.started, limit, paused)
    return walk(hours, limit, lost, paused)
