"""The clock watch: notices when the agent stood still, when its machine slept, and when its clock was set."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

LIMIT = 1_000_000  # µs; what is shorter is lateness, which each row tells of itself
TICK = 0.1
SECOND = 1_000_000


class Elapsed(NamedTuple):
    """Time (µs) since the machine started: all of it, and without the time it slept."""

    all: int
    awake: int


def elapsed() -> Elapsed:
    """Read the clocks that nobody can set."""
    awake = time.monotonic_ns() // 1000
    if hasattr(time, "CLOCK_BOOTTIME"):
        return Elapsed(time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000, awake)
    return Elapsed(awake, awake)


@dataclass(frozen=True, eq=False)
class Disturbance:
    """From `begin` to `end` (µs UTC, as the wall clock said before and after) time did not run as it should.

    The agent did nothing for `still` µs, of which its machine slept for `slept`; the wall clock went `stepped` µs
    further than the time that passed (negative: back).
    """

    begin: int
    end: int
    still: int
    slept: int
    stepped: int

    @property
    def text(self) -> str:
        """What happened, in words."""
        said = []
        if self.slept > LIMIT:
            said.append(f"the machine slept for {_seconds(self.slept)}")
        elif self.still > LIMIT:
            said.append(f"the agent stood still for {_seconds(self.still)}")
        if abs(self.stepped) > LIMIT:
            way = "forward" if self.stepped > 0 else "back"
            said.append(f"its clock was set {way} by {_seconds(abs(self.stepped))}")
        return " and ".join(said)


class ClockWatch:
    """Compares its looks at the clocks with each other; `run` makes sure that they are frequent.

    `found` is the newest disturbance. `tell` is called with each, before anything else reads the clock.
    """

    def __init__(
        self,
        clock: Callable[[], int],
        tell: Callable[[Disturbance], None],
        passing: Callable[[], Elapsed] = elapsed,
    ) -> None:
        self._clock = clock
        self._tell = tell
        self._passing = passing
        self._seen: tuple[int, Elapsed] | None = None
        self._ended = False
        self.found: Disturbance | None = None
        self.lag = 0
        self.longest_lag = 0

    def now(self) -> int:
        """Return the present instant (µs UTC) after a look at what happened since the last one."""
        now, passed = self._clock(), self._passing()
        before, self._seen = self._seen, (now, passed)
        if before is not None and not self._ended:
            self._compare(*before, now, passed)
        return now

    def _compare(self, wall: int, then: Elapsed, now: int, passed: Elapsed) -> None:
        still = passed.all - then.all
        slept = still - (passed.awake - then.awake)
        stepped = now - wall - still
        if still > LIMIT or abs(stepped) > LIMIT:
            self.found = Disturbance(wall, now, still, slept, stepped)
            self._tell(self.found)

    async def run(self) -> None:
        """Look every 100 ms until cancelled, and measure by how many µs the loop is behind."""
        while True:
            before = time.perf_counter_ns()
            await asyncio.sleep(TICK)
            self.lag = max(0, (time.perf_counter_ns() - before) // 1000 - int(TICK * SECOND))
            self.longest_lag = max(self.longest_lag, self.lag)
            self.now()

    def took_longest(self) -> int:
        """Return the longest lag (µs) since this was asked last."""
        longest, self.longest_lag = self.longest_lag, 0
        return longest

    def end(self) -> None:
        """Notice nothing any more: nobody looks often enough from now on."""
        self._ended = True


def _seconds(microseconds: int) -> str:
    return f"{microseconds / SECOND:.1f}".removesuffix(".0") + " s"
