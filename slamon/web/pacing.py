"""How long answers took, day by day: two lines drawn as SVG, and their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from math import log10

from markupsafe import Markup, escape

from slamon.views.answers import LatencyDay
from slamon.web.figures import SECOND, day, decimal, number
from slamon.web.texts import NO_BREAK, Language

CELL = 8  # a day
HEIGHT = 120
LEAST = 100  # µs, the lowest edge of a picture
BEYOND = 15_204_352  # µs; how much longer an answer took is not told apart
PRECISE = 10_000  # µs, up to which tenths of a millisecond are told


def about(t: Language, us: int) -> str:
    """Write a latency that is known within 3 %, as precisely as that."""
    if us >= BEYOND:
        return t("pace.beyond", seconds=f"15{NO_BREAK}{t('unit.second')}")
    tenths = f".{us % 1000 // 100}" if us < PRECISE else ""
    return f"{decimal(t, number(us // 1000) + tenths)}{NO_BREAK}{t('unit.millisecond')}"


def mark(t: Language, us: int) -> str:
    """Write a power of ten beside a picture."""
    return about(t, us) if us < SECOND else f"{us // SECOND}{NO_BREAK}{t('unit.second')}"


def scale(days: Sequence[LatencyDay]) -> list[int]:
    """The powers of ten (µs) between which a picture is drawn, the highest first.

    One slow day must not press all others flat, as it would where heights are latencies.
    """
    lowest, highest = min(each.p50_us for each in days), max(each.p95_us for each in days)
    marks = [LEAST]
    while marks[0] < highest or len(marks) == 1:
        marks.insert(0, marks[0] * 10)
    while len(marks) > 2 and marks[-2] <= lowest:  # noqa: PLR2004 - a picture has two edges
        marks.pop()
    return marks


def pace(t: Language, days: Sequence[LatencyDay]) -> Markup:
    """Draw half and 95 of 100 answers of each day as lines, broken where a day has none."""
    marks, places = scale(days), _places(days)
    width = CELL * (places[-1] + 1)
    most = _line(places, [_height(each.p95_us, marks) for each in days])
    half = _line(places, [_height(each.p50_us, marks) for each in days])
    grid = "".join(f"M0 {_height(mark, marks)}h{width}" for mark in marks)
    told = "".join(
        f'<rect x="{place * CELL}" width="{CELL}" height="{HEIGHT}"><title>{escape(words(t, each))}'
        "</title></rect>"
        for place, each in zip(places, days, strict=True)
    )
    lines = f'<path class="grid" d="{grid}"/><path class="most" d="{most}"/><path class="half" d="{half}"/>'
    return Markup(
        '<svg class="pace" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>'
    ).format(width, HEIGHT, t("pace.summary", count=len(days)), Markup(lines + told))  # noqa: S704 - its words were escaped one by one


def words(t: Language, each: LatencyDay) -> str:
    """Say how long the answers of one day took."""
    figures = {"half": about(t, each.p50_us), "most": about(t, each.p95_us)}
    return t("pace.day", date=day(t, each.date), answers=number(each.count), **figures)


def _places(days: Sequence[LatencyDay]) -> list[int]:
    """Where each day stands: so many days after the first."""
    first = date.fromisoformat(days[0].date)
    return [(date.fromisoformat(each.date) - first).days for each in days]


def _height(us: int, marks: Sequence[int]) -> int:
    """How far below the upper edge a latency stands; each mark is ten times the one below it."""
    above = log10(marks[0] / max(us, marks[-1]))
    return round(above * HEIGHT / (len(marks) - 1))


def _line(places: Iterable[int], heights: Iterable[int]) -> str:
    """A path through the middles of days; one that stands alone is a dot."""
    path, before = "", None
    for place, height in zip(places, heights, strict=True):
        drawn = "L" if before == place - 1 else "M"
        # without a length, a dot would have no direction to be round in
        dot = "" if drawn == "L" else "h.01"
        path += f"{drawn}{place * CELL + CELL // 2} {height}{dot}"
        before = place
    return path
