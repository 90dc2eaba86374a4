"""Figures of an objective by local day: kept ones where a day is over, computed from `probe_day` where not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress, repeat
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from catalogue.intervals import Intervals, Steps, constant, steps
from catalogue.periods import Period, local_days, period_at
from slamon.sla import observed
from slamon.sla.counts import Counts, case_counts, first_bad
from slamon.sla.declared import overlay
from slamon.sla.judgement import Basis, State
from slamon.sla.runs import DAY_US, Run
from slamon.sla.slicing import sliced
from slamon.sla.tally import NO_CASES, DayFigures, Entry, Windows, classify
from slamon.sla.terms import CheckRuns, ObjectiveTerms
from slamon.views import keeping
from slamon.views.cases import case_runs
from slamon.views.daybook import mixed
from slamon.views.objectives import Judged, Key
from slamon.views.shelf import Confirmation, Fetched, fetch, first_result, votes_of

Span = tuple[int, int]
S = TypeVar("S", bound=str)
Reader = Callable[[ObjectiveTerms, Sequence[CheckRuns], Sequence[CheckRuns], Span], Steps[S]]


class Day(NamedTuple):
    """One local day of an objective: its figures and what they rest on."""

    label: str
    figures: DayFigures
    basis: Basis


@dataclass(frozen=True, slots=True)
class Observations:
    """What the judge needs of a span: runs of the checks and of the control probes.

    `votes` is when each place has one, where no agreement names the places; where one does, all have theirs always.
    """

    span: Span
    checks: tuple[Fetched, ...]
    controls: tuple[Fetched, ...]
    votes: tuple[Intervals, ...] = ()

    def voting(self, span: Span) -> Iterator[tuple[Span, list[CheckRuns]]]:
        """Cut a span where a place gets or loses its vote, and give the runs that count in each part."""
        begin, end = span
        edges = {at for votes in self.votes for vote in votes for at in vote if begin < at < end}
        cuts = sorted({begin, *edges})
        for at, upto in zip(cuts, [*cuts[1:], end], strict=True):
            yield (at, upto), _runs(compress(self.checks, self._voters(at)))

    def _voters(self, instant: int) -> Iterator[bool]:
        always = [((instant, instant + 1),)] * len(self.checks)
        for votes in self.votes or always:
            yield any(begin <= instant < end for begin, end in votes)

    def states(self, judged: Judged, span: Span) -> Steps[State]:
        """The state of the service over a span within that of the observations."""
        return self._read(observed.states, judged, span)

    def entries(self, judged: Judged, span: Span) -> Steps[Entry]:
        """What the time of a span counts as, by the state of the service and by exclusions of members."""
        return self._read(observed.entries, judged, span)

    def _read(self, reader: Reader[S], judged: Judged, span: Span) -> Steps[S]:
        controls = [each.check_runs() for each in self.controls]
        points: list[tuple[int, S]] = []
        for part, runs in self.voting(span):
            points += reader(judged.terms, runs, controls, part).points
        return steps(points, span[1])

    def rested_on(self, spans: Sequence[Span]) -> Iterator[Basis]:
        """What the results of spans in order of time rest on."""
        if not self.checks:
            yield from repeat("none", len(spans))
        for of_checks in zip(*(each.rested_on(spans) for each in self.checks), strict=True):
            basis: Basis | None = None
            for found in of_checks:
                if found is not None:
                    basis = mixed(basis, found)
            yield basis or "none"


def _runs(checks: Iterable[Fetched]) -> list[CheckRuns]:
    return [each.check_runs() for each in checks]


@dataclass(frozen=True)
class Desk:
    """The days on the table while one question is answered: nothing is fetched or computed twice.

    Valid as long as its connection sees one state. `anew` computes every day, whatever was kept or closed.
    """

    connection: Connection
    anew: bool = False
    _seen: dict[Key, Observations] = field(default_factory=dict)
    _days: dict[Key, dict[tuple[str, int], Day]] = field(default_factory=lambda: defaultdict(dict))
    _firsts: dict[Key, int | None] = field(default_factory=dict)

    def first_result(self, judged: Judged) -> int | None:
        """The first result of an objective's checks; None while there is none."""
        if judged.key not in self._firsts:
            firsts = (first_result(self.connection, source) for source in judged.sources)
            self._firsts[judged.key] = min((at for at in firsts if at is not None), default=None)
        return self._firsts[judged.key]

    def observations(self, judged: Judged, span: Span) -> Observations:
        """What was observed of an objective in a span, and as far around it as matters."""
        seen = self._seen.get(judged.key)
        if seen is None or not (seen.span[0] <= span[0] and span[1] <= seen.span[1]):
            self._seen[judged.key] = seen = _observations(self.connection, judged, span)
        return seen

    def figures(self, judged: Judged, span: Span, until: int) -> list[Day]:
        """The figures of every local day of a span, each up to `until` at the most."""
        found = self._days[judged.key]
        days = [day for day in _local_days(span, judged.tz) if day.begin < until]
        wanting = [day for day in days if _place(day, until) not in found]
        if wanting:
            found |= {_place(d, until): day for d, day in self._fetched(judged, wanting, until)}
        return [found[_place(day, until)] for day in days]

    def computed(self, judged: Judged, days: Sequence[Period], until: int) -> Iterator[Day]:
        """Days that follow each other, from results alone."""
        begin, end = days[0].begin, min(days[-1].end, until)
        first = self.first_result(judged)
        seen = None if first is None or first >= end else self.observations(judged, (begin, end))
        entries = self._entries(judged, seen, (begin, end), until)
        cases = self._cases(judged, (begin, end)) if seen else ()
        terms = judged.terms
        spans = [(day.begin, min(day.end, until)) for day in days]
        none: Basis = "none"
        bases = seen.rested_on(spans) if seen else repeat(none)
        for day, span, own, basis in zip(days, spans, entries.cut(spans), bases, strict=False):
            agreed = terms.agreed(*span)
            counts = case_counts(cases, agreed, terms.windows, span) if cases else NO_CASES
            yield Day(day.label, _classified(own, agreed, terms.windows, span, counts), basis)

    def entries(self, judged: Judged, span: Span, until: int) -> Steps[Entry]:
        """What the time of a span counts as by results, or by declarations alone where there is none yet."""
        first = self.first_result(judged)
        seen = None if first is None or first >= span[1] else self.observations(judged, span)
        return self._entries(judged, seen, span, until)

    def first_bad(self, judged: Judged, span: Span) -> int | None:
        """The instant of the first result of a span that counts as bad."""
        terms = judged.terms
        return first_bad(self._cases(judged, span), terms.agreed(*span), terms.windows, span)

    def _entries(
        self, judged: Judged, seen: Observations | None, span: Span, until: int
    ) -> Steps[Entry]:
        found = self._stated(judged, seen, span, until)
        terms = judged.terms
        if terms.measure == "level" and not terms.policy.degraded_is_available:
            # Outages are counted: there is no later policy that could make degraded time one.
            return found.map(lambda entry: "down" if entry == "degraded" else entry)
        return found

    def _stated(
        self, judged: Judged, seen: Observations | None, span: Span, until: int
    ) -> Steps[Entry]:
        rule = judged.terms.slices
        if seen and rule:
            # A run of bad slices may begin before the span and go on after it.
            midnight = period_at("day", span[0], judged.tz).begin
            around = (midnight - _whole_days(rule.shortest), min(span[1] + rule.shortest, until))
            wider = self.observations(judged, around)
            return sliced(wider.entries(judged, around), judged.terms, rule).clip(span)
        if seen:
            return seen.entries(judged, span)
        unseen: Steps[Entry] = constant("unknown", span)
        return overlay(unseen, judged.terms.declared)

    def _cases(self, judged: Judged, span: Span) -> tuple[tuple[Run, ...], ...]:
        """The results that a promised share is taken of."""
        if judged.terms.measure != "cases":
            return ()
        return case_runs(self.connection, judged.sources, judged.controls, judged.bound, span)

    def _fetched(
        self, judged: Judged, days: Sequence[Period], until: int
    ) -> Iterator[tuple[Period, Day]]:
        first, last = days[0].label, days[-1].label
        kept = {} if self.anew else keeping.kept(self.connection, judged.key, first, last)
        missing = []
        for day in days:
            if day.label in kept and day.end <= until:
                yield day, Day(day.label, *kept[day.label])
            else:
                missing.append(day)
        for stretch in consecutive(missing):
            yield from zip(stretch, self.computed(judged, stretch, until), strict=True)


def _classified(
    entries: Steps[Entry], agreed: Intervals, windows: Windows, span: Span, cases: Counts
) -> DayFigures:
    """The figures of a day; most days of most services are alike, and are classified once for all of them."""
    if cases is NO_CASES and len(entries.points) == 1 and entries.span == span:
        return _calm(entries.points[0][1], agreed, windows, span)
    return classify(entries, agreed, windows, span, cases)


@lru_cache(maxsize=4_096)
def _calm(entry: Entry, agreed: Intervals, windows: Windows, span: Span) -> DayFigures:
    return classify(constant(entry, span), agreed, windows, span)


def _whole_days(length: int) -> int:
    """Slices lie as from a midnight: look back by whole days."""
    return -(-length // DAY_US) * DAY_US


def _place(day: Period, until: int) -> tuple[str, int]:
    return day.label, min(day.end, until)


@lru_cache(maxsize=64)
def _local_days(span: Span, tz: str) -> tuple[Period, ...]:
    return tuple(local_days(span, tz))


def _observations(connection: Connection, judged: Judged, span: Span) -> Observations:
    asked = Confirmation(judged.terms.confirm, judged.terms.recover)
    checks = tuple(fetch(connection, source, *span, asked) for source in judged.sources)
    votes: tuple[Intervals, ...] = ()
    if not judged.terms.locations and len(checks) > 1:
        votes = tuple(votes_of(connection, each, span) for each in checks)
    # The control probe vouches for a result at its own instant: also for those fetched from further around.
    begin = min([span[0], *(each.runs[0].first for each in checks if each.runs)])
    end = max([span[1], *(each.runs[-1].last + 1 for each in checks if each.runs)])
    vouching = Confirmation(1, 1)
    controls = tuple(fetch(connection, s, begin, end, vouching) for s in judged.controls)
    return Observations(span, checks, controls, votes)


def consecutive(days: Iterable[Period]) -> Iterator[list[Period]]:
    """Group days that follow each other."""
    previous: list[Period] = []
    for day in days:
        if previous and previous[-1].end != day.begin:
            yield previous
            previous = []
        previous.append(day)
    if previous:
        yield previous
