"""`/metrics` of a large fleet: the text as Prometheus scrapes it, and the answer of the read side it is made from.

Measured: rendering the standing of all services with ten series or more each, burn rates and thresholds included, as
at every scrape; and the overview computed anew, as after new results. Baseline of the first: the library's own
`generate_latest` on the same families; of the second: the same fleet a tenth as large, times ten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date

from prometheus_client import Metric, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from benchmarks.figure import Figure, alternating, seconds
from benchmarks.fleet import NOW, Fleet, fleet
from slamon.metrics import Standing, render

BEGIN = date(2026, 5, 1)
TENTH = 10


class _Families(Collector):
    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def collect(self) -> Iterator[Metric]:
        return self._standing.collect()


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Milliseconds to render the metrics, and to compute what they tell."""
    services, rounds = (100, 2) if short else (1_000, 5)
    with ExitStack() as opened:
        large = opened.enter_context(fleet(services, BEGIN))
        small = opened.enter_context(fleet(services // TENTH, BEGIN))
        return [_rendered(large, services, rounds), _computed(large, small, services, rounds)]


def _rendered(asked: Fleet, services: int, rounds: int) -> Figure:
    reading = asked.reading()
    standing = Standing("0", reading.overview(NOW), (), reading.breaches(None))
    registry = CollectorRegistry()
    registry.register(_Families(standing))
    ours, theirs = alternating(
        2 * rounds,
        lambda: seconds(lambda: render(standing)) * 1000,
        lambda: seconds(lambda: generate_latest(registry)) * 1000,
    )
    return Figure(f"metrics of {services} services rendered", ours, "ms", theirs)


def _computed(large: Fleet, small: Fleet, services: int, rounds: int) -> Figure:
    ours, tenth = alternating(
        rounds,
        lambda: seconds(lambda: large.reading().overview(NOW)) * 1000,
        lambda: seconds(lambda: small.reading().overview(NOW)) * 1000 * TENTH,
    )
    return Figure(f"overview of {services} services computed anew", ours, "ms", tenth)
