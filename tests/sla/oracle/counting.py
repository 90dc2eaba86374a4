"""From states to figures, one moment after the other (rules E3, 4.5, 4.6 and 4.10), in whole moments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple


class Moment(NamedTuple):
    """A moment of the period: its state, whether it is agreed time, what excludes it and with which effect.

    `otherwise` is the state a composite would have had, where only members of it are excluded.
    """

    state: str
    agreed: bool = True
    effect: str | None = None
    otherwise: str | None = None


class Rules(NamedTuple):
    """What the agreement makes of unknown and of degraded time, and of exclusions if it overrules theirs."""

    unknown: str = "exclude"
    degraded_is_available: bool = True
    effect: str | None = None


class Sums(NamedTuple):
    """Moments that are good, bad, unknown."""

    good: int
    bad: int
    unknown: int

    def share(self) -> Fraction | None:
        counted = self.good + self.bad
        return Fraction(self.good, counted) if counted else None


class Outage(NamedTuple):
    """From its first moment to after its last one, and how many of them are counted down."""

    begin: int
    end: int
    counted: int


def entry(moment: Moment) -> str:
    """Rule E3: name what a moment counts as; it is one thing only."""
    if not moment.agreed:
        return "outside"
    if moment.effect is None:
        return moment.state
    otherwise = "" if moment.otherwise is None else f">{moment.otherwise}"
    return f"{moment.effect}.{moment.state}{otherwise}"


def tally(moments: Iterable[Moment]) -> dict[str, int]:
    return dict(Counter(entry(moment) for moment in moments))


def side(moment: Moment, rules: Rules) -> str:
    """Rule 4.5: say whether a moment is good, bad, unknown, or none of them."""
    available = {"up", "degraded"} if rules.degraded_is_available else {"up"}
    by_state = "good" if moment.state in available else "bad"
    if not moment.agreed:
        return "none"
    hopeless = moment.otherwise is not None and moment.otherwise not in available
    effect = None if moment.effect is None else rules.effect or moment.effect
    if effect is None or effect == "ignore" or hopeless:
        return "unknown" if moment.state == "unknown" else by_state
    if moment.state == "unknown":
        return "none"
    good_or_bad = {
        "remove_window": ("none", "none"),
        "remove_bad_time": ("good", "none"),
        "count_as_available": ("good", "good"),
    }
    return good_or_bad[effect][by_state == "bad"]


def sums(moments: Iterable[Moment], rules: Rules) -> Sums:
    """Rule 4.5: count the sides; what is unknown goes where the agreement says."""
    sides = Counter(side(moment, rules) for moment in moments)
    good, bad, unknown = sides["good"], sides["bad"], sides["unknown"]
    good += unknown if rules.unknown == "as_available" else 0
    bad += unknown if rules.unknown == "as_unavailable" else 0
    return Sums(good, bad, unknown)


def coverage(moments: Iterable[Moment], rules: Rules) -> Fraction | None:
    """Rule 4.5: the share of what would be counted whose state is known."""
    known = sums(moments, rules._replace(unknown="exclude"))
    counted = known.good + known.bad + known.unknown
    return Fraction(known.good + known.bad, counted) if counted else None


def possible(moments: Sequence[Moment], rules: Rules) -> tuple[Fraction | None, Fraction | None]:
    """Give the share if all that is unknown were down, and if all of it were up."""
    worst = sums(moments, rules._replace(unknown="as_unavailable"))
    best = sums(moments, rules._replace(unknown="as_available"))
    return worst.share(), best.share()


def outages(moments: Mapping[int, Moment]) -> list[Outage]:
    """Rule 4.6: counted down time begins or lengthens an outage, counted available time ends it."""
    found: list[Outage] = []
    running = False
    for instant in sorted(moments):
        what = entry(moments[instant])
        if what == "down" and running:
            found[-1] = Outage(found[-1].begin, instant + 1, found[-1].counted + 1)
        elif what == "down":
            found.append(Outage(instant, instant + 1, 1))
        running = what == "down" or (running and what not in {"up", "degraded"})
    return found


def breached_at(moments: Mapping[int, Moment], rules: Rules, goal: Fraction) -> int | None:
    """Rule 4.10: the first moment after which the goal is missed even if all the rest is up."""
    hoped = {
        instant: moment._replace(state="up", otherwise=None, effect=whole(moment))
        for instant, moment in moments.items()
    }
    for instant in sorted(moments):
        hoped[instant] = moments[instant]
        share = sums(hoped.values(), rules).share()
        if share is not None and share < goal:
            return instant
    return None


def whole(moment: Moment) -> str | None:
    """Give the effect of an exclusion that does not hang on the state of members."""
    return None if moment.otherwise is not None else moment.effect
