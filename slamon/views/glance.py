"""The first page: how everything stands at an instant."""

from __future__ import annotations

from collections.abc import Callable

from catalogue.agreements import Agreement
from catalogue.instants import MINUTE, format_instant
from catalogue.services import Service
from slamon.views import burning, kept, standing
from slamon.views.answers import BurnLine, Overview
from slamon.views.judging import Frame
from slamon.views.lately import Lately
from slamon.views.past import Tables
from slamon.views.store import read_position

STRIP_DAYS = 60
RECENT_US = 7 * 86_400_000_000
FRESH_US = 5_000_000  # an overview of this age still holds if nothing was folded since


class Glance:
    """The overview for many readers: where it takes long to compute, the last one is shown meanwhile."""

    def __init__(self, store: Tables) -> None:
        self._store = store
        self._lately: Lately[tuple[int, int], Overview] = Lately()
        self._burns: tuple[BurnLine, ...] = ()
        self._burns_key = (-1, 0)
        self._preparing: list[Callable[[Overview], None]] = []

    def overview(self, now: int) -> Overview:
        """How things stand at `now` (µs); it says itself at which position and instant."""
        position = self._store.position()
        key = (position, now // FRESH_US)
        return self._lately.get(key, position, lambda: self._computed(now))

    def lately(self, now: int) -> Overview:
        """The same for who need not see what was just decided."""
        position = self._store.position()
        key = (position, now // FRESH_US)
        return self._lately.lately(key, position, lambda: self._computed(now))

    def before_showing(self, prepare: Callable[[Overview], None]) -> None:
        """Have each overview prepared by the thread that computes it, before anybody is shown it."""
        self._preparing.append(prepare)

    def must_know(self, position: int) -> None:
        """Show nobody an older overview than one that knows the facts up to a position."""
        self._lately.need(position)

    def _computed(self, now: int) -> Overview:
        overview = self._at(now)
        for prepare in self._preparing:
            prepare(overview)
        return overview

    def _at(self, now: int) -> Overview:
        with self._store.reading() as connection:
            frame = Frame.at(connection, now)
            held = frame.held
            return Overview(
                burns=self._burns_of(frame),  # first: it looks back further than what follows
                now=format_instant(now),
                position=read_position(frame.connection),
                agreements=tuple(
                    sorted(
                        (standing.agreement_summary(frame, each) for each in held.of(Agreement)),
                        key=standing.in_force_first,
                    )
                ),
                services=tuple(
                    standing.service_summary(frame, each, back=STRIP_DAYS)
                    for each in held.of(Service)
                ),
                open_breaches=kept.breaches(frame.connection, "open"),
                outages=tuple(reversed(standing.all_outages(frame, None, (now - RECENT_US, now)))),
            )

    def _burns_of(self, frame: Frame) -> tuple[BurnLine, ...]:
        """How fast budgets burn; the same for a minute while nothing new is folded."""
        key = (read_position(frame.connection), frame.now // MINUTE)
        if self._burns_key != key:
            self._burns, self._burns_key = tuple(burning.burns(frame)), key
        return self._burns
