"""Examining: whether a batch is sound, so that it may count, and if not, why not."""

from __future__ import annotations

from datetime import date, timedelta

from catalogue.instants import format_instant
from probes.batch import BatchError, ObservationsRecorded
from probes.spec import AgentAssigned, ProbingInterrupted
from probes.stretches import runs
from slamon.sla.intake import Unsound
from slamon.sla.runs import DAY_US

EPOCH = date(1970, 1, 1)
CLOCKS_APART = 60_000_000  # µs; how far an agent's clock may run ahead of ours


class UnsoundError(Exception):
    """A batch may not count; `because` says of which kind the reason is."""

    def __init__(self, because: Unsound, reason: str) -> None:
        super().__init__(reason)
        self.because = because


def read(payload: bytes, day: str) -> ObservationsRecorded:
    """Read a batch of a UTC day.

    Raises:
        UnsoundError: the bytes are none, or it lies in another day.

    """
    try:
        batch = ObservationsRecorded.from_bytes(payload)
    except BatchError as wrong:
        raise UnsoundError("unreadable", str(wrong)) from None
    if {day_of(batch.begin), day_of(batch.end - 1)} != {day}:
        message = f"the batch [{batch.begin}, {batch.end}) µs does not lie within {day}"
        raise UnsoundError("other_day", message)
    return batch


def must_fit(batch: ObservationsRecorded, under: AgentAssigned, fingerprint: str | None) -> None:
    """Hold a batch against the assignment it names; `fingerprint` is that of the one it was made under.

    Raises:
        UnsoundError: it was made under another, or it describes rows it cannot have.

    """
    if fingerprint not in (None, under.fingerprint):
        message = (
            f"the batch was made under another assignment {under.version} than this ledger has"
        )
        raise UnsoundError("other_assignment", message)
    try:
        runs(batch, under)
        described = {len(batch.buckets), len(batch.latency), len(batch.lateness)}
        strange = any(not 0 <= row < batch.rows for row in batch.evidence)
    except BatchError as wrong:
        raise UnsoundError("unreadable", str(wrong)) from None
    if described != {batch.rows} or strange:
        # A fact is never taken back: what pages will read of it later must be readable now.
        raise UnsoundError("unreadable", "the batch describes rows that it does not have")


def must_be_past(batch: ObservationsRecorded, now: int) -> None:
    """Hold a batch against the instant at which it was received (µs).

    Raises:
        UnsoundError: it tells of what had not happened yet.

    """
    # An attempt may have started after the span in which it was due: its edge says when.
    newest = max((edge.at for edge in batch.edges), default=batch.begin)
    for what, until in (("ends", batch.end), ("tells of an attempt", newest)):
        if until > now + CLOCKS_APART:
            said, received = _said(until), format_instant(now)
            message = (
                f"the batch {what} at {said}, which had not come when it was received at {received}"
                ": set the clock of the agent's machine, or of this one"
            )
            raise UnsoundError("future", message)


def must_be_over(gap: ProbingInterrupted, now: int) -> None:
    """Hold an interruption against the instant at which it was reported (µs).

    Raises:
        UnsoundError: it lasts into what has not come yet, of which nobody knows.

    """
    if gap.to > now + CLOCKS_APART:
        message = (
            f"the interruption lasts until {_said(gap.to)}, which had not come when it was reported at"
            f" {format_instant(now)}: report it when it is over, or set the clock of the agent's machine"
        )
        raise UnsoundError("future", message)


def day_of(instant: int) -> str | None:
    """The UTC day of an instant; None beyond the calendar."""
    try:
        return (EPOCH + timedelta(days=instant // DAY_US)).isoformat()
    except OverflowError:
        return None


def is_day(text: str) -> bool:
    """Whether a text is a date of the calendar."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _said(instant: int) -> str:
    return format_instant(instant) if day_of(instant) else f"{instant} µs"
