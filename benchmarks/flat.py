"""One objective-month asked of the views of small and large fleets, with short and long histories.

Measured: the whole answer of `slamon judge` for a month that is over, from the kept figures of its days and the runs
around its outages, per objective; asked over and over of agreements of ten objectives each, the promises already read.
Baseline: the same question to a fleet a hundredth as large, or with a history of one month. A ratio near 1 is flat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from itertools import cycle, islice

from benchmarks.figure import Figure, alternating, seconds
from benchmarks.fleet import NOW, Fleet, fleet
from benchmarks.promises import PER_AGREEMENT

MONTH, SPRING = date(2026, 5, 1), date(2026, 4, 1)
YEAR, DECADE = date(2025, 5, 1), date(2016, 5, 1)
LABEL = "2026-05"
QUESTIONS = 20


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Milliseconds for one objective-month in each of two pairs of fleets."""
    large, rounds = (20, 2) if short else (1_000, 9)
    year, decade = (SPRING, SPRING) if short else (YEAR, DECADE)
    with ExitStack() as opened:
        few, many, brief, long = (
            opened.enter_context(fleet(services, begin))
            for services, begin in ((10, year), (large, year), (10, MONTH), (10, decade))
        )
        return [
            _figure(f"objective-month of {large} services, 10 as baseline", rounds, many, few),
            _figure(
                f"objective-month since {decade}, since {MONTH} as baseline", rounds, long, brief
            ),
        ]


def _figure(name: str, rounds: int, ours: Fleet, baseline: Fleet) -> Figure:
    value, other = alternating(rounds, lambda: _asked(ours), lambda: _asked(baseline))
    return Figure(name, value, "ms", other)


def _asked(asked: Fleet) -> float:
    """Milliseconds for an objective-month."""
    questions = list(islice(_agreements(asked.agreements), QUESTIONS))
    reading = asked.reading()
    reading.judge(questions[0], LABEL, NOW)  # reads the promises of this store

    def answer() -> None:
        for agreement in questions:
            reading.judge(agreement, LABEL, NOW)

    return seconds(answer) * 1000 / (QUESTIONS * PER_AGREEMENT)


def _agreements(known: Sequence[str]) -> Iterator[str]:
    """Agreements all over the fleet, none favoured."""
    step = max(1, len(known) // QUESTIONS)
    return cycle(known[::step])
