"""A figure that was reached, and how it and its baseline are timed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """What was reached and what the baseline of the same run reached, in the same unit."""

    name: str
    value: float
    unit: str
    baseline: float

    @property
    def ratio(self) -> float:
        """Value by baseline: of a rate more is better, of a time or a size less is."""
        return self.value / self.baseline

    def line(self) -> str:
        """One line of JSON, numbers to four digits."""
        exact = {**asdict(self), "ratio": self.ratio}
        return json.dumps({key: _four_digits(value) for key, value in exact.items()})


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    begin = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begin) / 1e9


def alternating(
    rounds: int, ours: Callable[[], float], baseline: Callable[[], float]
) -> list[float]:
    """Run both in turn, so that a slow minute of the machine hits both; the median of each."""
    measured: Sequence[tuple[float, float]] = [(ours(), baseline()) for _ in range(rounds)]
    return [median(column) for column in zip(*measured, strict=True)]


def _four_digits(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value
