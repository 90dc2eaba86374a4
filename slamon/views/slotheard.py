"""Slots of probes that report themselves: what was heard of one last, how long that speaks, and why it is bad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from sqlalchemy import Connection

from catalogue.instants import format_instant, parse_duration
from catalogue.questions import Heartbeat
from probes.outcome import Outcome
from slamon.ledger.store import Ledger
from slamon.sla.heartbeats import (
    PAUSE,
    SETTLED,
    START,
    Expected,
    HeartbeatFact,
    HeartbeatMissed,
    HeartbeatReceived,
    due,
    evolve,
    stream_of,
)
from slamon.sla.runs import DAY_US
from slamon.views.interpreting import validity_of
from slamon.views.origins import Origins
from slamon.views.promised import Promises
from slamon.views.slottold import BeatTold, Cause, SlotAt
from slamon.views.store import read_position

ENDS = frozenset({"success", "fail"})
SECOND_US = 1_000_000
UNITS = (("h", 3_600_000_000), ("min", 60_000_000), ("s", SECOND_US))


@dataclass(frozen=True)
class Told:
    """A fact and its position."""

    position: int
    fact: HeartbeatFact


def heard(
    connection: Connection, ledger: Ledger, held: Promises, probe: Heartbeat, instant: int
) -> Iterator[SlotAt]:
    """What was heard of a probe by an instant (µs), at every place where it was ever heard."""
    origins, upto = Origins(connection), read_position(connection)
    interval, grace = (parse_duration(each).exact() for each in (probe.interval, probe.grace))
    for place in origins.places(probe.id):
        begin = instant - validity_of(held, probe) - SETTLED - PAUSE + 1
        results = origins.chosen(probe.id, place, begin, instant + 1).results
        ear = Ear(ledger, Expected(probe.id, interval, grace, place), upto, instant)
        yield ear.told(results)


@dataclass(frozen=True)
class Ear:
    """What the ledger holds of one heartbeat up to a position, asked at an instant (µs)."""

    ledger: Ledger
    expected: Expected
    upto: int
    instant: int

    def told(self, results: Mapping[int, Outcome]) -> SlotAt:
        """What came of it, of all results that stand."""
        facts = self._since(self.instant - self.expected.silent)
        speaking = [each for each in facts if self._speaks(each.fact, results)]
        last = max(speaking, key=lambda each: each.fact.instant, default=None)
        beat = self._beat(facts, last)
        if last is None:
            says = "; ".join(filter(None, ("nothing that was heard of it speaks", _overdue(beat))))
            return self._at("silent", says, beat)
        outcome = results[last.fact.instant]
        cause, says = self._why(last.fact, outcome, beat)
        told = self._at(cause, says, beat)
        return told.model_copy(update={"outcome": outcome.name.lower(), "facts": (last.position,)})

    def _at(self, cause: Cause, says: str, beat: BeatTold) -> SlotAt:
        return SlotAt(
            location=self.expected.location, agent=None, cause=cause, says=says, heartbeat=beat
        )

    def _speaks(self, fact: HeartbeatFact, results: Mapping[int, Outcome]) -> bool:
        said = fact.result
        return said is not None and said.at in results and self.instant < said.at + said.validity_us

    def _why(self, fact: HeartbeatFact, outcome: Outcome, beat: BeatTold) -> tuple[Cause, str]:
        """The cause, and a sentence that says why the state is as it is."""
        said = fact.result
        if said is not None and said.outcome is not outcome:
            return "corrected", f"{_what(fact, beat)}; corrected to {outcome.name.lower()}"
        cause: Cause = "inconclusive" if outcome is Outcome.INCONCLUSIVE else "recorded"
        return cause, _what(fact, beat)

    def _beat(self, facts: list[Told], last: Told | None) -> BeatTold:
        """What is waited for, and what was heard, by the instant."""
        missed = last.fact if last and isinstance(last.fact, HeartbeatMissed) else None
        first = self._first(missed) if missed else None
        before = self._day(missed.since) if missed else []
        ends = [each for each in _ends([*before, *facts]) if each.at <= self.instant]
        end = max(ends, key=lambda each: each.at, default=None)
        state = reduce(evolve, (each.fact for each in facts), START)
        running = max(state.running.values(), default=None)
        next_due = due(state, self.expected, 0)
        late = None if next_due is None else next_due + self.expected.grace
        overdue = first.deadline if first else late if late and late < self.instant else None
        return BeatTold(
            interval_us=self.expected.interval,
            grace_us=self.expected.grace,
            last_end=_said(end.at if end else None),
            signal=end.signal if end else None,
            exit_status=end.exit_status if end else None,
            took_us=end.duration_us if end else None,
            output=end.output if end else None,
            output_bytes=end.output_bytes if end else 0,
            running_since=_said(running),
            due=_said(first.due if first else next_due),
            overdue_since=_said(overdue),
            begun=bool(first and self._begun(first.due)),
        )

    def _first(self, missed: HeartbeatMissed) -> HeartbeatMissed:
        """The fact that told first of the silence that another goes on with."""
        latest = min(missed.deadline, missed.since + self.expected.silent)
        for day in range(missed.since // DAY_US, latest // DAY_US + 1):
            for each in self._day(day * DAY_US):
                if isinstance(each.fact, HeartbeatMissed) and each.fact.since == missed.since:
                    return each.fact
        return missed

    def _begun(self, at: int) -> bool:
        """Whether a run began at an instant (µs)."""
        return any(
            isinstance(each.fact, HeartbeatReceived)
            and (each.fact.signal, each.fact.at) == ("start", at)
            for each in self._day(at)
        )

    def _since(self, begin: int) -> list[Told]:
        """What is told of the time from the day of an instant (µs) on, in its order."""
        days = range(begin // DAY_US, self.instant // DAY_US + 1)
        found = [each for day in days for each in self._day(day * DAY_US)]
        known = [each for each in found if each.fact.instant <= self.instant]
        return sorted(known, key=lambda each: each.fact.instant)

    def _day(self, at: int) -> list[Told]:
        stream = stream_of(self.expected.probe, at)
        return [
            Told(entry.position, entry.fact)
            for entry in self.ledger.stream(stream, upto=self.upto)
            if isinstance(entry.fact, HeartbeatFact)
            and entry.fact.location == self.expected.location
        ]


def _ends(facts: list[Told]) -> Iterator[HeartbeatReceived]:
    for each in facts:
        if isinstance(each.fact, HeartbeatReceived) and each.fact.signal in ENDS:
            yield each.fact


def _what(fact: HeartbeatFact, beat: BeatTold) -> str:
    """Say what a fact told, and why."""
    match fact:
        case HeartbeatReceived(signal="success"):
            return f"a run ended well at {format_instant(fact.at)}"
        case HeartbeatReceived():
            return _failed(fact)
        case HeartbeatMissed():
            return _overdue(beat) or "overdue"
    ends = (format_instant(fact.begin), format_instant(fact.end))
    return f"nobody could have heard it from {ends[0]} to {ends[1]}"


def _failed(fact: HeartbeatReceived) -> str:
    status = "" if fact.exit_status is None else f" with exit status {fact.exit_status}"
    output = f": {fact.output!r}" if fact.output else ""
    return f"a run reported failure at {format_instant(fact.at)}{status}{output}"


def _overdue(beat: BeatTold) -> str | None:
    """Say since when a run is overdue, if it is."""
    if beat.overdue_since is None:
        return None
    grace = length(beat.grace_us)
    if beat.begun:
        return (
            f"the run begun at {beat.due} has not ended; grace {grace}, "
            f"overdue since {beat.overdue_since}"
        )
    since = f"no end since {beat.last_end}" if beat.last_end else "no end was heard"
    return f"{since}; due {beat.due}, grace {grace}, overdue since {beat.overdue_since}"


def _said(instant: int | None) -> str | None:
    return None if instant is None else format_instant(instant)


def length(us: int) -> str:
    """Say a length (µs) in hours, minutes and seconds; below a second in ms."""
    if us < SECOND_US:
        return f"{us / 1_000:g} ms"
    said, rest = [], us
    for name, size in UNITS:
        count, rest = divmod(rest, size)
        said += [f"{count} {name}"] if count else []
    return " ".join(said)
