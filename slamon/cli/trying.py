"""How `slamon judge --terms FILE` shows a period under other terms beside the one recorded."""

from __future__ import annotations

from slamon.cli.sheet import print_table
from slamon.cli.terminal import console
from slamon.cli.wording import known, promise
from slamon.views.whatif import Difference, Side, WhatIf

COLUMNS = (
    "objective",
    "service",
    "recorded",
    "state",
    "credit",
    "proposed",
    "state",
    "credit",
    "bad time",
    "points",
    "exact",
)
SECOND_US = 1_000_000


def print_what_if(found: WhatIf, file: str) -> None:
    """Print each objective as recorded, under the file, and the difference."""
    period = found.recorded.period
    console.print(
        f"{found.recorded.agreement} {period.label} ({period.tz}) as recorded and under {file}, "
        f"{known(found.recorded.as_known_at)}",
        style="bold",
    )
    print_table(
        COLUMNS, [_row(each) for each in found.differences], empty="no objective on either side"
    )
    for judged in found.proposed.objectives:
        if judged.note:
            console.print(f"  {judged.objective} under {file}: {judged.note}", style="dim")
    console.print("nothing was recorded", style="dim")


def _row(difference: Difference) -> tuple[str | None, ...]:
    bad = difference.bad
    side = difference.proposed or difference.recorded
    return (
        difference.objective,
        difference.service,
        *_shown(difference.recorded),
        *_shown(difference.proposed),
        None if bad is None or side is None else _bad(bad, side),
        difference.percent_points,
        difference.ratio or difference.value,
    )


def _shown(side: Side | None) -> tuple[str | None, str | None, str | None]:
    """Figure with target, state, credit."""
    if side is None:
        return None, None, None
    figure = side.percent or side.value or "not measured"
    return (
        f"{figure} ({promise(side.op, side.target, side.within)})",
        side.state,
        side.credit_percent,
    )


def _bad(bad: int, side: Side) -> str:
    """What counts against it: cases, or time as h:mm:ss."""
    if side.unit == "cases":
        return f"{bad:+} cases"
    minutes, seconds = divmod(abs(bad) // SECOND_US, 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if bad < 0 else "+"
    return f"{sign}{hours}:{minutes:02}:{seconds:02}"
