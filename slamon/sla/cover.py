"""Back-to-back cover: what is promised onward, held against what the promising party is promised itself.

A party that promises a service, and gets what it needs for it from others, bears whatever they did not promise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from catalogue.agreements import Agreement, Exclusion
from catalogue.deadlines import DAY, latest_start
from catalogue.depending import bought
from catalogue.instants import InstantError, parse_duration
from catalogue.intervals import subtract, total, union
from catalogue.objectives import Objective
from catalogue.periods import Period, period_at
from catalogue.remedies import Credit
from catalogue.service_hours import ServiceHours
from catalogue.services import Service
from catalogue.targets import Share
from slamon.sla.credits import PERCENT, Tier, credit_terms
from slamon.sla.gaps import (
    FewerHours,
    Gap,
    LowerTarget,
    LowerTogether,
    Onward,
    ShorterNotice,
    SmallerCredit,
    Uncovered,
)

WEEK = 7  # windows that begin on each of so many days are tried, as notices rest at weekends


@dataclass(frozen=True)
class Covering:
    """An objective and the agreement it stands in."""

    agreement: Agreement
    objective: Objective


class Cover:
    """Services and agreements as they stand at an instant (µs); `hours` gives service hours by id."""

    def __init__(
        self,
        services: Iterable[Service],
        agreements: Iterable[Agreement],
        hours: Callable[[str], ServiceHours],
        now: int,
    ) -> None:
        self._services: Mapping[str, Service] = {each.id: each for each in services}
        self._agreements = tuple(agreements)
        self._hours = hours
        self._now = now

    def gaps(self) -> Iterator[Gap]:
        """Give what is promised onward without cover, agreement by agreement.

        Proposed agreements are looked at as well, while they can still be changed; only those in force cover.
        """
        for agreement in self._agreements:
            if agreement.is_over_at(self._now):
                continue
            for objective in agreement.objectives:
                yield from self._of(Covering(agreement, objective))

    def _of(self, promise: Covering) -> Iterator[Gap]:
        onward = _named(promise)
        of_time = promise.objective.indicator == "availability"
        covering = {
            needed: [each for each in found if _comparable(promise.objective, each.objective)]
            for needed, found in self._covering(onward).items()
        }
        for needed, found in covering.items():
            if found:
                yield from self._each(promise, onward, needed, found)
            elif of_time:
                yield Uncovered(onward, needed)
        if of_time:
            yield from _together(promise, onward, covering)

    def _each(
        self, promise: Covering, onward: Onward, needed: str, found: Sequence[Covering]
    ) -> Iterator[Gap]:
        yield from _target(promise, onward, needed, found)
        if promise.objective.indicator == "availability":
            yield from self._hours_of(promise, onward, needed, found)
            yield from self._notice(promise, onward, needed, found)
            yield from _credit(promise, onward, needed, found)

    def _covering(self, onward: Onward) -> dict[str, list[Covering]]:
        """What the promising party is promised, by the service that it gets from others."""
        needed = bought(self._services, onward.service, onward.provider)
        found = {each: self._promised_to(onward.provider, each) for each in needed}
        if resold := self._promised_to(onward.provider, onward.service):
            found[onward.service] = resold
        return found

    def _promised_to(self, customer: str, service: str) -> list[Covering]:
        return [
            Covering(agreement, objective)
            for agreement in self._agreements
            if agreement.customer == customer != agreement.provider
            and agreement.holds_at(self._now)
            for objective in agreement.objectives
            if objective.service == service
        ]

    def _hours_of(
        self, promise: Covering, onward: Onward, needed: str, found: Sequence[Covering]
    ) -> Iterator[FewerHours]:
        month = self._month(promise)
        promised = self._hours(promise.objective.service_hours).intervals(*month.span)
        names = {each.objective.service_hours for each in found}
        covered = union(*(self._hours(name).intervals(*month.span) for name in names))
        if open_us := total(subtract(promised, covered)):
            yield FewerHours(onward, needed, month.label, total(promised), open_us)

    def _notice(
        self, promise: Covering, onward: Onward, needed: str, found: Sequence[Covering]
    ) -> Iterator[ShorterNotice]:
        """Look at windows that begin on each day of a week, and tell of the one with the greatest difference."""
        if not any(clause.notice for clause in _maintenance(promise.agreement)):
            return
        begin = self._month(promise).end
        agreements = {each.agreement.id: each.agreement for each in found}
        tried = []
        for window in range(begin, begin + WEEK * DAY, DAY):
            own = self._announced_by(promise.agreement, window)
            theirs = min(self._announced_by(each, window) for each in agreements.values())
            tried.append((theirs - own, window, own, theirs))
        later, *rest = max(tried, key=lambda each: each[0])
        if later > 0:
            yield ShorterNotice(onward, needed, *rest)

    def _announced_by(self, agreement: Agreement, window: int) -> int:
        """The last instant at which maintenance may be announced that is excluded: without a clause, none is."""
        limits = [
            latest_start(
                window,
                clause.notice,
                self._hours(clause.notice_hours) if clause.notice_hours else None,
                agreement.tz,
            )
            if clause.notice
            else window
            for clause in _maintenance(agreement)
        ]
        return max(limits, default=0)

    def _month(self, promise: Covering) -> Period:
        return period_at("month", self._now, promise.agreement.tz)


def _named(promise: Covering) -> Onward:
    agreement, objective = promise.agreement, promise.objective
    return Onward(
        agreement.id, objective.id, objective.service, agreement.provider, agreement.binding
    )


def _maintenance(agreement: Agreement) -> list[Exclusion]:
    return [each for each in agreement.exclusions if each.kind == "planned_maintenance"]


def _comparable(mine: Objective, theirs: Objective) -> bool:
    """Whether both are promises of the same figure."""
    same = (mine.indicator, mine.priority, mine.aggregate, mine.operator[0])
    level = mine.indicator != "level" or mine.unit == theirs.unit
    return level and same == (
        theirs.indicator, theirs.priority, theirs.aggregate, theirs.operator[0],
    )  # fmt: skip


def _target(
    promise: Covering, onward: Onward, needed: str, found: Sequence[Covering]
) -> Iterator[LowerTarget]:
    mine = promise.objective
    if any(_reaches(each.objective, mine) for each in found):
        return
    upwards = mine.operator[0] == ">"
    order = sorted(found, key=lambda each: each.objective.threshold, reverse=upwards)
    best = order[0]
    yield LowerTarget(onward, needed, mine.promised, best.objective.promised, best.agreement.id)


def _reaches(theirs: Objective, mine: Objective) -> bool:
    """Whether a promise that is kept is good enough for another one of the same figure."""
    if isinstance(theirs.target, Share) and isinstance(mine.target, Share):
        quick = _no_longer(theirs.target.within, mine.target.within)
        return quick and theirs.target.share >= mine.target.share
    if mine.operator[0] == ">":
        return theirs.threshold >= mine.threshold
    return theirs.threshold <= mine.threshold


def _no_longer(theirs: str, mine: str) -> bool:
    """Whether a time is at most another one; of days and hours nobody can say that, and nothing is told."""
    try:
        return parse_duration(theirs).exact() <= parse_duration(mine).exact()
    except InstantError:
        return True


def _together(
    promise: Covering, onward: Onward, covering: Mapping[str, Sequence[Covering]]
) -> Iterator[LowerTogether]:
    best = {
        needed: max(_ratio(each.objective) for each in found)
        for needed, found in covering.items()
        if found
    }
    allowed = prod(best.values(), start=Fraction(1))
    if len(best) > 1 and allowed < _ratio(promise.objective):
        yield LowerTogether(onward, tuple(best), _ratio(promise.objective), allowed)


def _ratio(objective: Objective) -> Fraction:
    return Fraction(objective.threshold) / PERCENT


def _credit(
    promise: Covering, onward: Onward, needed: str, found: Sequence[Covering]
) -> Iterator[SmallerCredit]:
    """Tell of the tier at which most is missing, the first of equal ones."""
    tried = []
    for tier in _tiers(promise.objective):
        owed = _credited(promise.objective, tier.below)
        credited = max(_credited(each.objective, tier.below) for each in found)
        tried.append(SmallerCredit(onward, needed, tier.below, owed, credited))
    worst = max(tried, key=lambda each: each.owed - each.credited, default=None)
    if worst is not None and worst.credited < worst.owed:
        yield worst


def _credited(objective: Objective, below: Fraction) -> Fraction:
    """What is credited for a figure just below another one, as a share of the charge."""
    remedy = objective.remedy
    if not isinstance(remedy, Credit):
        return Fraction(0)
    reached = [tier.credit for tier in _tiers(objective) if tier.below >= below]
    return min(max(reached, default=Fraction(0)), Fraction(remedy.cap_percent) / PERCENT)


def _tiers(objective: Objective) -> tuple[Tier, ...]:
    remedy = objective.remedy
    return credit_terms(remedy).tiers if isinstance(remedy, Credit) else ()
