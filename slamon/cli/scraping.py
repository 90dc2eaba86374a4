"""`/metrics`: figures made of the newest overview, and how the fold goes at this moment."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Protocol

from fastapi import APIRouter, Response

from slamon import metrics
from slamon.cli.house import now
from slamon.ledger.store import Ledger
from slamon.views.agents import agents
from slamon.views.answers import Overview
from slamon.views.following import Pulse
from slamon.views.lag import behind
from slamon.views.lately import Lately
from slamon.views.latencies import counted_upto
from slamon.views.reading import Reading
from slamon.views.store import ViewStore


class House(Protocol):
    """What is told of."""

    reading: Reading
    ledger: Ledger
    store: ViewStore


def metrics_router(house: House, pulse: Callable[[], Pulse]) -> APIRouter:
    """The route; where figures take long to compute, those computed last are told meanwhile."""
    router = APIRouter(include_in_schema=False)
    scrape = Scrape(house, pulse)

    @router.get("/metrics")
    def scraped() -> Response:
        return Response(scrape.text(now()), media_type=metrics.CONTENT_TYPE)

    return router


class Scrape:
    """The text of a scrape."""

    def __init__(self, house: House, pulse: Callable[[], Pulse]) -> None:
        self._house = house
        self._pulse = pulse
        self._version = version("slamon")
        self._standing: Lately[tuple[int, str], tuple[Overview, bytes]] = Lately()

    def text(self, instant: int) -> bytes:
        """What is told at an instant (µs)."""
        reading = self._house.reading
        shown = reading.overview(instant)
        key = (shown.position, shown.now)
        overview, standing = self._standing.get(
            key, shown.position, lambda: (shown, self._rendered(shown, instant))
        )
        ledger = reading.ledger()
        views = {
            "all": behind(self._house.ledger, ledger.view_position, instant),
            "latencies": behind(self._house.ledger, self._counted(), instant),
        }
        engine = metrics.Engine(ledger, views, overview, self._pulse())
        return standing + metrics.render(engine, self._intake(instant))

    def _counted(self) -> int:
        with self._house.store.reading() as connection:
            return counted_upto(connection)

    def _intake(self, instant: int) -> metrics.Intake:
        with self._house.store.reading() as connection:
            return metrics.Intake(agents(connection, instant))

    def _rendered(self, overview: Overview, instant: int) -> bytes:
        reading = self._house.reading
        probes, breaches = reading.probes(instant), reading.breaches(None)
        return metrics.render(metrics.Standing(self._version, overview, probes, breaches))
