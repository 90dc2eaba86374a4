"""Pictures of figures, drawn as SVG: a strip of days, a meter of the budget left.

Colours come from the style sheet by class; the height of a day's bar says the same without colour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from markupsafe import Markup, escape

from slamon.sla.judgement import State
from slamon.views.answers import DayCell
from slamon.web.figures import day, percent
from slamon.web.texts import Language

# A bad day stands taller than a good one; at 90 days on a phone a bar is still 2 px wide.
CELL = 8
BAR = 6
HEIGHT = 32
HEIGHTS: dict[State, int] = {"up": 16, "degraded": 22, "down": 28, "unknown": 5}
NOTHING_AGREED = 2  # the height of a day without agreed time, such as a Sunday
GENERATED = frozenset({"simulated", "mixed"})


def strip(t: Language, days: Sequence[DayCell]) -> Markup:
    """Draw one bar a day with its words; a line beneath marks simulated days."""
    bars = "".join(_bar(t, place, cell) for place, cell in enumerate(days))
    return Markup(
        '<svg class="strip" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>'
    ).format(max(CELL * len(days) - CELL + BAR, BAR), HEIGHT + 3, summary(t, days), Markup(bars))  # noqa: S704 - its words were escaped one by one


def summary(t: Language, days: Sequence[DayCell]) -> str:
    """Say in one sentence what a strip shows."""
    counted: Counter[str] = Counter(cell.worst or "outside" for cell in days)
    words = [
        t(f"strip.{state}", count=counted[state])
        for state in (*HEIGHTS, "outside")
        if counted[state]
    ]
    return t("strip.summary", count=len(days), states=", ".join(words) or t("strip.nothing"))


def day_words(t: Language, cell: DayCell) -> str:
    """Say how one day was: worst state and percent, not measured, or nothing agreed."""
    date = day(t, cell.date)
    if cell.worst is None:
        return t("strip.day_outside", date=date)
    if cell.percent is None:
        return t("strip.day_unknown", date=date)
    state, known = t(f"state.{cell.worst}"), percent(t, cell.known_percent)
    words = t("strip.day", date=date, state=state, percent=percent(t, cell.percent), known=known)
    marked = cell.basis not in {"measured", "none"}
    return f"{words} ({t(f'basis.{cell.basis}')})" if marked else words


def meter(t: Language, share: Fraction) -> Markup:
    """Draw how much of an error budget is left; the words stand beside it."""
    width = share.numerator * 100 // share.denominator
    level = "spent" if width == 0 else "low" if width <= 25 else "ample"  # noqa: PLR2004 - warns when 75 % is spent
    return Markup(
        '<svg class="meter {}" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><rect class="room" width="100" height="6" rx="3"/>'
        '<rect class="fill" width="{}" height="6" rx="3"/></svg>'
    ).format(level, t("budget.meter", percent=width), width)


def _bar(t: Language, place: int, cell: DayCell) -> str:
    # plain strings, as a page draws thousands of these; only the words can need escaping
    state, left = cell.worst or "outside", place * CELL
    tall = HEIGHTS[cell.worst] if cell.worst else NOTHING_AGREED
    words = escape(day_words(t, cell))
    bar = (
        f'<rect class="{state}" x="{left}" y="{HEIGHT - tall}" width="{BAR}" height="{tall}">'
        f"<title>{words}</title></rect>"
    )
    if cell.basis not in GENERATED:
        return bar
    return f'{bar}<path class="generated" d="M{left} {HEIGHT + 2}h{BAR}"/>'
