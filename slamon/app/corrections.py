"""Void or correct results: they are chosen by check, place and span, and the ledger keeps what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, cast

from catalogue.instants import format_instant
from probes.outcome import Outcome
from slamon.app import rows
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import ConflictError, Ledger, Write
from slamon.sla import corrections
from slamon.sla.corrections import Chosen, CorrectionError, CorrectionFact, Corrections, Held

SHOWN = 8


class Origins(Protocol):
    """What the views know of results."""

    def checks(self) -> tuple[str, ...]:
        """Every check that has results."""

    def places(self, check: str) -> tuple[str, ...]:
        """Every place at which a check has results."""

    def chosen(self, check: str, location: str, begin: int, end: int) -> Chosen:
        """The results in `[begin, end)` (µs), and the streams that may hold them."""


@dataclass(frozen=True)
class Selection:
    """Results to correct: of a check at a place (None: the only one it has) in `[begin, end)` (µs)."""

    check: str
    location: str | None
    begin: int
    end: int


@dataclass(frozen=True)
class Corrected:
    """How many results do not stand as before; `position` is None if there was none."""

    results: int
    streams: tuple[str, ...]
    position: int | None


def choose(origins: Origins, selection: Selection, *, now: int) -> Chosen:
    """Find the results that stand and are meant.

    Raises:
        Refused: the span is empty or has not come, the place is not named, or no result stands there.
        Unknown: there is no such check, or it has no results from there.

    """
    begin, end = selection.begin, selection.end
    said = f"from {format_instant(begin)} to {format_instant(end)}"
    if begin >= end:
        message = f"{said} there is no time: the span must end after it begins"
        raise Refused(message)
    if end > now:
        message = f"{format_instant(end)} has not come: end the span at {format_instant(now)} at the latest"
        raise Refused(message)
    location = _place(origins, selection)
    chosen = origins.chosen(selection.check, location, begin, end)
    if not chosen.results:
        message = f"{said} no result of {selection.check} at {location} stands; choose another span"
        raise Refused(message)
    return chosen


def _place(origins: Origins, selection: Selection) -> str:
    check, wanted = selection.check, selection.location
    places = origins.places(check)
    if not places:
        known = origins.checks()
        rest = ", …" if len(known) > SHOWN else ""
        message = f"no check {check!r} has results; {', '.join(known[:SHOWN]) or 'none'}{rest} have"
        raise Unknown(message)
    if wanted is None:
        if len(places) > 1:
            message = f"{check} has results from {', '.join(places)}; name one of them"
            raise Refused(message)
        return places[0]
    if wanted not in places:
        message = f"{check} has no results from {wanted!r}, but from {', '.join(places)}"
        raise Unknown(message)
    return wanted


def void(ledger: Ledger, chosen: Chosen, *, reason: str, actor: str) -> Corrected:
    """Take results away; repeated, it records nothing.

    Raises:
        Refused: no reason is given.
        ConflictError: somebody else corrected results of these days twice meanwhile.

    """

    def decide(state: Corrections, part: Sequence[Held]) -> Sequence[CorrectionFact]:
        return corrections.void(state, chosen, part, reason=reason)

    return _record(ledger, chosen, decide, actor=actor)


def correct(
    ledger: Ledger, chosen: Chosen, outcome: Outcome, *, reason: str, actor: str
) -> Corrected:
    """Give results another outcome; those that have it are left as they are.

    Raises:
        Refused: no reason is given, or a result was voided meanwhile.
        ConflictError: somebody else corrected results of these days twice meanwhile.

    """
    other = chosen.other_than(outcome)

    def decide(state: Corrections, part: Sequence[Held]) -> Sequence[CorrectionFact]:
        return corrections.correct(state, chosen, part, outcome=outcome, reason=reason)

    return _record(ledger, other, decide, actor=actor)


Decision = Callable[[Corrections, Sequence[Held]], Sequence[CorrectionFact]]


def _record(ledger: Ledger, chosen: Chosen, decide: Decision, *, actor: str) -> Corrected:
    found = rows.held(ledger, chosen)
    try:
        try:
            return _attempt(ledger, chosen, found, decide, actor)
        except ConflictError:
            return _attempt(ledger, chosen, found, decide, actor)
    except CorrectionError as wrong:
        raise Refused(str(wrong)) from None


def _attempt(
    ledger: Ledger, chosen: Chosen, found: Sequence[Held], decide: Decision, actor: str
) -> Corrected:
    writes: list[Write] = []
    count = 0

    def stream_of(row: Held) -> str:
        return corrections.stream_of(chosen.check, chosen.location, row.at)

    for stream, part in groupby(found, key=stream_of):
        before = [cast("CorrectionFact", entry.fact) for entry in ledger.stream(stream)]
        facts = decide(corrections.fold(before), list(part))
        count += sum(len(fact.at) for fact in facts)
        writes += [Write(stream, facts, len(before))] if facts else []
    position = ledger.append_all(writes, actor=actor)
    return Corrected(count, tuple(write.stream for write in writes), position)
