"""Marks: in which span of time a fact told of which check at which place, so that closed periods are found again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from slamon.views.batches import Timed
from slamon.views.chains import Chain

FAR = 2**62

Spans = dict[tuple[str, str], tuple[int, int]]
"""By check and place: first and last instant touched (µs)."""


def widen(spans: Spans, key: tuple[str, str], first: int, last: int) -> None:
    """Take two instants, both included, into the span of a check at a place."""
    held = spans.get(key)
    spans[key] = (first, last) if held is None else (min(held[0], first), max(held[1], last))


@dataclass
class Mark:
    """What one fact touched, or a chain of batches; of a chain `position` is that of its last batch."""

    position: int
    spans: Spans = field(default_factory=dict)
    chain: Chain | None = None
    runs: dict[tuple[str, str], list[Timed]] = field(default_factory=dict)

    def parts(self) -> Iterator[Mark]:
        """One mark for each fact."""
        if self.chain is None:
            yield self
            return
        begun: set[tuple[str, str]] = set()
        for position, begin, end in self.chain.spans():
            part = Mark(position)
            until = FAR if position == self.position else end
            for key, runs in self.runs.items():
                for run, _ in runs:
                    if own := run.part(run.before(begin), run.before(until)):
                        widen(part.spans, key, own.first, own.last)
                if key in part.spans and key not in begun:
                    begun.add(key)
                    self._with_whole_day(part, key, runs)
            yield part

    def _with_whole_day(self, part: Mark, key: tuple[str, str], runs: list[Timed]) -> None:
        # With its first results the basis of a whole day may have changed: that is more than the results.
        first, last = self.spans[key]
        if first < runs[0][0].first or last > runs[-1][0].last:
            widen(part.spans, key, first, last)
