"""Conditions on time: how long a phase took, and how old something is that the target tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from probes.conditions.durations import duration_said
from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement

LAG_LIMIT = 5_000  # µs
TENTH = 10
MILLISECONDS_FROM = 10**11  # as seconds that would be the year 5138, as milliseconds it is 1973

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Phase = Annotated[
    str,
    StringConstraints(
        pattern=r"^(dns|connect|tls|first_byte|login|query|body|total|step\.[a-z0-9-]{1,40})$"
    ),
]
Within = Annotated[int, Field(gt=0, le=10**15)]


def is_suspect(lag: int, latency: int) -> bool:
    """Whether a latency (µs) is no evidence: our loop lagged by more than 5 ms and more than a tenth of it."""
    return lag > max(LAG_LIMIT, latency // TENTH)


class LatencyAtMost(Requirement):
    """A phase, or the whole attempt, took at most `most` µs; what our own delay may have made cannot be told."""

    field: Literal["latency"] = "latency"
    op: Literal["at_most"] = "at_most"
    phase: Phase = "total"
    most: Within
    severity: Literal["bad", "degraded"] = "degraded"

    def expectation(self) -> str:  # noqa: D102
        return f"latency {self.phase} is at most {duration_said(self.most)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        whole = reply.took if self.phase == "total" else None
        took = reply.phases.get(self.phase) if whole is None else whole
        if took is None:
            return False, f"there was no phase {self.phase}"
        if took > self.most and is_suspect(reply.lag, took):
            late = duration_said(reply.lag)
            return True, f"{duration_said(took)} cannot be told: this agent was late by {late}"
        return took <= self.most, duration_said(took)


def age_told(told: int, reply: Reply, within: int) -> tuple[bool, str]:
    """Say whether an instant (µs UTC) is at most `within` µs away; one as far ahead is a wrong clock's."""
    age = reply.at - told
    shown = duration_said(abs(age))
    return abs(age) <= within, f"{shown} old" if age >= 0 else f"{shown} ahead"


def instant_of(value: object) -> int | None:
    """Read an instant (µs UTC): ISO 8601 (UTC where it names no zone), or seconds or milliseconds since 1970."""
    if isinstance(value, str):
        return _written(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    size = number.copy_abs()  # unlike abs(), it never rounds, nor overflows
    unit = 1_000 if size >= MILLISECONDS_FROM else 1_000_000
    return int(number * unit) if size < MILLISECONDS_FROM * 1_000 else None


def _written(text: str) -> int | None:
    try:
        return micros(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        return None


def micros(told: datetime) -> int:
    """An instant in µs UTC; one without a zone is one of UTC."""
    aware = told if told.tzinfo else told.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)
