"""Corrections: results that do not stand any more, or stand with another outcome; what was recorded stays (rule P1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pydantic import model_validator

from catalogue.instants import format_instant
from probes.outcome import Outcome
from slamon.sla.counts import within
from slamon.sla.fact import Fact

ROWS_PER_FACT = 1_000

OutcomeWord = Literal["good", "degraded", "bad", "inconclusive"]


class CorrectionError(Exception):
    """Results cannot be corrected so; the message says what to change."""


class Held(NamedTuple):
    """A result and where it stands: stream, version in it (from 1), row of that fact (from 0); µs."""

    stream: str
    sequence: int
    row: int
    at: int
    latency_us: int | None


Place = tuple[str, int, int]
"""Stream, sequence and row: what a result is known by for ever."""


@dataclass(frozen=True)
class Chosen:
    """Results of a check at a place as they stand, by instant (µs), and the streams in which they were recorded.

    `position` is that of the ledger up to which they were looked up.
    """

    check: str
    location: str
    results: Mapping[int, Outcome]
    streams: tuple[str, ...]
    position: int

    def other_than(self, outcome: Outcome) -> Chosen:
        """Those of them that have another outcome."""
        rest = {at: found for at, found in self.results.items() if found is not outcome}
        return Chosen(self.check, self.location, rest, self.streams, self.position)


class _Referring(Fact):
    """Results of one check at one place, in columns of equal length, in order of time.

    Each is named by where it stands: `stream` indexes into `streams`, `sequence` is the version in that stream,
    `row` the place in that fact, from 0. `at` and `latency_us` repeat what stands there (µs), so that a fold needs no
    other fact. `position` is that of the ledger up to which the results were looked up.
    """

    check: str
    location: str
    reason: str
    position: int
    streams: tuple[str, ...]
    stream: tuple[int, ...]
    sequence: tuple[int, ...]
    row: tuple[int, ...]
    at: tuple[int, ...]
    latency_us: tuple[int | None, ...]

    @model_validator(mode="after")
    def _columns_are_filled_alike(self) -> _Referring:
        columns = (self.stream, self.sequence, self.row, self.at, self.latency_us)
        if len({len(column) for column in columns}) > 1 or not self.at:
            message = "columns of different length, or without a row"
            raise ValueError(message)
        return self

    @property
    def places(self) -> Iterator[Place]:
        """Where each result stands."""
        columns = zip(self.stream, self.sequence, self.row, strict=True)
        return ((self.streams[stream], sequence, row) for stream, sequence, row in columns)


class ObservationsVoided(_Referring):
    """Results do not stand any more; one recorded later at the same instant counts again."""

    @property
    def now(self) -> Mapping[int, Outcome | None]:
        """What stands at each instant (µs): nothing."""
        return dict.fromkeys(self.at)

    def within(self, bound: int) -> Mapping[int, Outcome | None]:
        """What stands for a promise that results take at most `bound` µs: nothing."""
        del bound
        return self.now


class ObservationsCorrected(_Referring):
    """Results stand with another outcome."""

    outcome: OutcomeWord

    @property
    def became(self) -> Outcome:
        """The outcome they stand with."""
        return Outcome[self.outcome.upper()]

    @property
    def now(self) -> Mapping[int, Outcome | None]:
        """What stands at each instant (µs)."""
        return dict.fromkeys(self.at, self.became)

    def within(self, bound: int) -> Mapping[int, Outcome | None]:
        """What stands for a promise that results take at most `bound` µs (§4.8)."""
        rows = zip(self.at, self.latency_us, strict=True)
        return {at: within(self.became, latency, bound) for at, latency in rows}


CorrectionFact = ObservationsVoided | ObservationsCorrected

Corrections = Mapping[Place, Outcome | None]
"""What results of a stream of corrections stand with; None: not at all."""

START: Corrections = {}


def stream_of(check: str, location: str, at: int) -> str:
    """Name the stream that holds the corrections of a result: those of its check and location on its UTC day."""
    return f"corrections:{check}:{location}:{format_instant(at)[:10]}"


def evolve(state: Corrections, fact: CorrectionFact) -> Corrections:
    """Give the state after a fact."""
    became = fact.became if isinstance(fact, ObservationsCorrected) else None
    return {**state, **dict.fromkeys(fact.places, became)}


def fold(facts: Iterable[CorrectionFact]) -> Corrections:
    """Give the state after all corrections of a stream."""
    state = START
    for fact in facts:
        state = evolve(state, fact)
    return state


def void(
    state: Corrections, chosen: Chosen, held: Sequence[Held], *, reason: str
) -> list[ObservationsVoided]:
    """Take results away (rule P1); what was voided before is not voided again.

    Raises:
        CorrectionError: no reason is given.

    """
    stated = _stated(reason)
    rows = [each for each in held if state.get(_place(each), Outcome.GOOD) is not None]
    return [ObservationsVoided(**_columns(chosen, part), reason=stated) for part in _parts(rows)]


def correct(
    state: Corrections, chosen: Chosen, held: Sequence[Held], *, outcome: Outcome, reason: str
) -> list[ObservationsCorrected]:
    """Give results another outcome; those that were corrected to it before are left as they are.

    Raises:
        CorrectionError: no reason is given, or a result was voided.

    """
    stated, word = _stated(reason), _WORDS[outcome]
    if any(state.get(_place(each), outcome) is None for each in held):
        raise CorrectionError("a voided result cannot be corrected; choose results that stand")
    rows = [each for each in held if state.get(_place(each)) is not outcome]
    return [
        ObservationsCorrected(**_columns(chosen, part), reason=stated, outcome=word)
        for part in _parts(rows)
    ]


_WORDS: Mapping[Outcome, OutcomeWord] = {
    Outcome.GOOD: "good",
    Outcome.DEGRADED: "degraded",
    Outcome.BAD: "bad",
    Outcome.INCONCLUSIVE: "inconclusive",
}


def _place(held: Held) -> Place:
    return held.stream, held.sequence, held.row


def _stated(reason: str) -> str:
    if not reason.strip():
        raise CorrectionError("a correction needs a reason")
    return reason.strip()


def _parts(rows: Sequence[Held]) -> Iterator[Sequence[Held]]:
    ordered = sorted(rows, key=lambda each: each.at)
    for start in range(0, len(ordered), ROWS_PER_FACT):
        yield ordered[start : start + ROWS_PER_FACT]


def _columns(chosen: Chosen, rows: Sequence[Held]) -> dict[str, Any]:
    streams = tuple(sorted({each.stream for each in rows}))
    return {
        "check": chosen.check,
        "location": chosen.location,
        "position": chosen.position,
        "streams": streams,
        "stream": tuple(streams.index(each.stream) for each in rows),
        "sequence": tuple(each.sequence for each in rows),
        "row": tuple(each.row for each in rows),
        "at": tuple(each.at for each in rows),
        "latency_us": tuple(each.latency_us for each in rows),
    }
