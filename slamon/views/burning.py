"""How fast error budgets burn now: windows of agreed time up to the newest results (§4.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from catalogue.instants import format_instant
from catalogue.intervals import Intervals, Span, intersect, total, union
from catalogue.periods import period_at
from catalogue.probing import Probe
from slamon.sla.availability import Quotient, quotient, ratio_text
from slamon.sla.burn import (
    PAIRS,
    WINDOWS,
    PairErrors,
    burn,
    error_share,
    factor,
    fires,
    window_spans,
)
from slamon.sla.judge import planned
from slamon.sla.tally import Entry, Tally, pieces
from slamon.sla.terms import ObjectiveTerms
from slamon.views import horizon
from slamon.views.answers import BurnLine, MissingBurn, WindowBurn
from slamon.views.interpreting import timing
from slamon.views.judging import Frame
from slamon.views.objectives import Judged, objectives
from slamon.views.promised import Promises
from slamon.views.shelf import Source

MIN_RESULTS = 3  # a window that rests on fewer says more about chance than about the service
DAY_US = 86_400_000_000
REACHES = (4 * DAY_US, 16 * DAY_US, 64 * DAY_US)  # how far back agreed time is looked for
NAMES = {length: name for name, length in WINDOWS.items()}
# The long ones go last: a window that is long in one pair and short in another has the factor of the first.
PAIR_OF = {NAMES[p.short]: p for p in PAIRS} | {NAMES[p.long]: p for p in PAIRS}


@dataclass(frozen=True, slots=True)
class _Measured:
    """What was spent in each window that there is, and what it is held against: µs of agreed time and results."""

    spans: Mapping[str, Span | None]
    spent: Mapping[str, Quotient]
    goal: Fraction
    planned: int
    interval: int

    def results(self, name: str) -> int:
        """About how many results a window rests on."""
        spent = self.spent.get(name)
        return spent.known // self.interval if spent and self.interval else 0

    def error(self, name: str) -> Fraction | None:
        """The share that was bad, None where too little was measured to say."""
        spent = self.spent.get(name)
        return error_share(spent) if spent and self.results(name) >= MIN_RESULTS else None

    def threshold(self, name: str) -> Fraction:
        """The speed that alarms."""
        pair = PAIR_OF[name]
        return factor(pair.budget, self.planned, pair.long)

    def firing(self) -> tuple[str, ...]:
        """The long windows of the pairs that alarm."""
        pairs = {NAMES[pair.long]: (NAMES[pair.short], pair) for pair in PAIRS}
        return tuple(
            name
            for name, (short, _) in pairs.items()
            if fires(
                [PairErrors(self.threshold(name), self.error(short), self.error(name))], self.goal
            )
        )

    def window(self, name: str) -> WindowBurn:
        """One window as it is told."""
        span, found = self.spans[name], self._burn(name)
        return WindowBurn(
            window=name,
            from_=None if span is None else format_instant(span[0]),
            rate=None if isinstance(found, str) else ratio_text(found),
            missing=found if isinstance(found, str) else None,
            threshold=ratio_text(self.threshold(name)),
        )

    def _burn(self, name: str) -> Fraction | MissingBurn:
        spent = self.spent.get(name)
        if spent is None:
            return "longer_than_in_force"
        if spent.known and self.results(name) < MIN_RESULTS:
            return "too_few_results"
        found = burn(spent, self.goal)
        return found.missing or "nothing_measured" if found.rate is None else found.rate


def burns(frame: Frame) -> Iterator[BurnLine]:
    """The burn of every promise of available time that holds now, by agreement and objective."""
    for versions in _promised(frame.held):
        holding = _holding(frame, versions)
        if holding is not None:
            line = _line(frame, versions, *holding)
            if line is not None:
                yield line


def excluded_now(judged: Judged, now: int) -> bool:
    """Whether an exclusion of the whole service covers this instant (µs)."""
    return any(begin <= now < end for begin, end, _ in judged.terms.windows)


def _promised(held: Promises) -> Iterator[Sequence[Judged]]:
    """The versions of each objective that has a budget of time."""
    found: defaultdict[tuple[str, str], list[Judged]] = defaultdict(list)
    for each in objectives(held):
        if isinstance(each, Judged) and _has_budget(each.terms):
            found[each.agreement, each.terms.objective].append(each)
    return (found[key] for key in sorted(found))


def _has_budget(terms: ObjectiveTerms) -> bool:
    """A mean of slices has no budget of time, nor has a baseline."""
    return terms.measure == "time" and terms.goal is not None and terms.mean_of_slices is None


def _holding(frame: Frame, versions: Sequence[Judged]) -> tuple[Judged, int] | None:
    """The version in force at the instant up to which it can be judged, and that instant."""
    for each in versions:
        until = horizon.known_until(each, frame.reported, frame.now)
        if intersect(each.in_force, ((until - 1, until),)):
            return each, until
    return None


def _line(frame: Frame, versions: Sequence[Judged], judged: Judged, until: int) -> BurnLine | None:
    period = judged.own_period(period_at("month", until - 1, judged.tz), until)
    if period is None:
        return None
    hours = _hours(versions, judged, until)
    spans = window_spans(hours, until)
    measured = _Measured(
        spans,
        _spent(frame, judged, hours, spans),
        judged.terms.goal or Fraction(),
        planned([each.terms for each in versions], period),
        interval_of(frame.held, judged),
    )
    return BurnLine(
        agreement=judged.agreement,
        objective=judged.terms.objective,
        service=judged.terms.service,
        mode=judged.terms.mode,
        period=period.label,
        at=format_instant(until),
        windows=tuple(measured.window(name) for name in WINDOWS),
        firing=measured.firing(),
    )


def _hours(versions: Sequence[Judged], judged: Judged, until: int) -> Intervals:
    """Agreed time up to an instant, as far back as the longest window needs, versions before this one included."""
    in_force = union(*(each.in_force for each in versions))
    hours: Intervals = ()
    for reach in REACHES:
        hours = intersect(judged.terms.hours.intervals(until - reach, until), in_force)
        if total(hours) >= max(WINDOWS.values()):
            break
    return hours


def _spent(
    frame: Frame, judged: Judged, hours: Intervals, spans: Mapping[str, Span | None]
) -> Mapping[str, Quotient]:
    """Good and bad time of each window that there is, by the terms that hold now."""
    windows = {name: span for name, span in spans.items() if span is not None}
    if not windows:
        return {}
    terms = judged.terms
    whole = min(windows.values())
    entries = frame.desk.entries(judged, whole, whole[1])
    times: dict[str, dict[Entry, int]] = {name: {} for name in windows}
    for begin, end, entry in pieces(entries, hours, terms.windows, whole):
        for name, (since, _) in windows.items():
            if end > since:
                time = end - max(begin, since)
                times[name][entry] = times[name].get(entry, 0) + time
    return {name: quotient(Tally(spent), terms.policy) for name, spent in times.items()}


def interval_of(held: Promises, judged: Judged) -> int:
    """The longest distance of two results of its probes (µs); of results by file, as long as one speaks."""
    return max((_interval(held, source) for source in judged.sources), default=0)


def _interval(held: Promises, source: Source) -> int:
    probe = held.get(Probe, source.check)
    return timing(held, probe)[0] if probe else source.validity
