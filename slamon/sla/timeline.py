"""Timelines: what the results of one check at one location say of its state at every instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from catalogue.intervals import Span, Steps, steps
from probes.outcome import Outcome
from slamon.sla.judgement import State
from slamon.sla.runs import Run

_LEVEL: dict[Outcome, State] = {Outcome.GOOD: "up", Outcome.DEGRADED: "degraded"}


@dataclass(frozen=True, slots=True)
class Reading:
    """The state over a span, and the bad runs in it that never reached the confirmation asked for."""

    states: Steps[State]
    unconfirmed: tuple[Run, ...]


def timeline(
    runs: Sequence[Run], span: Span, validity: int, confirm: int = 1, recover: int = 1
) -> Steps[State]:
    """Give the state at every instant of a span; see `read`."""
    return read(runs, span, validity, confirm, recover).states


def read(
    runs: Sequence[Run], span: Span, validity: int, confirm: int = 1, recover: int = 1
) -> Reading:
    """Read runs in order of time as states over a span.

    A result speaks until the next one, at most for its own validity (`validity` µs where it has none); all other time
    is unknown, as is an inconclusive result. `confirm` bad results in a row begin an outage, back-dated to the first;
    `recover` others in a row end it, back-dated likewise; fewer keep the state before them. A row is broken by unknown
    time; after it the first good result is up at once while bad ones stay unknown until confirmed.

    Runs before the span decide how it begins, runs after it whether its last results are confirmed: give those back
    to the last, and on to the first, that is `settled`.
    """
    reader = _Reader(validity, confirm, recover)
    for run in runs:
        if run.count == 1 or run.step <= (run.validity or validity):
            reader.take(run)
        else:
            for part in _singly(run):
                reader.take(part)
    reader.finish()
    begin, end = span
    states = steps([(min(begin, runs[0].first if runs else begin), "unknown"), *reader.points], end)
    reach = (run for run in reader.unconfirmed if run.last >= begin and run.first < end)
    return Reading(states.clip(span), tuple(reach))


def settled(run: Run, confirm: int, recover: int) -> bool:
    """Say whether a run by itself fixes the state of its time and after, whatever came before."""
    match run.outcome:
        case Outcome.BAD:
            return run.count >= confirm
        case Outcome.INCONCLUSIVE:
            return True
        case Outcome.GOOD | Outcome.DEGRADED:
            return run.count >= recover


def _singly(run: Run) -> Iterator[Run]:
    """Give a run result by result: its results leave gaps."""
    for at, outcome in run.results():
        yield Run(at, at, 1, outcome, run.validity)


@dataclass(slots=True)
class _Reader:
    """The state confirmed so far, and the results that wait for confirmation of the opposite."""

    validity: int
    confirm: int
    recover: int
    points: list[tuple[int, State]] = field(default_factory=list)
    unconfirmed: list[Run] = field(default_factory=list)
    state: State = "unknown"
    until: int | None = None
    waiting: list[Run] = field(default_factory=list)

    def take(self, run: Run) -> None:
        if self.until is not None and run.first > self.until:
            self._become(self.until, "unknown")
        self.until = run.last + (run.validity or self.validity)
        match run.outcome:
            case Outcome.INCONCLUSIVE:
                self._become(run.first, "unknown")
            case Outcome.BAD:
                self._take_bad(run)
            case Outcome.GOOD | Outcome.DEGRADED:
                self._take_good(run)

    def finish(self) -> None:
        if self.until is not None:
            self._become(self.until, "unknown")

    def _take_bad(self, run: Run) -> None:
        if self.state == "down":
            self.waiting.clear()
            return
        self.waiting.append(run)
        if self._waiting_count() >= self.confirm:
            since = self.waiting[0].first
            self.waiting.clear()
            self._become(since, "down")

    def _take_good(self, run: Run) -> None:
        if self.state != "down":
            level = _LEVEL[run.outcome]
            if self.waiting or level != self.state:
                self._become(run.first, level)
            return
        self.waiting.append(run)
        if self._waiting_count() >= self.recover:
            recovered, self.waiting = self.waiting, []
            for each in recovered:
                self._become(each.first, _LEVEL[each.outcome])

    def _waiting_count(self) -> int:
        return sum(run.count for run in self.waiting)

    def _become(self, instant: int, state: State) -> None:
        if self.waiting:
            self.unconfirmed += [run for run in self.waiting if run.outcome is Outcome.BAD]
            self.waiting.clear()
        self.points.append((instant, state))
        self.state = state
