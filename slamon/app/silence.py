"""Who listens to heartbeats: what is overdue is recorded once, and so is a time in which nobody could be heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from slamon.app.heartbeats import record
from slamon.app.program import ITSELF
from slamon.ledger.store import Ledger
from slamon.sla.heartbeats import (
    PAUSE,
    SETTLED,
    START,
    Expected,
    Heard,
    HeartbeatFact,
    HeartbeatMissed,
    HeartbeatReceived,
    HeartbeatUnheard,
    evolve,
    missed,
    stream_of,
    unheard,
)
from slamon.sla.runs import DAY_US

Newest = Callable[[str], int | None]
"""The instant (µs) of the newest result of a probe; None where there is none."""


@dataclass
class Track:
    """What one probe was heard to say, read on from where it was read before, by one who listens `since` then (µs)."""

    expected: Expected
    since: int
    heard: Heard = START
    _versions: dict[int, int] = field(default_factory=dict)

    def news(self, ledger: Ledger, newest: int | None, now: int) -> list[HeartbeatFact]:
        """Facts that were not read yet, in the order of their instants; the first time from the newest result on."""
        today = now // DAY_US
        begin = today - 1  # what came before midnight may be recorded after it
        if not self._versions and newest is not None:
            begin = min(begin, newest // DAY_US)
        found: list[HeartbeatFact] = []
        versions: dict[int, int] = {}
        for day in range(begin, today + 1):
            stream = stream_of(self.expected.probe, day * DAY_US)
            versions[day] = self._versions.get(day, 0)
            for entry in ledger.stream(stream, after=versions[day]):
                versions[day] = entry.version
                if isinstance(entry.fact, HeartbeatReceived | HeartbeatMissed | HeartbeatUnheard):
                    found.append(entry.fact)
        self._versions = versions
        return sorted(found, key=_instant)

    def take(self, facts: Iterable[HeartbeatFact]) -> None:
        """Take facts in, in the order of their instants."""
        for fact in sorted(facts, key=_instant):
            self.heard = evolve(self.heard, fact)


def _instant(fact: HeartbeatFact) -> int:
    return fact.instant


@dataclass
class Listener:
    """Listens for the heartbeats that are expected; `life` is the last instant (µs) at which somebody did before.

    A look that fails counts as none: after it, and after a pause of the process, nobody has listened meanwhile.
    What is expected anew, or otherwise than before, is waited for as if nobody had listened until then.
    """

    ledger: Ledger
    expected: Callable[[], Sequence[Expected]]
    newest: Newest
    life: int
    _began: bool = False
    _tracks: dict[str, Track] = field(default_factory=dict)

    def look(self, now: int) -> int:
        """Record what became overdue by now (µs), and what could not be heard; how many facts that were."""
        deaf = not self._began or now - self.life > PAUSE
        expected = self.expected()
        count = sum(self._look_at(each, now, deaf=deaf) for each in expected)
        self._tracks = {each.probe: self._tracks[each.probe] for each in expected}
        self.life, self._began = now, True
        return count

    def _look_at(self, expected: Expected, now: int, *, deaf: bool) -> int:
        track = self._track(expected, now)
        news = track.news(self.ledger, self.newest(expected.probe), now)
        found: list[HeartbeatFact] = []
        if deaf:
            track.since = now
            track.take(fact for fact in news if fact.instant <= self.life)
            news = [fact for fact in news if fact.instant > self.life]
            found += unheard(track.heard, expected, self.life, now)
        upto = now - SETTLED
        found += missed(track.heard, news, expected, since=track.since, until=upto)
        for fact in found:
            record(self.ledger, stream_of(expected.probe, fact.instant), fact, actor=ITSELF)
        track.take([*news, *found])
        return len(found)

    def _track(self, expected: Expected, now: int) -> Track:
        track = self._tracks.get(expected.probe)
        if track is None:
            track = self._tracks[expected.probe] = Track(expected, now)
        elif track.expected != expected:
            track.expected, track.since = expected, now
        return track
