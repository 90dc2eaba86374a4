"""Agents: what each is told to ask, and what it hands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from catalogue.instants import format_instant
from probes.batch import BatchError, ObservationsRecorded
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted
from probes.stretches import runs
from slamon.ledger.store import ConflictError, Ledger
from slamon.sla.runs import DAY_US

EPOCH = date(1970, 1, 1)
CLOCKS_APART = 60_000_000  # µs; how far an agent's clock may run ahead of ours


class BatchRefusedError(Exception):
    """A batch cannot be taken in; nothing of it was recorded."""


class BatchConflictError(BatchRefusedError):
    """Another batch stands under the same number: two spools or a changed history."""


class BatchOutOfOrderError(BatchRefusedError):
    """Batches before this one are not in the ledger yet; `expected` is the next sequence."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"batch {expected} comes first")
        self.expected = expected


@dataclass(frozen=True)
class Taken:
    """A batch stands in the ledger at this position, now or since an earlier delivery."""

    sequence: int
    position: int


def assignment(ledger: Ledger, agent: str, version: int | None = None) -> AgentAssigned | None:
    """A version of an agent's probe list, the newest if none is named; None where there is none."""
    stream = f"assignment:{agent}"
    wanted = ledger.version(stream) if version is None else version
    for entry in ledger.stream(stream, after=wanted - 1):
        if entry.version == wanted and isinstance(entry.fact, AgentAssigned):
            return entry.fact
    return None


def assign(
    ledger: Ledger,
    agent: str,
    probes: Sequence[AssignedProbe],
    *,
    location: str,
    actor: str,
    simulated: bool = False,
) -> AgentAssigned:
    """Give an agent a probe list; the same list again changes nothing."""
    current = assignment(ledger, agent)
    wanted = AgentAssigned(
        version=current.version + 1 if current else 1,
        location=location,
        simulated=simulated,
        probes=tuple(probes),
    )
    if current and current == wanted.model_copy(update={"version": current.version}):
        return current
    ledger.append(f"assignment:{agent}", [wanted], after=wanted.version - 1, actor=actor)
    return wanted


def take_batch(
    ledger: Ledger, agent: str, spool: str, day: str, sequence: int, payload: bytes, *, now: int
) -> Taken:
    """Record a batch under its number; the same bytes again are a resend and change nothing.

    `now` is the instant (µs) at which it was received.

    Raises:
        BatchOutOfOrderError: an earlier batch of that day is missing.
        BatchConflictError: other content was recorded under this number.
        BatchRefusedError: the bytes are no batch of this agent's assignment, it tells of what has not
            happened yet, or of a span that the batch before it has told of.

    """
    stream = f"observations:{agent}:{spool}:{day}"
    version = ledger.version(stream)
    if sequence <= version:
        return _resent(ledger, stream, sequence, payload)
    if sequence > version + 1:
        raise BatchOutOfOrderError(version + 1)
    batch = _checked(ledger, agent, day, payload)
    _refuse_future(batch, now)
    _refuse_overlap(batch, ledger, stream, version)
    try:
        position = ledger.append(stream, [batch], after=version, actor=f"agent:{agent}")
    except ConflictError:
        return _resent(ledger, stream, sequence, payload)
    return Taken(sequence, position or 0)


def _checked(ledger: Ledger, agent: str, day: str, payload: bytes) -> ObservationsRecorded:
    try:
        batch = ObservationsRecorded.from_bytes(payload)
        _refuse_other_days(batch, day)
        under = assignment(ledger, agent, batch.assignment)
        if under is None:
            message = f"agent {agent} has no assignment {batch.assignment}"
            raise BatchRefusedError(message)
        runs(batch, under)
        _refuse_unreadable_rows(batch)
    except BatchError as wrong:
        raise BatchRefusedError(str(wrong)) from None
    return batch


def _refuse_other_days(batch: ObservationsRecorded, day: str) -> None:
    if {_day_of(batch.begin), _day_of(batch.end - 1)} != {day}:
        message = f"the batch [{batch.begin}, {batch.end}) µs does not lie within {day}"
        raise BatchRefusedError(message)


def _refuse_future(batch: ObservationsRecorded, now: int) -> None:
    # An attempt may have started after the span in which it was due: its edge says when.
    for what, until in (("ends", batch.end), ("tells of an attempt", _newest_edge(batch))):
        if until > now + CLOCKS_APART:
            said, received = _said(until), format_instant(now)
            message = (
                f"the batch {what} at {said}, which had not come when it was received at {received}"
            )
            raise BatchRefusedError(
                f"{message}: set the clock of the agent's machine, or of this one"
            )


def _newest_edge(batch: ObservationsRecorded) -> int:
    return max((edge.at for edge in batch.edges), default=batch.begin)


def _said(instant: int) -> str:
    return format_instant(instant) if _day_of(instant) else f"{instant} µs"


def _refuse_overlap(batch: ObservationsRecorded, ledger: Ledger, stream: str, version: int) -> None:
    for entry in ledger.stream(stream, after=version - 1):
        before = entry.fact
        if isinstance(before, ObservationsRecorded) and before.end > batch.begin:
            message = f"the batch begins before the end of number {entry.version}"
            raise BatchRefusedError(message)


def _day_of(instant: int) -> str | None:
    """The UTC day of an instant; None beyond the calendar."""
    try:
        return (EPOCH + timedelta(days=instant // DAY_US)).isoformat()
    except OverflowError:
        return None


def _refuse_unreadable_rows(batch: ObservationsRecorded) -> None:
    """A fact is never taken back: what pages will read of it later must be readable now."""
    described = {len(batch.buckets), len(batch.latency), len(batch.lateness)}
    if described != {batch.rows} or any(row >= batch.rows for row in batch.evidence):
        message = "the batch describes rows that it does not have"
        raise BatchRefusedError(message)


def _resent(ledger: Ledger, stream: str, sequence: int, payload: bytes) -> Taken:
    entry = next(ledger.stream(stream, after=sequence - 1))
    if sha256(entry.payload).digest() != sha256(payload).digest():
        message = f"{stream} number {sequence} holds other content"
        raise BatchConflictError(message)
    return Taken(sequence, entry.position)


def interrupted(ledger: Ledger, agent: str, gap: ProbingInterrupted) -> None:
    """Record why an agent did not probe; once per gap."""
    stream = f"interruptions:{agent}"
    known = [entry.fact for entry in ledger.stream(stream)]
    if gap not in known:
        ledger.append(stream, [gap], after=ledger.version(stream), actor=f"agent:{agent}")
