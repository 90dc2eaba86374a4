"""Health: what an agent tells of itself, so that nobody takes its own troubles for those of a target."""

from __future__ import annotations

from bisect import bisect_left
from typing import Annotated, Self

from pydantic import Field, model_validator

from probes.specs.wire import Wire

# µs; the start lateness of a slot is counted under the first bound that it does not exceed.
BOUNDS = (
    *(1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000),
    *(1_000_000, 2_500_000, 5_000_000),
)

Count = Annotated[int, Field(ge=0, lt=2**62)]
Offset = Annotated[int, Field(gt=-(2**62), lt=2**62)]


class LatenessCounted(Wire):
    """How late attempts began since the agent did: `upto[n]` of them by at most `BOUNDS[n]`; `total` in µs."""

    upto: tuple[Count, ...] = Field(min_length=len(BOUNDS), max_length=len(BOUNDS))
    count: Count
    total: Count

    @model_validator(mode="after")
    def _is_cumulative(self) -> Self:
        if sorted(self.upto) != list(self.upto) or self.upto[-1] > self.count:
            message = "each bound counts what the ones before it do"
            raise ValueError(message)
        return self

    def at_most(self, percent: int) -> int | None:
        """The bound (µs) by which so many percent had begun; None where none says so, or nothing began."""
        if not self.count:
            return None
        counted = zip(BOUNDS, self.upto, strict=True)
        return next((b for b, upto in counted if 100 * upto >= percent * self.count), None)


class AgentHealth(Wire):
    """How an agent is: its loop's lag, what it has not delivered, its spool in bytes, its clock (all times in µs).

    `longest_lag` is that since the last report; `clock_ahead` is None while the centre has not been heard.
    """

    lateness: LatenessCounted
    lag: Count
    longest_lag: Count
    undelivered: Count
    spool_bytes: Count
    clock_ahead: Offset | None = None


class Lateness:
    """Counts how late attempts began."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS) + 1)
        self._total = 0

    def note(self, late: int) -> None:
        """Count an attempt that began so many µs after it was due."""
        self._counts[bisect_left(BOUNDS, max(0, late))] += 1
        self._total += max(0, late)

    def counted(self) -> LatenessCounted:
        """What was counted so far."""
        upto, so_far = [], 0
        for count in self._counts:
            so_far += count
            upto.append(so_far)
        return LatenessCounted(upto=tuple(upto[:-1]), count=so_far, total=self._total)
