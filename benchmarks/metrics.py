"""`/metrics` of a large fleet: the text as Prometheus scrapes it, and the answer of the read side it is made from.

Measured: rendering the standing of all services with ten series or more each, burn rates and thresholds included, as
after each new overview; the overview computed anew, as after new results; and whole scrapes, five a second, while facts
arrive and are folded. Baseline of the first: the library's own `generate_latest` on the same families, read from that
text before; of the second: the same fleet a tenth as large, times ten; of the third: scrapes while nothing arrives.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from statistics import median

from prometheus_client import Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector, CollectorRegistry

from benchmarks.figure import Figure, alternating, seconds
from benchmarks.fleet import NOW, Fleet, fleet
from probes.spec import ProbingInterrupted
from slamon.cli.scraping import Scrape
from slamon.cli.sharing import share_the_interpreter
from slamon.ledger.store import Ledger
from slamon.metrics import Standing, render
from slamon.views.fold import Folder
from slamon.views.following import Pulse
from slamon.views.reading import Reading
from slamon.views.store import ViewStore

BEGIN = date(2026, 5, 1)
TENTH = 10
SCRAPE_EVERY = ARRIVE_EVERY = 0.2  # s


class _Families(Collector):
    def __init__(self, text: bytes) -> None:
        self._families = tuple(text_string_to_metric_families(text.decode()))

    def collect(self) -> Iterator[Metric]:
        return iter(self._families)


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Milliseconds to render the metrics, and to compute what they tell."""
    services, rounds = (100, 2) if short else (1_000, 5)
    with ExitStack() as opened:
        large = opened.enter_context(fleet(services, BEGIN))
        small = opened.enter_context(fleet(services // TENTH, BEGIN))
        return [
            _rendered(large, services, rounds),
            _computed(large, small, services, rounds),
            *_scraped(large, services, 2.0 if short else 20.0),
        ]


def _rendered(asked: Fleet, services: int, rounds: int) -> Figure:
    reading = asked.reading()
    probes, breaches = reading.probes(NOW), reading.breaches(None)
    standing = Standing("0", reading.overview(NOW), probes, breaches)
    registry = CollectorRegistry()
    registry.register(_Families(render(standing)))
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


@dataclass
class _House:
    """What a scrape tells of."""

    reading: Reading
    ledger: Ledger
    store: ViewStore


def _scraped(asked: Fleet, services: int, duration: float) -> list[Figure]:
    house = _House(asked.reading(), asked.ledger, asked.store)
    scrape = Scrape(house, lambda: Pulse("folding"))
    scrape.text(NOW)
    share_the_interpreter()
    still = _scrapes(scrape, duration)
    arriving = threading.Event()
    thread = threading.Thread(target=_arrive, args=(asked, arriving))
    thread.start()
    busy = _scrapes(scrape, duration)
    arriving.set()
    thread.join()
    what = f"metrics of {services} services scraped while facts arrive"
    return [
        Figure(f"{what}, median", median(busy), "ms", median(still)),
        Figure(f"{what}, worst of {len(busy)}", max(busy), "ms", max(still)),
    ]


def _scrapes(scrape: Scrape, duration: float) -> list[float]:
    took = []
    end = time.monotonic() + duration
    while time.monotonic() < end:
        took.append(seconds(lambda: scrape.text(NOW)) * 1000)
        time.sleep(SCRAPE_EVERY)
    return took


def _arrive(asked: Fleet, stop: threading.Event) -> None:
    folder, number = Folder(asked.ledger, asked.store), 0
    while not stop.wait(ARRIVE_EVERY):
        gap = ProbingInterrupted(from_=number, to=number + 1, reason="benchmark")
        asked.ledger.append("interruptions:benchmark", [gap], after=number, actor="benchmark")
        folder.catch_up()
        number += 1
