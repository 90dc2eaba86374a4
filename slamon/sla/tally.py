"""The tally: time by state, excluded or not, inside or outside the agreed hours; and the outages in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, cast, get_args

from catalogue.intervals import Intervals, Span, Steps, membership, steps, zip_steps
from slamon.sla.counts import Counts
from slamon.sla.judgement import Effect, State

OUTSIDE = "outside"
NO_CASES = Counts()
STATES: tuple[State, ...] = get_args(State)

Entry = str
"""What an instant counts as: a state, `outside`, or excluded time as `effect.state`.

`effect.state>otherwise` is that of a composite: with its excluded members up it would have been `otherwise`.
"""

Windows = tuple[tuple[int, int, Effect], ...]
"""Excluded time in order, disjoint: from, to (µs), and what the agreement does with it."""

Piece = tuple[int, int, Entry]


class EmptyPeriodError(ValueError):
    """There is no time to judge."""


class Parts(NamedTuple):
    """An entry taken apart; `effect` is None where the time counts, `otherwise` where no member was excluded."""

    state: State
    effect: Effect | None
    otherwise: State | None


@lru_cache(maxsize=256)
def parts_of(entry: Entry) -> Parts:
    """Take apart an entry that is not `outside`."""
    effect, dot, rest = entry.rpartition(".")
    state, arrow, otherwise = rest.partition(">")
    return Parts(
        cast("State", state),
        cast("Effect", effect) if dot else None,
        cast("State", otherwise) if arrow else None,
    )


def excluded(state: State, effect: Effect, otherwise: State | None = None) -> Entry:
    """Name excluded time."""
    return f"{effect}.{state}" + (f">{otherwise}" if otherwise else "")


@dataclass(frozen=True, slots=True)
class Tally:
    """Microseconds of a span by entry; an entry without time is left out.

    Tallies of disjoint spans add; their sum is the time of the spans.
    """

    entries: Mapping[Entry, int] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Hash by what is in it, whatever its order."""
        return hash(frozenset(self.entries.items()))

    def __add__(self, other: Tally) -> Tally:
        return added((self, other))

    @property
    def up(self) -> int:
        """Counted time up."""
        return self.entries.get("up", 0)

    @property
    def degraded(self) -> int:
        """Counted time degraded."""
        return self.entries.get("degraded", 0)

    @property
    def down(self) -> int:
        """Counted time down."""
        return self.entries.get("down", 0)

    @property
    def unknown(self) -> int:
        """Counted time of unknown state."""
        return self.entries.get("unknown", 0)

    @property
    def outside(self) -> int:
        """Time outside the promise."""
        return self.entries.get(OUTSIDE, 0)

    @property
    def counted(self) -> int:
        """Agreed time that is not excluded."""
        return self.up + self.degraded + self.down + self.unknown

    @property
    def excused(self) -> int:
        """Agreed time that is excluded, whatever its effect."""
        return self.total - self.counted - self.outside

    @property
    def total(self) -> int:
        """All time of the spans."""
        return sum(self.entries.values())

    def as_us(self) -> dict[str, int]:
        """Give the tally with the names of the judgement's JSON, like `up_us`; excluded time by state alone."""
        said = dict.fromkeys(_NAMES_US, 0)
        for entry, time in self.entries.items():
            name = _name_us(entry)
            said[name] = said.get(name, 0) + time
        return said


_NAMES_US = (*(f"{s}_us" for s in STATES), *(f"excused_{s}_us" for s in STATES), "outside_us")


@lru_cache(maxsize=256)
def _name_us(entry: Entry) -> str:
    if entry == OUTSIDE:
        return "outside_us"
    state, effect, otherwise = parts_of(entry)
    if effect is None:
        return f"{state}_us"
    # A member's exclusion that would have made the composite fully up is shown like any excluded time.
    return f"excused_{state}_us" if otherwise in {None, "up"} else f"excused_{state}>{otherwise}_us"


@dataclass(frozen=True, slots=True)
class DownRun:
    """Counted down time without availability between: from its first to its last instant, `counted` µs of it down."""

    begin: int
    end: int
    counted: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Figures of a span that merge exactly with those of other spans.

    `available_before` says whether counted available time was seen before the first outage, `available_after` whether
    after the last; without outages both say whether there was any. `cases` are counted results, where a share of
    results is promised.
    """

    begin: int
    end: int
    tally: Tally
    outages: tuple[DownRun, ...] = ()
    available_before: bool = False
    available_after: bool = False
    cases: Counts = NO_CASES


def pieces(
    states: Steps[Entry], agreed: Intervals, windows: Windows, span: Span
) -> Iterator[Piece]:
    """Give each stretch of a span with what it counts as; time without a state is unknown.

    `states` hold states, or entries of excluded time where members of a composite are excluded; a window
    over the whole goes before those.
    """
    known = _filled(states, span)
    if not known.points:
        return
    marks = iter(_places(agreed, windows, span).pieces())
    _, end, place = next(marks)
    for first, last, state in known.pieces():
        at = first
        while at < last:
            if at >= end:
                _, end, place = next(marks)
            yield at, min(last, end), _entry(state, place)
            at = min(last, end)


def classify(
    states: Steps[Entry],
    agreed: Intervals,
    windows: Windows,
    span: Span,
    cases: Counts = NO_CASES,
) -> DayFigures:
    """Give the figures of a span: every instant is outside, or has a state and is excluded or counted (rule E3).

    Raises:
        EmptyPeriodError: the span does not end after it begins.

    """
    if span[0] >= span[1]:
        raise EmptyPeriodError("empty period")
    spent: dict[Entry, int] = {}
    found: list[DownRun] = []
    before = after = False
    for begin, end, entry in pieces(states, agreed, windows, span):
        spent[entry] = spent.get(entry, 0) + end - begin
        if entry in _NEITHER_ENDS_NOR_LENGTHENS or "." in entry:
            continue
        if entry != "down":
            before, after = before or not found, True
        elif found and not after:
            found[-1] = DownRun(found[-1].begin, end, found[-1].counted + end - begin)
        else:
            found.append(DownRun(begin, end, end - begin))
            after = False
    return DayFigures(span[0], span[1], Tally(spent), tuple(found), before, after, cases)


# Rule of outages: unknown time, time outside and excluded time neither end an outage nor lengthen it (§4.6).
_NEITHER_ENDS_NOR_LENGTHENS = frozenset({OUTSIDE, "unknown"})


def merge(parts: Iterable[DayFigures]) -> DayFigures:
    """Merge figures of disjoint spans, given in any order, into those of all of them.

    Raises:
        ValueError: there is nothing to merge, or two spans overlap.

    """
    in_order = list(parts)
    if not in_order:
        raise ValueError("there are no figures to merge")
    if not _disjoint(in_order):
        in_order.sort(key=lambda part: (part.begin, part.end))
        if not _disjoint(in_order):
            raise ValueError("figures of overlapping spans do not add")
    outages, before, after = _linked(in_order)
    tally = added(part.tally for part in in_order)
    cases = _counted(in_order)
    return DayFigures(in_order[0].begin, in_order[-1].end, tally, outages, before, after, cases)


def _disjoint(parts: Iterable[DayFigures]) -> bool:
    """Say whether parts are in order of time and none overlaps the next."""
    end: int | None = None
    for part in parts:
        if end is not None and part.begin < end:
            return False
        end = part.end
    return True


def _counted(parts: Iterable[DayFigures]) -> Counts:
    cases = NO_CASES
    for part in parts:
        if part.cases is not NO_CASES:
            cases += part.cases
    return cases


def added(tallies: Iterable[Tally]) -> Tally:
    """Add tallies of disjoint spans."""
    spent: defaultdict[Entry, int] = defaultdict(int)
    for tally in tallies:
        for entry, time in tally.entries.items():
            spent[entry] += time
    return Tally(dict(spent))


def _linked(parts: Iterable[DayFigures]) -> tuple[tuple[DownRun, ...], bool, bool]:
    """Give the outages of spans in order, joined where one runs on into the next, and the flags around them."""
    outages: list[DownRun] = []
    before = after = False
    for part in parts:
        if not outages:
            before = before or part.available_before
        if not part.outages:
            after = after or part.available_after
            continue
        own = list(part.outages)
        if outages and not after and not part.available_before:
            last, first = outages.pop(), own[0]
            own[0] = DownRun(last.begin, first.end, last.counted + first.counted)
        outages += own
        after = part.available_after
    return tuple(outages), before, after


def _filled(states: Steps[Entry], span: Span) -> Steps[Entry]:
    """Give the states over exactly a span, unknown where they say nothing."""
    begin, end = span
    if states.points and states.span == span:
        return states
    inside = states.clip(span)
    points = list(inside.points)
    if begin < end and (not points or points[0][0] > begin):
        points.insert(0, (begin, "unknown"))
    if points and inside.points and inside.end < end:
        points.append((inside.end, "unknown"))
    return steps(points, end)


_Place = Effect | None | bool
_NOT_AGREED = False


# A fleet shares its hours, and the same days and months are asked for again.
@lru_cache(maxsize=512)
def _places(agreed: Intervals, windows: Windows, span: Span) -> Steps[_Place]:
    """Say of each instant whether it is agreed, and what an exclusion does with it."""
    inside: Steps[_Place] = membership(agreed, span)
    if not windows:
        return inside
    over: Steps[_Place] = effects(windows, span)
    return zip_steps([inside, over]).map(lambda pair: pair[1] or True if pair[0] else _NOT_AGREED)


def effects(windows: Windows, span: Span) -> Steps[Effect | None]:
    """Give the effect of exclusions at every instant of a span."""
    points: list[tuple[int, Effect | None]] = [(span[0], None)]
    for begin, end, effect in windows:
        if end > span[0] and begin < span[1]:
            points += [(max(begin, span[0]), effect), (end, None)]
    return steps(points, span[1])


def _entry(state: Entry, place: _Place) -> Entry:
    if place is True:
        return state
    if not place:
        return OUTSIDE
    return _under(state, place)


@lru_cache(maxsize=256)
def _under(state: Entry, effect: Effect) -> Entry:
    return excluded(parts_of(state).state, effect)
