"""What went wrong in the generated history: outages, lone failures, gaps, and one month in breach.

Outages are drawn per probe and local month so that no month misses 99.50 % of the Bonn business hours or
99.00 % of all time, at no day of the month; only the staged breach does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from catalogue.instants import HOUR, MINUTE, at_clock, local_date
from catalogue.intervals import Span
from catalogue.periods import Period, local_days, period_at
from probes.observation import Reason
from probes.outcome import Outcome

TZ = "Europe/Berlin"
CONTROL, GATEWAY, DNS, MAIL = "prb-control", "prb-unv-gateway", "prb-unv-dns", "prb-unv-mail"

# By night, one week apart at least; the first leaves two whole days before it, or the month begins in breach.
NIGHT_WEEKS = ((3, 7), (10, 14), (17, 21), (24, 28))
EVENING, MORNING = (18 * 60 + 15, 23 * 60 + 30), (10, 7 * 60 + 20)
# By day only once half of the month's business hours stand behind it.
WORKING_DAYS, WORKING_TIME = (15, 26), (9 * 60, 17 * 60)


@dataclass(frozen=True, slots=True)
class Sign:
    """What an attempt saw; `latency` in µs, None where none was measured."""

    outcome: Outcome
    reason: str
    text: str
    latency: int | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """All attempts due in `[begin, end)` (µs) saw this sign; None: there were none."""

    begin: int
    end: int
    sign: Sign | None


TIMEOUT = Sign(Outcome.BAD, Reason.TIMEOUT, "no reply within 10 s, at stage connect")
REFUSED = Sign(Outcome.BAD, Reason.REFUSED, "connection refused")
NXDOMAIN = Sign(Outcome.BAD, Reason.NXDOMAIN, "the name www.cms.example does not exist")
NO_DATA = Sign(Outcome.BAD, Reason.NO_DATA, "the name www.cms.example has no A record")
BANNER = Sign(
    Outcome.BAD, "bad_banner", "banner matches ^220 : 421 4.3.2 Service not available", 18_400
)
AGENT = Sign(Outcome.INCONCLUSIVE, Reason.AGENT_FAULT, "Cannot assign requested address")

# The longest outage in business hours, in minutes: gateway and name server spend one budget of an hour.
LONGEST_BY_DAY = {GATEWAY: 7, DNS: 7, MAIL: 15}
SIGNS: dict[str, tuple[Sign, ...]] = {
    GATEWAY: (TIMEOUT, REFUSED),
    DNS: (NXDOMAIN, NO_DATA),
    MAIL: (REFUSED, BANNER, TIMEOUT),
}


def troubles(probe: str, begin: int, end: int) -> list[Trouble]:
    """List what went wrong for a probe in `[begin, end)`, later ones covering earlier ones.

    It depends on the probe and the dates alone, but for the breach in the last whole local month.
    """
    months = list(months_of(begin, end))
    found = [each for day in dates(begin, end) for each in lone(probe, day)]
    found += [each for month in months for each in _outages(probe, month)]
    breached = breach_month(begin, end)
    found += _breach(probe, breached) if breached is not None else ()
    found += [each for month in months for each in gaps(month)]
    return [each for each in found if each.begin < end and each.end > begin]


def breach_month(begin: int, end: int) -> Period | None:
    """Return the last month of Bonn that lies whole in `[begin, end)`: the one in breach."""
    month = period_at("month", end, TZ).previous()
    return month if begin <= month.begin else None


def months_of(begin: int, end: int) -> Iterator[Period]:
    """Give the months of Bonn that meet `[begin, end)` (µs)."""
    month = period_at("month", begin, TZ)
    while month.begin < end:
        yield month
        month = month.next()


def dates(begin: int, end: int) -> Iterator[date]:
    """Give the days of Bonn that meet `[begin, end)` (µs)."""
    return (local_date(day.begin, TZ) for day in local_days((begin, end), TZ))


def _outages(probe: str, month: Period) -> Iterator[Trouble]:
    signs = SIGNS.get(probe)
    if signs is None:
        return
    draw = Random(f"outages {probe} {month.label}")  # noqa: S311
    first = local_date(month.begin, TZ)
    for week in draw.sample(NIGHT_WEEKS, draw.randint(1, 3)):
        clock = draw.choice((EVENING, MORNING))
        yield _outage(draw, first, week, clock, 25, signs)
    if draw.random() < 2 / 3:
        yield _outage(draw, first, WORKING_DAYS, WORKING_TIME, LONGEST_BY_DAY[probe], signs)


def _outage(
    draw: Random,
    first: date,
    days: tuple[int, int],
    clock: tuple[int, int],
    longest: int,
    signs: Sequence[Sign],
) -> Trouble:
    day = first.replace(day=draw.randint(*days))
    begin = at_clock(day, draw.randint(*clock), TZ) + draw.randrange(MINUTE)
    return Trouble(begin, begin + draw.randint(3, longest) * MINUTE, draw.choice(signs))


def lone(probe: str, day: date, place: str = "") -> Iterator[Trouble]:
    """Draw at most one failure too short to be confirmed, or doubt, or a slot left out; drawn anew for each place."""
    if probe == CONTROL:
        return  # its failures would put the whole location in doubt
    draw = Random(f"lone {probe} {day}{place}")  # noqa: S311
    begin, kind = at_clock(day, draw.randrange(24 * 60), TZ), draw.random()
    signs = SIGNS.get(probe, (TIMEOUT,))
    if kind < 0.12:  # noqa: PLR2004 - about four days a month
        yield Trouble(begin, begin + draw.randint(1, 2) * MINUTE, draw.choice(signs))
    elif kind < 0.16:  # noqa: PLR2004 - about one day a month
        yield Trouble(begin, begin + draw.randint(1, 3) * MINUTE, AGENT)
    elif kind < 0.22:  # noqa: PLR2004 - about two days a month
        yield Trouble(begin, begin + MINUTE, None)


def gaps(month: Period, place: str = "") -> Iterator[Trouble]:
    """Draw the restarts of the agent of a place, which leave out slots of all probes at once."""
    draw = Random(f"gaps {month.label}{place}")  # noqa: S311
    first = local_date(month.begin, TZ)
    for day in draw.sample(range(28), draw.randint(1, 2)):
        begin = at_clock(first + timedelta(days=day), draw.randint(2 * 60, 4 * 60), TZ)
        yield Trouble(begin, begin + draw.randint(3, 9) * MINUTE, None)


def _breach(probe: str, month: Period) -> tuple[Trouble, ...]:
    """Stage the breach of o1: the gateway on the second Tuesday, the name server on the third Thursday."""
    tuesday = _weekday(month, weekday=1, nth=2)
    thursday = _weekday(month, weekday=3, nth=3)
    staged = {
        GATEWAY: Trouble(*_clock(tuesday, 9 * 60 + 12, 12 * 60 + 40), TIMEOUT),
        DNS: Trouble(*_clock(thursday, 14 * 60 + 5, 15 * 60 + 20), NXDOMAIN),
    }
    return (staged[probe],) if probe in staged else ()


def _weekday(month: Period, *, weekday: int, nth: int) -> date:
    first = local_date(month.begin, TZ)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _clock(day: date, begin: int, end: int) -> Span:
    return at_clock(day, begin, TZ), at_clock(day, end, TZ)


def is_working_hour(instant: int) -> bool:
    """Say whether people in Bonn are at work in the hour that holds an instant."""
    day = local_date(instant, TZ)
    return day.weekday() < 5 and 8 <= (instant - at_clock(day, 0, TZ)) // HOUR < 18  # noqa: PLR2004
