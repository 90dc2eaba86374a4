"""Heartbeats: probes that nobody asks report themselves, and their silence is told.

1. A success is good at its instant, a failure bad; start and log change nothing. Either speaks for interval + grace.
2. Silence is bad from due + grace on, once per interval while it lasts; due is an interval after what was heard last.
   Each time speaks until the next was told, so that silence is bad all along.
3. A run that was begun and has not ended within the grace is late; silence goes on from there.
4. Before anything was heard nothing is due.
5. Who was deaf cannot tell silence: what is due then is due an interval after it listens again. Where the deafness was
   longer than the grace, or silence was told before it, the state is unknown from its begin on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from catalogue.instants import format_instant
from probes.outcome import Outcome
from slamon.sla.fact import Fact

SETTLED = 5_000_000  # µs; a signal that came before a deadline is in the ledger so long after it
PAUSE = 150_000_000  # µs without a look: nobody listened meanwhile

Signal = Literal["start", "success", "fail", "log"]

_OUTCOMES = {"success": Outcome.GOOD, "fail": Outcome.BAD}


class Result(NamedTuple):
    """What a fact says of the state: when (µs), what, how long the run took (µs), and for how long it speaks (µs)."""

    at: int
    outcome: Outcome
    latency_us: int | None
    validity_us: int


class HeartbeatReceived(Fact):
    """A signal came at an instant (µs); `run` pairs it with its start, `duration_us` is the time between both.

    Of what came with it there are its length in bytes and its hash, and the text only where the probe keeps it.
    """

    at: int
    signal: Signal
    run: str | None = None
    duration_us: int | None = None
    exit_status: int | None = None
    output_bytes: int = 0
    output_sha256: str | None = None
    output: str | None = None
    location: str
    validity_us: int

    @property
    def instant(self) -> int:
        """When it happened (µs)."""
        return self.at

    @property
    def result(self) -> Result | None:
        """What it says of the state; None where nothing."""
        outcome = _OUTCOMES.get(self.signal)
        if outcome is None:
            return None
        return Result(self.at, outcome, self.duration_us, self.validity_us)


class HeartbeatMissed(Fact):
    """What was `due` had not come by the `deadline`, though somebody listened `since` then (all µs)."""

    due: int
    deadline: int
    since: int
    location: str
    validity_us: int

    @property
    def instant(self) -> int:
        """When it happened (µs)."""
        return self.deadline

    @property
    def result(self) -> Result:
        """From the deadline on it is bad."""
        return Result(self.deadline, Outcome.BAD, None, self.validity_us)


class HeartbeatUnheard(Fact):
    """Nobody could have been heard in `[begin, end)` (µs): the state is unknown until the next signal."""

    begin: int
    end: int
    location: str
    validity_us: int

    @property
    def instant(self) -> int:
        """When it happened (µs)."""
        return self.begin

    @property
    def result(self) -> Result:
        """From the begin on nothing is known."""
        return Result(self.begin, Outcome.INCONCLUSIVE, None, self.validity_us)


HeartbeatFact = HeartbeatReceived | HeartbeatMissed | HeartbeatUnheard


class HeartbeatKeyIssued(Fact):
    """Who has this key speaks for the probe; the key before it opens nothing any more."""

    key_sha256: str


class HeartbeatKeyRevoked(Fact):
    """The key of a probe opens nothing any more."""

    reason: str


@dataclass(frozen=True)
class Expected:
    """What is expected of a probe: a signal every `interval`, at the most `grace` late (µs); its results' location."""

    probe: str
    interval: int
    grace: int
    location: str

    @property
    def validity(self) -> int:
        """For how long a result of it speaks (µs)."""
        return self.interval + self.grace

    @property
    def silent(self) -> int:
        """For how long a missed slot speaks (µs): until who listens has told of the next at the latest."""
        return self.validity + SETTLED + PAUSE


@dataclass(frozen=True)
class Heard:
    """What was heard of a probe: the last end of a run, the runs begun since (by id), and the last slot missed (µs)."""

    last: int | None = None
    running: Mapping[str, int] = field(default_factory=dict)
    missed: int | None = None
    result: Result | None = None

    def speaking(self, at: int) -> bool:
        """Whether a result still speaks at an instant (µs)."""
        return self.result is not None and at < self.result.at + self.result.validity_us


START = Heard()


def stream_of(probe: str, at: int) -> str:
    """The stream of a fact about a probe that happened at an instant (µs)."""
    return f"heartbeats:{probe}:{format_instant(at)[:10]}"


def evolve(heard: Heard, fact: HeartbeatFact) -> Heard:
    """Give the state after a fact; facts come in the order of their instants, a missed slot perhaps a little later."""
    result = fact.result
    newest = heard.result
    if result is not None and (newest is None or result.at >= newest.at):
        newest = result
    match fact:
        case HeartbeatReceived(signal="start"):
            return replace(heard, running={**heard.running, fact.run or "": fact.at})
        case HeartbeatReceived(signal="success" | "fail"):
            running = {run: at for run, at in heard.running.items() if run != (fact.run or "")}
            return Heard(fact.at, running, None, newest)
        case HeartbeatMissed():
            running = {run: at for run, at in heard.running.items() if at > fact.due}
            late = heard.last is not None and fact.deadline <= heard.last
            return replace(
                heard, running=running, missed=heard.missed if late else fact.due, result=newest
            )
        case HeartbeatUnheard():
            return replace(heard, running={}, result=newest)
    return heard  # a log


def due(heard: Heard, expected: Expected, since: int) -> int | None:
    """The instant (µs) at which the next signal is due for one who listens `since` then; None while nothing is."""
    before = heard.missed if heard.missed is not None else heard.last
    regular = [] if before is None else [max(before, since) + expected.interval]
    return min([*regular, *(at for at in heard.running.values() if at >= since)], default=None)


def missed(
    heard: Heard, facts: Iterable[HeartbeatFact], expected: Expected, *, since: int, until: int
) -> Iterator[HeartbeatMissed]:
    """What became overdue before `until` (µs), between facts in the order of their instants and after them."""
    for fact in facts:
        for each in _silence(heard, expected, since, min(fact.instant, until)):
            yield each
            heard = evolve(heard, each)
        heard = evolve(heard, fact)
    yield from _silence(heard, expected, since, until)


def _silence(heard: Heard, expected: Expected, since: int, until: int) -> Iterator[HeartbeatMissed]:
    """What became overdue before an instant (µs) at which the next signal came, or until which nothing did."""
    while (at := due(heard, expected, since)) is not None and at + expected.grace < until:
        found = HeartbeatMissed(
            due=at,
            deadline=at + expected.grace,
            since=max(since, heard.last or since),
            location=expected.location,
            validity_us=expected.silent,
        )
        yield found
        heard = evolve(heard, found)


def unheard(heard: Heard, expected: Expected, begin: int, end: int) -> Sequence[HeartbeatUnheard]:
    """What is to be said where nobody listened in `[begin, end)` (µs)."""
    if heard.result is not None:
        begin = max(begin, heard.result.at + 1)  # what was heard then was heard
    if not heard.speaking(begin) or begin >= end:
        return []
    if heard.missed is None and end - begin <= expected.grace:
        return []
    return [
        HeartbeatUnheard(
            begin=begin, end=end, location=expected.location, validity_us=expected.validity
        )
    ]
