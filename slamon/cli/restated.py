"""What a command tells of closed periods that the facts it recorded have changed, or may change."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from slamon.app.restating import Restated
from slamon.cli.house import House
from slamon.cli.terminal import console
from slamon.cli.wording import number
from slamon.sla.judgement import ObjectiveJudgement
from slamon.sla.restated import Pair


def print_restated(
    house: House, restated: Sequence[Restated] | None, screen: Console = console
) -> None:
    """Tell old and new figures of what was restated, and which closed periods else the facts may change.

    `restated` is None where a running slamon restates: that is its duty, done every minute.
    """

    def say(sentence: str) -> None:
        screen.print(sentence, highlight=False, soft_wrap=True)

    for done in restated or ():
        say(f"closed period {done.agreement} {done.label} is restated at position {done.position}")
        for pair in done.changes:
            say(f"  {_change(pair)}")
        for breach in done.found:
            say(f"  breach to review: {breach}")
        for breach in done.withdrawn:
            say(f"  breach withdrawn: {breach}")
    for agreement, label, newest in house.reading.touched_periods():
        if newest > house.began_at:
            say(f"closed period {agreement} {label} {_outlook(restated)}")


def _outlook(restated: Sequence[Restated] | None) -> str:
    if restated is None:
        return "may change: slamon is up and judges it anew within a minute"
    return "is touched and not restated: its figures are the same, or not all of them are known yet"


def _change(pair: Pair) -> str:
    old, new = pair
    name = next(each.objective for each in pair if each)
    before, after = _figure(old), _figure(new)
    if before == after:
        before, after = _figure(old, exact=True), _figure(new, exact=True)
    if before == after:
        return f"{name}: still {after}; what it rests on, or what follows from it, has changed"
    return f"{name}: {before} → {after}"


def _figure(said: ObjectiveJudgement | None, *, exact: bool = False) -> str:
    if said is None:
        return "not promised"
    state = said.state.replace("_", " ")
    if said.measured:
        ratio = f" ({said.measured.ratio})" if exact else ""
        return f"{said.measured.percent} %{ratio} {state}"
    return f"{number(said)} {state}" if said.level else state
