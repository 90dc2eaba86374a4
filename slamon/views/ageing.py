"""How old the last good result was: from each one to the next, as far back as it lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from catalogue.intervals import Span
from probes.outcome import Outcome
from slamon.sla.runs import DAY_US, Run
from slamon.views import cases, shelf
from slamon.views.days import Desk
from slamon.views.objectives import Judged
from slamon.views.shelf import Source

GOOD = frozenset({Outcome.GOOD, Outcome.DEGRADED})


@dataclass(frozen=True, slots=True)
class Spell:
    """From a good result (µs) to the next one, or to where nobody knows further."""

    since: int
    end: int

    @property
    def age(self) -> int:
        """How old it became."""
        return self.end - self.since


def spells(desk: Desk, judged: Judged, span: Span) -> Iterator[Spell]:
    """How the last good result of any source aged within a span; none before the first result of all.

    Where none was ever good, the age is that of the first result at least.
    """
    begin, end = span
    first = desk.first_result(judged)
    if first is None or first >= end or begin >= end:
        return
    born = first
    within = {at for source in judged.sources for at in _good(desk, source, span)}
    if first < begin:
        before = [_last_good(desk, source, begin) for source in judged.sources]
        born = max((at for at in before if at is not None), default=first)
    for since, following in pairwise(sorted({born, *within, end})):
        yield Spell(since, following)


def _good(desk: Desk, source: Source, span: Span) -> Iterator[int]:
    for run in _good_runs(desk, source, span):
        yield from (at for at, _ in run.results())


def _good_runs(desk: Desk, source: Source, span: Span) -> list[Run]:
    runs = cases.paced_runs(desk.connection, source, None, *span)
    return [run for run in runs if run.outcome in GOOD]


def _last_good(desk: Desk, source: Source, before: int) -> int | None:
    """The last good result before an instant: looked for further and further back."""
    first = shelf.first_result(desk.connection, source)
    length, end = DAY_US, before
    while first is not None and end > first:
        begin = max(first, end - length)
        if runs := _good_runs(desk, source, (begin, end)):
            return max(run.last for run in runs)
        length, end = 2 * length, begin
    return None
