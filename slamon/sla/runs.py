"""Runs: results of one check at one place, folded into stretches of equal outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from catalogue.intervals import Intervals
from probes.outcome import Outcome

DAY_US = 86_400_000_000  # a day of UTC; POSIX knows no leap seconds

Result = tuple[int, Outcome]


class Run(NamedTuple):
    """Evenly spaced results of equal outcome.

    There are `count` of them from `first` to `last` (instants in µs, both results included). Each speaks for
    `validity` µs, as the version of the check said under which it was made; 0: as the reader of the run says.
    """

    first: int
    last: int
    count: int  # type: ignore[assignment]  # of results, not of members
    outcome: Outcome
    validity: int = 0

    @property
    def step(self) -> int:
        """Distance of two results in µs; 0 for a single one."""
        return (self.last - self.first) // (self.count - 1) if self.count > 1 else 0

    def results(self) -> Iterator[Result]:
        """Give each result of the run."""
        return ((self.first + index * self.step, self.outcome) for index in range(self.count))

    def part(self, begin: int, end: int) -> Run | None:
        """Give the results from the one numbered `begin` up to the one before `end`, counted from 0."""
        if begin >= end:
            return None
        at = self.first + begin * self.step
        last = at + (end - begin - 1) * self.step
        return Run(at, last, end - begin, self.outcome, self.validity)

    def before(self, instant: int) -> int:
        """Count the results before an instant."""
        if instant <= self.first:
            return 0
        return self.count if instant > self.last else -((self.first - instant) // self.step)


def runs_of(results: Iterable[Result], validity: int) -> tuple[Run, ...]:
    """Fold results into canonical runs: equal outcome, equal step, and no step longer than `validity` µs.

    Of results at the same instant the one given last holds.
    """
    held = dict(results)
    return _joined((Run(at, at, 1, held[at]) for at in sorted(held)), validity)


def inconclusive_within(runs: Sequence[Run], spans: Intervals) -> tuple[Run, ...]:
    """Give the runs with each result that was observed inside the spans made inconclusive."""
    masked: list[Run] = []
    at = 0
    for run in runs:
        while at < len(spans) and spans[at][1] <= run.first:
            at += 1
        if at == len(spans) or spans[at][0] > run.last:
            masked.append(run)
            continue
        done, which = 0, at
        while which < len(spans) and spans[which][0] <= run.last:
            begin, end = run.before(spans[which][0]), run.before(spans[which][1])
            hidden = run._replace(outcome=Outcome.INCONCLUSIVE).part(begin, end)
            masked += [part for part in (run.part(done, begin), hidden) if part]
            done, which = max(done, end), which + 1
        masked += [part for part in (run.part(done, run.count),) if part]
    return tuple(masked)


def _joined(runs: Iterable[Run], validity: int) -> tuple[Run, ...]:
    """Join runs in order of time as far as their results are evenly spaced, the earliest first."""
    joined: list[Run] = []
    for run in runs:
        rest: Run | None = run
        if joined:
            joined[-1], rest = _extended(joined[-1], run, validity)
        if rest:
            joined.append(rest)
    return tuple(joined)


def _extended(run: Run, more: Run, validity: int) -> tuple[Run, Run | None]:
    gap = more.first - run.last
    if (
        (more.outcome, more.validity) != (run.outcome, run.validity)
        or gap > validity
        or run.step not in {0, gap}
    ):
        return run, more
    taken = more.count if more.step in {0, gap} else 1
    last = more.first + (taken - 1) * more.step
    return run._replace(last=last, count=run.count + taken), more.part(taken, more.count)
