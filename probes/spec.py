"""What an agent is told to ask: probes, their timing, and the assignment that names them."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from probes.specs.certificates import TlsSpec
from probes.specs.databases import MysqlSpec, PostgresqlSpec
from probes.specs.echoes import IcmpSpec
from probes.specs.harvest import HarvestSpec
from probes.specs.lines import TcpSpec
from probes.specs.maps import WfsSpec, WmsSpec
from probes.specs.names import DnsSpec
from probes.specs.steps import StepsSpec
from probes.specs.web import HttpSpec
from probes.specs.wire import Microseconds, Wire

LATENESS_CAP = 5_000_000
HOUR = 3_600_000_000
INSTANT_LIMIT = 2**62

CALENDAR_END = 253_402_300_800_000_000  # the year 10000 cannot be written as a date

Instant = Annotated[int, Field(ge=0, lt=CALENDAR_END)]


ProbeSpec = Annotated[
    HttpSpec
    | TcpSpec
    | DnsSpec
    | TlsSpec
    | IcmpSpec
    | StepsSpec
    | PostgresqlSpec
    | MysqlSpec
    | HarvestSpec
    | WmsSpec
    | WfsSpec,
    Field(discriminator="kind"),
]


class Segment(Wire):
    """A span `[from, to)` (null: open) in which the probe is due every `interval` µs."""

    from_: int | None = Field(default=None, alias="from")
    to: int | None = None
    interval: Microseconds

    @property
    def begin(self) -> int:
        """The first instant, however far back."""
        return -INSTANT_LIMIT if self.from_ is None else self.from_

    @property
    def end(self) -> int:
        """The instant it ends before, however far ahead."""
        return INSTANT_LIMIT if self.to is None else self.to

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.begin >= self.end:
            message = "a segment must begin before it ends"
            raise ValueError(message)
        return self


def phase_of(probe_id: str, interval: int) -> int:
    """Spread probes over their interval: a phase in µs that depends on the id only."""
    digest = hashlib.blake2b(probe_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % interval


def allowed_lateness(interval: int) -> int:
    """How many µs after its due instant an attempt may start (judging rule P2)."""
    return min(interval // 10, LATENESS_CAP)


class AssignedProbe(Wire):
    """One probe of an assignment and when it is due: at t ≡ phase modulo the segment's interval."""

    probe: str
    service: str | None = None
    control: bool = False
    spec: ProbeSpec
    phase: Annotated[int, Field(ge=0)]
    segments: tuple[Segment, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _can_be_planned(self) -> Self:
        if self.phase >= self.segments[0].interval:
            message = "the phase must be shorter than the first interval"
            raise ValueError(message)
        if any(a.end > b.begin for a, b in pairwise(self.segments)):
            message = "segments must follow each other without overlap"
            raise ValueError(message)
        if any(self.spec.timeout > each.interval for each in self.segments):
            message = "the timeout must not exceed the interval"
            raise ValueError(message)
        return self

    @cached_property
    def _spans(self) -> tuple[tuple[int, int, int], ...]:
        return tuple((each.begin, each.end, each.interval) for each in self.segments)

    def progressions(self, begin: int, end: int) -> list[tuple[int, int, int]]:
        """List (first due, step, count) of the slots in `[begin, end)`, one per segment, in order."""
        phase, found = self.phase, []
        for since, until, interval in self._spans:
            # Asked for every probe of every batch: a call of max() and min() would cost more than all the rest.
            low = begin if begin > since else since  # noqa: FURB136
            high = end if end < until else until  # noqa: FURB136
            first = low + (phase - low) % interval
            if first < high:
                found.append((first, interval, -((first - high) // interval)))
        return found

    def slots(self, begin: int, end: int) -> Iterator[int]:
        """Yield the due instants in `[begin, end)` in order."""
        for first, step, count in self.progressions(begin, end):
            yield from range(first, first + step * count, step)

    def interval_at(self, instant: int) -> int | None:
        """Return the interval in force in µs, or None outside all segments."""
        for since, until, interval in self._spans:
            if since <= instant < until:
                return interval
        return None

    def validity(self, interval: int) -> int:
        """How many µs a result speaks for: interval + timeout + allowed lateness (rule P2)."""
        return interval + self.spec.timeout + allowed_lateness(interval)


class AgentAssigned(Wire):
    """A version of an agent's probe list (fact); the place of a probe in it is its index in batches."""

    version: Annotated[int, Field(ge=1, lt=2**32)]
    location: str
    simulated: bool = False
    probes: tuple[AssignedProbe, ...]

    @model_validator(mode="after")
    def _names_each_probe_once(self) -> Self:
        if len({each.probe for each in self.probes}) != len(self.probes):
            message = "an assignment names each probe once"
            raise ValueError(message)
        return self

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 in hex of what says which row of a batch is whose: equal for all that give a batch one meaning."""
        said = [
            self.location,
            self.simulated,
            *(
                [
                    each.probe,
                    each.phase,
                    each.spec.timeout,
                    [[s.from_, s.to, s.interval] for s in each.segments],
                ]
                for each in self.probes
            ),
        ]
        text = json.dumps(said, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(f"{self.version} {text}".encode()).hexdigest()

    def plan(self, begin: int, end: int) -> list[tuple[int, int]]:
        """List (due, probe index) of all slots in `[begin, end)`, in plan order."""
        found: list[tuple[int, int]] = []
        for (since, until, interval), phases in self._cadences.items():
            low, high = max(begin, since), min(end, until)
            # A batch is short and a list of probes long: only those are looked at that are due in it.
            for cycle in range(low - low % interval, high, interval):
                first = bisect_left(phases, (low - cycle,))
                last = bisect_left(phases, (high - cycle,))
                found += [(cycle + phase, index) for phase, index in phases[first:last]]
        return sorted(found)

    @cached_property
    def slots_an_hour(self) -> int:
        """How many slots an hour has at most, all segments taken together."""
        return sum(HOUR // s.interval for each in self.probes for s in each.segments)

    @cached_property
    def _cadences(self) -> dict[tuple[int, int, int], list[tuple[int, int]]]:
        """By segment, the probes that have it: (phase within its interval, index), in order of their phases."""
        found: defaultdict[tuple[int, int, int], list[tuple[int, int]]] = defaultdict(list)
        for index, each in enumerate(self.probes):
            for segment in each.segments:
                key = (segment.begin, segment.end, segment.interval)
                found[key].append((each.phase % segment.interval, index))
        return {key: sorted(phases) for key, phases in found.items()}


class ProbingInterrupted(Wire):
    """The agent did not probe in `[from, to)` (fact): its missing slots are explained, not guessed."""

    from_: Instant = Field(alias="from")
    to: Instant
    reason: Annotated[str, StringConstraints(max_length=500)]

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.from_ >= self.to:
            message = "an interruption must begin before it ends"
            raise ValueError(message)
        return self
