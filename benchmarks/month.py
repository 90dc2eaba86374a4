"""Months of one result a minute with outages, single failures and lost results; the same on every run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from random import Random

from catalogue.intervals import Intervals, subtract
from catalogue.periods import Period, parse_period
from catalogue.service_hours import WEEKDAYS, ServiceHours
from probes.outcome import Outcome
from slamon.sla.exclusions import Granted
from slamon.sla.runs import Result, runs_of
from slamon.sla.terms import ObjectiveTerms
from slamon.views.daybook import pack, split_by_day

MINUTE = 60_000_000
HOUR = 60 * MINUTE
VALIDITY = 2 * MINUTE
CONFIRM = 2
ZONE = "Europe/Berlin"
JUNE = parse_period("2026-06", ZONE)
DAYS_BETWEEN_OUTAGES = 8
SINGLE_FAILURES = 0.0003
LOST = 0.001


@dataclass(frozen=True)
class Month:
    """A service's month: what was promised, every result, and the stored bytes of its days."""

    terms: ObjectiveTerms
    period: Period
    results: list[Result]
    stored: list[bytes]

    @property
    def counted(self) -> Intervals:
        """The agreed time that is not excluded."""
        excluded = tuple((begin, end) for begin, end, _ in self.terms.windows)
        return subtract(self.terms.agreed(*self.period.span), excluded)


def months(many: int) -> Iterator[Month]:
    """One month for each of many services."""
    for service in range(many):
        found = list(_results(Random(service)))  # noqa: S311  # figures must not change from run to run
        yield Month(_terms(f"service-{service}"), JUNE, found, _by_day(found))


def _terms(service: str) -> ObjectiveTerms:
    """Working days from 8 to 18 less a holiday; four hours of one afternoon are excluded."""
    working = dict.fromkeys(WEEKDAYS[:5], (("08:00", "18:00"),))
    noon = JUNE.begin + 8 * 24 * HOUR + 12 * HOUR
    return ObjectiveTerms(
        objective=f"{service}-availability",
        service=service,
        target="99.5 %",
        goal=Fraction(995, 1000),
        hours=ServiceHours(ZONE, working, {date(2026, 6, 4): ()}),
        in_force=((JUNE.begin - 400 * 24 * HOUR, JUNE.end + 400 * 24 * HOUR),),
        checks=("http",),
        confirm=CONFIRM,
        exclusions=(Granted(noon, noon + 4 * HOUR, "remove_window", "x1", "afternoon", (), ()),),
        interval=MINUTE,
    )


def _results(chance: Random) -> Iterator[Result]:
    down_until = 0
    for at in range(JUNE.begin, JUNE.end, MINUTE):
        if chance.random() < 1 / (DAYS_BETWEEN_OUTAGES * 24 * 60):
            down_until = at + int(chance.lognormvariate(0, 1) * 12 * MINUTE)
        if chance.random() < LOST:
            continue
        bad = at < down_until or chance.random() < SINGLE_FAILURES
        yield at, Outcome.BAD if bad else Outcome.GOOD


def _by_day(results: list[Result]) -> list[bytes]:
    days: dict[int, bytes] = {}
    for run in runs_of(results, VALIDITY):
        for day, part in split_by_day(run):
            days[day] = days.get(day, b"") + pack([part])
    return list(days.values())
