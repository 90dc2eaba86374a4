"""`/metrics`: figures made of the newest overview, and how the fold goes at this moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import NamedTuple, Protocol

from fastapi import APIRouter, Response

from catalogue.instants import parse_instant
from probes.health import AgentHealth
from slamon import metrics
from slamon.cli.house import now
from slamon.ledger.store import Ledger
from slamon.ledger.trouble import passing
from slamon.views.agents import agents
from slamon.views.answers import Overview
from slamon.views.following import Pulse
from slamon.views.lag import Behind, behind
from slamon.views.latencies import counted_upto
from slamon.views.reading import Reading
from slamon.views.store import ViewStore


class House(Protocol):
    """What is told of."""

    reading: Reading
    ledger: Ledger
    store: ViewStore


def metrics_router(
    house: House, pulse: Callable[[], Pulse], healths: Callable[[], Mapping[str, AgentHealth]]
) -> APIRouter:
    """The route; where figures take long to compute, those computed last are told meanwhile.

    `healths` is what agents told of themselves last.
    """
    router = APIRouter(include_in_schema=False)
    scrape = Scrape(house, pulse)

    @router.get("/metrics")
    def scraped() -> Response:
        own = metrics.render(metrics.Observers(healths()))
        return Response(scrape.text(now()) + own, media_type=metrics.CONTENT_TYPE)

    return router


class _Told(NamedTuple):
    """An overview as text."""

    overview: Overview
    text: bytes


class Scrape:
    """The text of a scrape. What it tells of a large fleet is written beside, once for each overview."""

    def __init__(self, house: House, pulse: Callable[[], Pulse]) -> None:
        self._house = house
        self._pulse = pulse
        self._version = version("slamon")
        self._told: _Told | None = None
        house.reading.glance.before_showing(self._prepare)

    def text(self, instant: int) -> bytes:
        """What is told at an instant (µs); of this process alone while ledger or views do not answer."""
        try:
            told = self._standing(self._house.reading.glance.lately(instant))
            found = (told.text, self._engine(told.overview, instant))
        except Exception as wrong:
            if passing(wrong) is None:
                raise
            found = (metrics.render(metrics.Away(self._pulse())), b"")
        return b"".join((*found, metrics.process()))

    def _prepare(self, overview: Overview) -> None:
        if self._told is not None:  # somebody scrapes
            self._standing(overview)

    def _standing(self, shown: Overview) -> _Told:
        told = self._told
        if told is None or told.overview is not shown:
            told = self._told = _Told(shown, self._rendered(shown))
        return told

    def _rendered(self, overview: Overview) -> bytes:
        reading = self._house.reading
        instant = parse_instant(overview.now)
        probes, breaches = reading.probes(instant), reading.breaches(None)
        slots = metrics.Slots(reading.completeness(instant))
        return metrics.render(metrics.Standing(self._version, overview, probes, breaches), slots)

    def _engine(self, overview: Overview, instant: int) -> bytes:
        ledger = self._house.reading.ledger()
        with self._house.store.reading() as connection:
            counted = counted_upto(connection)
            intake = metrics.Intake(agents(connection, instant))
        views = {
            name: self._behind(position, ledger.position, instant)
            for name, position in (("all", ledger.view_position), ("latencies", counted))
        }
        return metrics.render(metrics.Engine(ledger, views, overview, self._pulse()), intake)

    def _behind(self, position: int, last: int, instant: int) -> Behind:
        if position >= last:
            return Behind(position, 0)
        return behind(self._house.ledger, position, instant)
