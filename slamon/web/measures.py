"""How promises and figures are written that are no share of time: bounds, numbers, cases, means."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from catalogue.instants import InstantError, parse_duration
from slamon.sla.judgement import Level, Measured, ObjectiveJudgement
from slamon.views.answers import OutageLine
from slamon.web import figures
from slamon.web.texts import NO_BREAK, Language

BOUNDED = frozenset({"outage_count", "longest_outage", "age", "level"})
TICKETS = frozenset({"response_time", "resolution_time"})
PLACES = 2  # of a number that cannot be written out


def promise(t: Language, target: str, indicator: str = "availability", op: str = ">=") -> str:
    """Write a target with the side of it that is promised: "at most 4 h"; at least is not said of a percent."""
    if indicator not in BOUNDED:
        said = figures.target(t, target)
        return said if op == ">=" else t(f"op.{OPS[op]}", value=said)
    return t(f"op.{OPS[op]}", value=_bound(t, target, indicator))


OPS: Mapping[str, str] = {">=": "least", ">": "more", "<=": "most", "<": "less"}


def level(t: Language, found: Level, indicator: str) -> str:
    """Write a number as a person counts it: 3 outages, 4 h, 20.5 staff days."""
    value = Fraction(found.value)
    if found.unit == "us":
        return figures.duration(t, value.__floor__())
    return _counted(t, _decimals(value), found.unit, indicator)


def mean(t: Language, exact: str) -> str:
    """Write an exact mean of µs (num/den) as a duration, floored."""
    return figures.duration(t, Fraction(exact).__floor__())


def cases(t: Language, found: Measured, indicator: str) -> str:
    """Write how many of how many cases were good."""
    of = "tickets" if indicator in TICKETS else "results"
    return t(f"cases.{of}", good=figures.number(found.good), total=figures.number(found.total))


def tallied(t: Language, key: str) -> str:
    """Name an entry of a tally; of a composite with an excluded member also what it would have been."""
    if t.has(f"tally.{key}"):
        return t(f"tally.{key}")
    state, _, otherwise = key.removeprefix("excused_").removesuffix("_us").partition(">")
    said = t(f"tally.excused_{state}_us")
    return t("tally.otherwise", excluded=said, state=t(f"state.{otherwise}"))


def has_figure(said: ObjectiveJudgement) -> bool:
    """Tell whether anything was measured: a share, or a number."""
    return said.measured is not None or said.level is not None


def of_time(said: ObjectiveJudgement) -> bool:
    """Tell whether a figure rests on time, so that coverage and budget belong beside it; cases and numbers do not."""
    unknown = not has_figure(said) and said.indicator not in TICKETS
    return bool(said.coverage.agreed_us) or unknown


def length_of_time(t: Language, typed: str) -> str:
    """Write a duration as typed in an agreement: P3D as 3 days, PT4H as 4 h."""
    length = parse_duration(typed)
    parts = [t("time.months", count=length.months)] if length.months else []
    parts += [t("time.days", count=length.days)] if length.days else []
    parts += [figures.duration(t, length.us)] if length.us or not parts else []
    return " ".join(parts)


def _bound(t: Language, target: str, indicator: str) -> str:
    number, _, unit = target.partition(" ")
    try:
        return length_of_time(t, number)
    except InstantError:
        return _counted(t, number, unit or "count", indicator)


def _counted(t: Language, number: str, unit: str, indicator: str) -> str:
    if unit != "count":
        return f"{figures.decimal(t, number)}{NO_BREAK}{unit.replace('_', ' ')}"
    if indicator != "outage_count":
        return figures.decimal(t, number)
    return (
        t("outage.number", count=int(number)) if number.isdecimal() else figures.decimal(t, number)
    )


def _decimals(value: Fraction) -> str:
    """Write a number exactly where it has few decimals, else floored."""
    scaled = (value * 10**PLACES).__floor__()
    whole, rest = divmod(abs(scaled), 10**PLACES)
    sign = "−" if scaled < 0 else ""
    return f"{sign}{whole}.{rest:0{PLACES}}".rstrip("0").rstrip(".") if rest else f"{sign}{whole}"


def of_baseline(outage: OutageLine) -> bool:
    """Whether what failed is a baseline of the catalogue, promised by no agreement."""
    return outage.agreement == f"baseline-{outage.service}"
