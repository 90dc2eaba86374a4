"""How figures are written for people: durations, instants, budgets; nothing is rounded up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from catalogue.instants import InstantError, local_date, parse_duration, parse_instant
from slamon.sla.judgement import ErrorBudget
from slamon.web.texts import NARROW_SPACE, NO_BREAK, Language

SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)(?!\d|:)")


def duration(t: Language, us: int) -> str:
    """Write a duration in µs as hours, minutes and whole seconds, floored; below a second exactly."""
    if us < 0:
        return "−" + duration(t, -us)
    hours, rest = divmod(us, 3600 * SECOND)
    minutes, rest = divmod(rest, 60 * SECOND)
    seconds = decimal(t, _seconds(rest)) if us < SECOND else str(rest // SECOND)
    parts = [
        f"{number(amount)}{NO_BREAK}{t(unit)}"
        for amount, unit in ((hours, "unit.hour"), (minutes, "unit.minute"))
        if amount
    ]
    if seconds != "0" or not parts:
        parts.append(f"{seconds}{NO_BREAK}{t('unit.second')}")
    return " ".join(parts)


def whole(t: Language, us: int) -> str:
    """Write a duration in µs that still grows: in whole seconds, floored."""
    return duration(t, us // SECOND * SECOND)


def elapsed(t: Language, begin: str, now: str) -> str:
    """Write how long something has lasted, in whole seconds, floored."""
    return whole(t, max(0, instant_us(now) - instant_us(begin)))


def exact(t: Language, us: int) -> Markup:
    """Write a duration with its µs in the title."""
    title = f"{number(us)}{NO_BREAK}{t('unit.microsecond')}"
    return Markup('<span title="{}">{}</span>').format(title, duration(t, us))


def latency(t: Language, us: int) -> str:
    """Write how long an answer took in milliseconds, floored to a tenth."""
    return f"{decimal(t, f'{us // 1000}.{us % 1000 // 100}')}{NO_BREAK}{t('unit.millisecond')}"


def bound(t: Language, us: int) -> str:
    """Write a bound of a histogram exactly: from a second on in seconds."""
    if us < SECOND:
        return latency(t, us)
    return f"{decimal(t, _seconds(us))}{NO_BREAK}{t('unit.second')}"


def number(value: int) -> str:
    """Write a whole number with its thousands apart."""
    return f"{value:,}".replace(",", NARROW_SPACE)


def decimal(t: Language, value: str) -> str:
    """Write a decimal number with the mark of the language, and not a digit more or less."""
    return value.replace(".", t("mark.point"))


def percent(t: Language, value: str) -> str:
    """Write a percent exactly as it was given; it has been floored where it was computed.

    A target in other words than a number is written as it stands.
    """
    is_number = value.replace(".", "", 1).isdecimal()
    return f"{decimal(t, value)}{NARROW_SPACE}%" if is_number else value


def floored(value: str) -> str:
    """Cut a percent to two decimals; the exact one belongs in a title."""
    whole, point, decimals = value.partition(".")
    return f"{whole}{point}{decimals[:2]}"


def target(t: Language, value: str) -> str:
    """Write a target: a percent, or the percent of cases that take at most a time."""
    share, _, within = value.partition(" % within ")
    try:
        limit = parse_duration(within)
    except InstantError:
        return percent(t, value)
    if limit.months or limit.days:
        return value
    return t("objective.within", share=percent(t, share), limit=duration(t, limit.us))


def timed(t: Language, text: str, zone: str) -> Markup:
    """Write a text with each instant in it as a person of that zone reads it."""
    said, rest = Markup(), 0
    for found in INSTANT.finditer(text):
        said += escape(text[rest : found.start()]) + instant(t, found.group(), zone)
        rest = found.end()
    return said + escape(text[rest:])


def excused(tally: Mapping[str, int]) -> int:
    """Add up the time of a tally that is excluded (µs)."""
    return sum(us for name, us in tally.items() if name.startswith("excused_"))


def instant(t: Language, iso: str, zone: str = "UTC") -> Markup:
    """Write an instant in a zone, named; UTC stands in the title."""
    utc = datetime.fromisoformat(iso).astimezone(UTC)
    local = utc.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M}" if not local.second else f"{local:%H:%M:%S}"
    text = t(
        "time.instant", date=day(t, local.date().isoformat()), clock=clock, zone=local.tzname()
    )
    title = f"{utc:%Y-%m-%d %H:%M:%S} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, title, text)


def clock(iso: str, zone: str = "UTC") -> Markup:
    """Write the clock of an instant in a zone, cut off at the millisecond, where its day is told beside it."""
    utc = datetime.fromisoformat(iso).astimezone(UTC)
    local = utc.astimezone(ZoneInfo(zone))
    exact = f".{local.microsecond // 1000:03}" if local.microsecond else ""
    title = f"{utc:%Y-%m-%d %H:%M:%S}{exact} UTC"
    text = f"{local:%H:%M:%S}{exact}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, title, text)


def span(t: Language, begin: str, end: str, zone: str = "UTC") -> Markup:
    """Write two instants, the date once where they lie on one day of the zone."""
    first, last = (datetime.fromisoformat(iso).astimezone(ZoneInfo(zone)) for iso in (begin, end))
    same = first.date() == last.date() and first.tzname() == last.tzname()
    if not same or first.second or last.second:
        return Markup("{} – {}").format(instant(t, begin, zone), instant(t, end, zone))
    words = {"date": day(t, first.date().isoformat()), "zone": first.tzname()}
    text = t("time.span", begin=f"{first:%H:%M}", end=f"{last:%H:%M}", **words)
    return Markup('<span class="span" title="{} – {}">{}</span>').format(begin, end, text)


def day(t: Language, iso: str) -> str:
    """Write a date in words, as precisely as it is known: 2026-02-03, 2026-02 or 2026."""
    year, *rest = iso[:10].split("-")
    if not rest:
        return year
    month, *rest = rest
    if not rest:
        return t("time.month", month=t(f"month.long.{int(month)}"), year=year)
    words = {"month": t(f"month.short.{int(month)}"), "year": year}
    number_of_day = int(rest[0])
    return (
        t("time.first", **words)
        if number_of_day == 1
        else t("time.day", day=number_of_day, **words)
    )


def local_day(t: Language, iso: str, zone: str) -> str:
    """Write the date of an instant in a zone."""
    return day(t, local_date(parse_instant(iso), zone).isoformat())


def period(t: Language, label: str) -> str:
    """Write the label of a period; a month in words, anything else as it is."""
    year, _, month = label.partition("-")
    whole_month = year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12  # noqa: PLR2004 - months
    return day(t, label) if whole_month else label


def instant_us(iso: str) -> int:
    """Read an instant of an answer as µs."""
    return (datetime.fromisoformat(iso) - EPOCH) // timedelta(microseconds=1)


def budget_left(budget: ErrorBudget) -> int:
    """What is left of an error budget in µs, floored to the second; negative when overspent."""
    return _whole_seconds(Fraction(budget.left_us))


def budget_allowed(budget: ErrorBudget) -> int:
    """How much bad time the target allows in µs, floored to the second."""
    return _whole_seconds(Fraction(budget.allowed_us))


def share_left(budget: ErrorBudget) -> Fraction:
    """The share of an error budget that is left, between 0 and 1; 0 where none was allowed."""
    allowed = Fraction(budget.allowed_us)
    if allowed <= 0:
        return Fraction(0)
    return min(Fraction(1), max(Fraction(0), Fraction(budget.left_us) / allowed))


def _whole_seconds(us: Fraction) -> int:
    return us // SECOND * SECOND


def _seconds(us: int) -> str:
    whole, rest = divmod(us, SECOND)
    return f"{whole}.{rest:06}".rstrip("0") if rest else str(whole)
